// Avro from anybody: a schema's text, and behind a zero byte a record. Whatever is taken must come
// back the same from its own canonical text and from its own JSON.
#include <algorithm>
#include <cstdlib>

#include "schema/avro/avro.h"

namespace {

using millrace::schema::Codec;
using millrace::schema::Schema;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_schema(const Schema& schema) {
  const std::string canonical = schema.canonical();
  const auto again = millrace::schema::avro::parse({.text = canonical, .dependencies = {}});
  require(again.has_value());
  require((*again)->canonical() == canonical);
  const auto normalized =
      millrace::schema::avro::parse({.text = schema.normalized(), .dependencies = {}});
  require(normalized.has_value());
  (void)schema.misfits(**normalized);
}

void check_record(const Codec& codec, std::string_view bytes) {
  const auto json = codec.decode(bytes);
  if (!json) return;
  const auto encoded = codec.encode(*json);
  require(encoded.has_value());
  const auto again = codec.decode(*encoded);
  require(again.has_value() && *again == *json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(input.find('\0'), size);
  const millrace::schema::Source source{.text = std::string(input.substr(0, end)),
                                        .dependencies = {}};
  const auto schema = millrace::schema::avro::parse(source);
  if (!schema) return 0;
  check_schema(**schema);
  const auto codec = millrace::schema::avro::make_codec(source);
  require(codec.has_value());
  check_record(**codec, end == size ? std::string_view() : input.substr(end + 1));
  return 0;
}
