#include "schema/schema.h"

#include "schema/avro/avro.h"
#include "schema/json_schema/json_schema.h"
#include "schema/protobuf/protobuf.h"

namespace millrace::schema {

Result<std::shared_ptr<const Schema>> parse(Format format, const Source& source) {
  switch (format) {
    case Format::avro: return avro::parse(source);
    case Format::json: return json_schema::parse(source);
    case Format::protobuf: break;
  }
  return protobuf::parse(source);
}

Result<std::unique_ptr<const Codec>> make_codec(Format format, const Source& source,
                                                std::string_view message) {
  switch (format) {
    case Format::avro: return avro::make_codec(source);
    case Format::json: return json_schema::make_codec(source);
    case Format::protobuf: break;
  }
  return protobuf::make_codec(source, message);
}

}  // namespace millrace::schema
