// Records of a JSON Schema are JSON themselves: a codec checks them and drops white space.
#include "base/try.h"
#include "json/text.h"
#include "schema/json_schema/json_schema.h"
#include "schema/json_schema/reader.h"
#include "schema/json_schema/validator.h"

namespace millrace::schema::json_schema {
namespace {

class JsonCodec : public Codec {
 public:
  explicit JsonCodec(std::unique_ptr<const Model> model) : model_(std::move(model)) {}

  Result<std::string> encode(std::string_view json) const override {
    auto value = json::parse(json);
    if (!value) return std::move(value).error().with_context("no JSON");
    auto checked = validate(*model_, *value, json.size());
    if (!checked) return std::move(checked).error().with_context("does not fit the schema");
    return json::write(*value);
  }

  Result<std::string> decode(std::string_view bytes) const override {
    auto json = encode(bytes);
    if (!json) return kafka_error(ErrorCode::corrupt_message, json.error().message());
    return json;
  }

 private:
  const std::unique_ptr<const Model> model_;
};

}  // namespace

Result<std::unique_ptr<const Codec>> make_codec(const Source& source) {
  MILL_TRY(auto model, read_model(source));
  return std::unique_ptr<const Codec>(std::make_unique<const JsonCodec>(std::move(model)));
}

}  // namespace millrace::schema::json_schema
