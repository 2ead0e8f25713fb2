#include "registry/rest/credentials.h"

#include <array>

#include "base/text.h"
#include "base/words.h"

namespace millrace::registry::rest {
namespace {

constexpr std::string_view kScheme = "basic ";

std::optional<uint32_t> sextet_of(char c) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const size_t at = kAlphabet.find(c);
  if (at == kAlphabet.npos) return std::nullopt;
  return static_cast<uint32_t>(at);
}

/// RFC 4648; nothing where it is none.
std::optional<std::string> base64_decoded(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string decoded;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto sextet = sextet_of(c);
    if (!sextet) return std::nullopt;
    bits = (bits << 6) | *sextet;
    count += 6;
    if (count >= 8) {
      count -= 8;
      decoded += static_cast<char>((bits >> count) & 0xff);
    }
  }
  return decoded;
}

/// Looks at every byte, however early the texts differ.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size(); ++i) {
    const char other = b.empty() ? '\0' : b[i % b.size()];
    difference |= static_cast<unsigned char>(a[i] ^ other);
  }
  return difference == 0;
}

}  // namespace

Result<Credentials> Credentials::parse(std::string_view lines) {
  Credentials credentials;
  int number = 0;
  for (const std::string_view whole : split(lines, '\n')) {
    ++number;
    const std::string_view line = whole.ends_with('\r') ? whole.substr(0, whole.size() - 1) : whole;
    if (trim(line).empty() || line.starts_with('#')) continue;
    const size_t colon = line.find(':');
    if (colon == line.npos || colon == 0) {
      return kafka_error(ErrorCode::invalid_config,
                         cat("line ", number, " is not \"name:password\""));
    }
    credentials.passwords_.insert_or_assign(std::string(line.substr(0, colon)),
                                            std::string(line.substr(colon + 1)));
  }
  if (credentials.passwords_.empty()) {
    return kafka_error(ErrorCode::invalid_config, "there is no line \"name:password\" in it");
  }
  return credentials;
}

bool Credentials::allow(std::optional<std::string_view> authorization) const {
  if (!authorization || !same_word(authorization->substr(0, kScheme.size()), kScheme)) return false;
  const auto pair = base64_decoded(trim(authorization->substr(kScheme.size())));
  if (!pair) return false;
  const size_t colon = pair->find(':');
  if (colon == pair->npos) return false;
  const auto found = passwords_.find(std::string_view(*pair).substr(0, colon));
  const std::string_view password = found == passwords_.end() ? std::string_view() : found->second;
  const bool is_right = equal_in_constant_time(std::string_view(*pair).substr(colon + 1), password);
  return is_right && found != passwords_.end();
}

}  // namespace millrace::registry::rest
