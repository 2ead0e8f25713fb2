// Numbers of schemas and records by their exact value.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/value.h"

namespace millrace::schema::json_schema {

/// A value type. However many digits or how large an exponent: no operation allocates more than
/// the digits that were written.
class Decimal {
 public:
  Decimal() = default;
  explicit Decimal(const json::Number& number);

  bool is_zero() const { return digits_.empty(); }
  bool is_positive() const { return !is_zero() && !negative_; }
  bool is_integer() const { return is_zero() || exponent_ >= 0; }
  /// Of a whole number that is not negative, at most INT64_MAX; nothing for others.
  std::optional<uint64_t> to_count() const;
  /// Exact where `divisor`, not zero, has up to 18 digits; otherwise only equal digits divide.
  bool is_multiple_of(const Decimal& divisor) const;
  /// One text a value: "1.5" for 1.50 and 15e-1.
  std::string to_string() const;

  std::strong_ordering operator<=>(const Decimal& other) const;
  bool operator==(const Decimal& other) const = default;

 private:
  std::strong_ordering compare_magnitude(const Decimal& other) const;

  // Without zeros at either end; the value is digits times ten to the exponent.
  bool negative_ = false;
  std::string digits_;
  int64_t exponent_ = 0;
};

/// The number's text as Java's BigDecimal writes it (1e2 is 1E+2), which is how Confluent's
/// registry keeps schemas. Whole numbers stay as they are.
std::string java_spelling(const json::Number& number);

}  // namespace millrace::schema::json_schema
