// Kafka's topic ids: 128-bit UUIDs, written as 22 characters of URL-safe base64 without padding.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

struct Uuid {
  std::array<std::byte, 16> bytes{};

  /// A random UUID of version 4 (RFC 4122) that is neither zero nor Kafka's reserved one and whose
  /// text does not start with '-', so that tools can take it as an argument.
  static Uuid random();
  /// Parses `to_string()`'s form; the four bits that the last character has too many are ignored,
  /// as Java does.
  static std::optional<Uuid> parse(std::string_view text);

  bool is_zero() const { return *this == Uuid{}; }
  std::string to_string() const;

  auto operator<=>(const Uuid&) const = default;
};

}  // namespace millrace

template <>
struct std::hash<millrace::Uuid> {
  size_t operator()(const millrace::Uuid& uuid) const noexcept {
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()});
  }
};
