#include "base/uuid.h"

#include <sys/random.h>

#include "base/assert.h"

namespace millrace {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr size_t kTextSize = 22;

}  // namespace

Uuid Uuid::random() {
  Uuid uuid;
  do {
    const auto got = ::getrandom(uuid.bytes.data(), uuid.bytes.size(), 0);
    MILL_ASSERT(got == static_cast<ssize_t>(uuid.bytes.size()), "the kernel gave no random bytes");
    uuid.bytes[6] = (uuid.bytes[6] & std::byte{0x0f}) | std::byte{0x40};
    uuid.bytes[8] = (uuid.bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  } while (uuid.to_string().front() == '-');
  return uuid;
}

std::string Uuid::to_string() const {
  std::string text;
  uint32_t bits = 0;
  int bit_count = 0;
  for (const std::byte byte : bytes) {
    bits = (bits << 8) | static_cast<uint32_t>(byte);
    bit_count += 8;
    while (bit_count >= 6) {
      bit_count -= 6;
      text += kAlphabet[(bits >> bit_count) & 63];
    }
  }
  text += kAlphabet[(bits << (6 - bit_count)) & 63];
  return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  Uuid uuid;
  uint32_t bits = 0;
  int bit_count = 0;
  size_t filled = 0;
  for (const char c : text) {
    const size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(digit);
    bit_count += 6;
    if (bit_count >= 8 && filled < uuid.bytes.size()) {
      bit_count -= 8;
      uuid.bytes[filled++] = static_cast<std::byte>(bits >> bit_count);
    }
  }
  return uuid;
}

}  // namespace millrace
