#include "schema/json_schema/decimal.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace millrace::schema::json_schema {
namespace {

/// Larger exponents count as this one; the sums below cannot overflow.
constexpr int64_t kExponentMax = int64_t{1} << 60;
constexpr size_t kExactDivisorDigits = 18;
/// Up to here numbers are written without an exponent.
constexpr int64_t kPlainExponentMax = 20;

/// A number's text in its parts.
struct Parts {
  bool negative = false;
  /// Those before and behind the point.
  std::string digits;
  int64_t exponent = 0;
  bool whole = true;
};

int64_t exponent_of(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int64_t value = kExponentMax;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc()) value = kExponentMax;
  value = std::min(value, kExponentMax);
  return negative ? -value : value;
}

Parts parts_of(std::string_view text) {
  Parts parts;
  parts.negative = text.starts_with('-');
  if (parts.negative) text.remove_prefix(1);
  const size_t e = text.find_first_of("eE");
  if (e != text.npos) parts.exponent = exponent_of(text.substr(e + 1));
  const std::string_view mantissa = text.substr(0, e);
  const size_t point = mantissa.find('.');
  parts.digits = mantissa.substr(0, point);
  if (point != mantissa.npos) {
    const std::string_view fraction = mantissa.substr(point + 1);
    parts.digits += fraction;
    parts.exponent -= static_cast<int64_t>(fraction.size());
  }
  parts.whole = e == text.npos && point == mantissa.npos;
  return parts;
}

uint64_t times_modulo(uint64_t a, uint64_t b, uint64_t modulus) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<uint64_t>(Wide{a} * b % modulus);
}

uint64_t power_of_ten_modulo(int64_t exponent, uint64_t modulus) {
  uint64_t result = 1 % modulus;
  uint64_t base = 10 % modulus;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = times_modulo(result, base, modulus);
    base = times_modulo(base, base, modulus);
  }
  return result;
}

}  // namespace

Decimal::Decimal(const json::Number& number) {
  Parts parts = parts_of(number.text);
  const size_t first = parts.digits.find_first_not_of('0');
  if (first == std::string::npos) return;
  const size_t last = parts.digits.find_last_not_of('0');
  exponent_ = parts.exponent + static_cast<int64_t>(parts.digits.size() - 1 - last);
  digits_ = parts.digits.substr(first, last - first + 1);
  negative_ = parts.negative;
}

std::optional<uint64_t> Decimal::to_count() const {
  if (!is_integer() || negative_) return std::nullopt;
  uint64_t value = 0;
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  if (std::from_chars(digits_.data(), digits_.data() + digits_.size(), value).ec ==
      std::errc::result_out_of_range) {
    return kMax;
  }
  for (int64_t i = 0; i < exponent_ && value < kMax; ++i) {
    value = value > kMax / 10 ? kMax : value * 10;
  }
  return std::min(value, kMax);
}

bool Decimal::is_multiple_of(const Decimal& divisor) const {
  if (is_zero()) return true;
  // Neither ends in a zero, so a divisor with the larger exponent never divides.
  if (exponent_ < divisor.exponent_) return false;
  if (digits_ == divisor.digits_) return true;
  if (divisor.digits_.size() > kExactDivisorDigits) return false;
  uint64_t modulus = 0;
  std::from_chars(divisor.digits_.data(), divisor.digits_.data() + divisor.digits_.size(), modulus);
  uint64_t rest = 0;
  for (const char digit : digits_) {
    rest = (times_modulo(rest, 10, modulus) + static_cast<uint64_t>(digit - '0')) % modulus;
  }
  return times_modulo(rest, power_of_ten_modulo(exponent_ - divisor.exponent_, modulus), modulus) ==
         0;
}

std::string Decimal::to_string() const {
  if (is_zero()) return "0";
  std::string text = digits_;
  if (exponent_ < -kPlainExponentMax || exponent_ > kPlainExponentMax) {
    text += "e" + std::to_string(exponent_);
  } else if (exponent_ >= 0) {
    text.append(static_cast<size_t>(exponent_), '0');
  } else {
    const auto places = static_cast<size_t>(-exponent_);
    if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
    text.insert(text.size() - places, 1, '.');
  }
  if (negative_) text.insert(0, 1, '-');
  return text;
}

std::strong_ordering Decimal::compare_magnitude(const Decimal& other) const {
  const int64_t mine = static_cast<int64_t>(digits_.size()) + exponent_;
  const int64_t others = static_cast<int64_t>(other.digits_.size()) + other.exponent_;
  if (const auto order = mine <=> others; order != 0) return order;
  return digits_ <=> other.digits_;  // the same first place, and no zeros at the end
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  if (is_zero() && other.is_zero()) return std::strong_ordering::equal;
  if (is_zero())
    return other.negative_ ? std::strong_ordering::greater : std::strong_ordering::less;
  if (other.is_zero() || negative_ != other.negative_) {
    return negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return negative_ ? other.compare_magnitude(*this) : compare_magnitude(other);
}

std::string java_spelling(const json::Number& number) {
  Parts parts = parts_of(number.text);
  if (parts.whole) return number.text;
  std::string& digits = parts.digits;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  const auto count = static_cast<int64_t>(digits.size());
  const int64_t adjusted = parts.exponent + count - 1;
  const std::string sign = parts.negative && digits != "0" ? "-" : "";
  // The plain form has no exponent: for values that are not too small (Java's limit is 10^-6).
  if (parts.exponent <= 0 && adjusted >= -6) {
    if (parts.exponent == 0) return sign + digits;
    if (count <= -parts.exponent)
      digits.insert(0, static_cast<size_t>(1 - parts.exponent - count), '0');
    digits.insert(digits.size() - static_cast<size_t>(-parts.exponent), 1, '.');
    return sign + digits;
  }
  if (count > 1) digits.insert(1, 1, '.');
  return sign + digits + (adjusted < 0 ? "E" : "E+") + std::to_string(adjusted);
}

}  // namespace millrace::schema::json_schema
