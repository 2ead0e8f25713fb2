#include "base/try.h"
#include "json/text.h"
#include "schema/avro/avro.h"
#include "schema/avro/decode.h"
#include "schema/avro/encode.h"
#include "schema/avro/type_parser.h"

namespace millrace::schema::avro {
namespace {

class AvroCodec final : public Codec {
 public:
  explicit AvroCodec(std::shared_ptr<const TypeGraph> graph) : graph_(std::move(graph)) {}

  Result<std::string> encode(std::string_view json) const override {
    MILL_TRY(const json::Value value, json::parse(json));
    return avro::encode(*graph_->root, value);
  }

  Result<std::string> decode(std::string_view bytes) const override {
    return avro::decode(*graph_->root, bytes);
  }

 private:
  std::shared_ptr<const TypeGraph> graph_;
};

}  // namespace

Result<std::unique_ptr<const Codec>> make_codec(const Source& source) {
  MILL_TRY(auto graph, parse_types(source));
  return std::unique_ptr<const Codec>(std::make_unique<AvroCodec>(std::move(graph)));
}

}  // namespace millrace::schema::avro
