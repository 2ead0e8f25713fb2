#include "schema/avro/characters.h"

#include <cstdint>

namespace millrace::schema::avro {
namespace {

uint8_t byte_at(std::string_view text, size_t at) { return static_cast<uint8_t>(text[at]); }

}  // namespace

std::optional<std::string> latin1_of(std::string_view utf8) {
  std::string bytes;
  bytes.reserve(utf8.size());
  for (size_t at = 0; at < utf8.size(); ++at) {
    const uint8_t first = byte_at(utf8, at);
    if (first < 0x80) {
      bytes += static_cast<char>(first);
      continue;
    }
    if (first > 0xC3 || ++at == utf8.size()) return std::nullopt;
    bytes += static_cast<char>((first & 0x03) << 6 | (byte_at(utf8, at) & 0x3F));
  }
  return bytes;
}

std::string utf8_of_latin1(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0 | byte >> 6);
      text += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return text;
}

}  // namespace millrace::schema::avro
