#include "base/utf8.h"

#include <cstddef>
#include <cstdint>

namespace millrace {
namespace {

uint8_t byte_at(std::string_view text, size_t at) { return static_cast<uint8_t>(text[at]); }

bool is_continuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

/// Bytes of the character that begins with `first`; 0 where none does.
size_t size_of(uint8_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

/// Whether the second byte makes neither an overlong form nor a surrogate nor too large a
/// character.
bool is_second(uint8_t first, uint8_t second) {
  if (first == 0xE0) return second >= 0xA0;
  if (first == 0xED) return second <= 0x9F;
  if (first == 0xF0) return second >= 0x90;
  if (first == 0xF4) return second <= 0x8F;
  return true;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const uint8_t first = byte_at(text, at);
    const size_t size = size_of(first);
    if (size == 0 || size > text.size() - at) return false;
    for (size_t i = 1; i < size; ++i) {
      if (!is_continuation(byte_at(text, at + i))) return false;
    }
    if (size > 1 && !is_second(first, byte_at(text, at + 1))) return false;
    at += size;
  }
  return true;
}

}  // namespace millrace
