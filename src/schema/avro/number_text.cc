#include "schema/avro/number_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace millrace::schema::avro {
namespace {

/// Where Java begins to write exponents.
constexpr double kPlainFrom = 1e-3;
constexpr double kPlainBelow = 1e7;

template <class Float>
std::string digits_of(Float value, std::chars_format format) {
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format).ptr;
  return std::string(text.data(), end);
}

/// "1.5e-07" as "1.5E-7".
std::string with_java_exponent(const std::string& text) {
  const size_t e = text.find('e');
  std::string made = text.substr(0, e);
  if (made.find('.') == made.npos) made += ".0";
  made += 'E';
  size_t digit = e + 1;
  if (text[digit] == '-') made += '-';
  digit = text.find_first_not_of("+-0", digit);
  return made + text.substr(digit);
}

template <class Float>
std::string text_of(Float value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  const Float size = std::abs(value);
  if (size != 0 && (size < static_cast<Float>(kPlainFrom) || size >= Float{kPlainBelow})) {
    return with_java_exponent(digits_of(value, std::chars_format::scientific));
  }
  std::string text = digits_of(value, std::chars_format::fixed);
  if (text.find('.') == text.npos) text += ".0";
  return text;
}

json::Value java_number(const json::Number& number) {
  if (number.text.find_first_of(".eE") != number.text.npos) {
    return double_value(number.to_double());
  }
  return number.text == "-0" ? json::Value(0) : json::Value(number);
}

}  // namespace

std::string number_text(double value) { return text_of(value); }
std::string number_text(float value) { return text_of(value); }

bool is_number_word(std::string_view text) {
  return text == "NaN" || text == "Infinity" || text == "-Infinity";
}

std::optional<double> number_of(const std::string& text) {
  if (text == "NaN") return std::nan("");
  if (is_number_word(text)) return text.front() == '-' ? -HUGE_VAL : HUGE_VAL;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

json::Value double_value(double value) {
  std::string text = number_text(value);
  if (!std::isfinite(value)) return json::Value(std::move(text));
  return json::Value(json::Number{std::move(text)});
}

json::Value with_java_numbers(json::Value value) {
  if (const json::Number* number = value.number()) return java_number(*number);
  if (json::Array* array = value.array()) {
    for (json::Value& item : *array) item = with_java_numbers(std::move(item));
  }
  if (json::Object* object = value.object()) {
    for (json::Member& member : *object) member.value = with_java_numbers(std::move(member.value));
  }
  return value;
}

}  // namespace millrace::schema::avro
