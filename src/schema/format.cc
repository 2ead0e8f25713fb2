#include <array>

#include "base/words.h"
#include "schema/schema.h"

namespace millrace::schema {
namespace {

struct FormatName {
  Format format;
  std::string_view name;
};
constexpr std::array<FormatName, 3> kFormats = {
    {{Format::avro, "AVRO"}, {Format::json, "JSON"}, {Format::protobuf, "PROTOBUF"}}};

}  // namespace

std::string_view name_of(Format format) { return kFormats[static_cast<size_t>(format)].name; }

std::optional<Format> format_of(std::string_view name) {
  for (const FormatName& known : kFormats) {
    if (same_word(known.name, name)) return known.format;
  }
  return std::nullopt;
}

}  // namespace millrace::schema
