// Types, enumerations, numbers and strings.
#include <algorithm>

#include "json/text.h"
#include "schema/json_schema/failing.h"

namespace millrace::schema::json_schema {
namespace {

/// 1.0 is whole since draft 6; before, how it was written counted.
bool is_integer(const json::Number& number, Draft draft) {
  if (draft == Draft::v4) return number.text.find_first_of(".eE") == std::string::npos;
  return Decimal(number).is_integer();
}

bool has_type(const json::Value& value, Type type, Draft draft) {
  switch (type) {
    case Type::null: return value.is_null();
    case Type::boolean: return value.boolean() != nullptr;
    case Type::object: return value.object() != nullptr;
    case Type::array: return value.array() != nullptr;
    case Type::number: return value.number() != nullptr;
    case Type::string: return value.string() != nullptr;
    case Type::integer: break;
  }
  return value.number() != nullptr && is_integer(*value.number(), draft);
}

uint64_t code_points(std::string_view text) {
  return static_cast<uint64_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string names_of(const std::vector<Type>& types) {
  std::string names;
  for (const Type type : types) names += cat(names.empty() ? "" : " or ", name_of(type));
  return names;
}

}  // namespace

bool Validator::is_of_type(const Node& node, const json::Value& value) {
  return node.types.empty() || std::ranges::any_of(node.types, [&](Type type) {
           return has_type(value, type, node.draft);
         });
}

bool Validator::check_type(const Node& node, const json::Value& value) {
  return is_of_type(node, value) ||
         fail("type", [&] { return cat("is ", value.kind(), ", not ", names_of(node.types)); });
}

bool Validator::check_choices(const Node& node, const json::Value& value) {
  if (node.constant != nullptr && !(value == *node.constant)) {
    return fail("const", [&] { return cat("is not ", clipped(json::write(*node.constant))); });
  }
  if (node.enumeration == nullptr) return true;
  if (!spend(node.enumeration->size())) return false;
  return std::ranges::count(*node.enumeration, value) > 0 || fail("enum", [&] {
           return cat("is not one of ", clipped(json::write(json::Value(*node.enumeration))));
         });
}

bool Validator::check_number(const NumberKeywords& keywords, const json::Number& number) {
  const Decimal value(number);
  const auto out_of = [&](std::string_view keyword, std::string_view how, const Decimal& limit) {
    return fail(keyword, [&] {
      return cat(clipped(number.text), " is ", how, " ", clipped(limit.to_string()));
    });
  };
  if (keywords.minimum && value < *keywords.minimum) {
    return out_of("minimum", "less than", *keywords.minimum);
  }
  if (keywords.maximum && value > *keywords.maximum) {
    return out_of("maximum", "more than", *keywords.maximum);
  }
  if (keywords.exclusive_minimum && value <= *keywords.exclusive_minimum) {
    return out_of("exclusiveMinimum", "not more than", *keywords.exclusive_minimum);
  }
  if (keywords.exclusive_maximum && value >= *keywords.exclusive_maximum) {
    return out_of("exclusiveMaximum", "not less than", *keywords.exclusive_maximum);
  }
  if (keywords.multiple_of && !value.is_multiple_of(*keywords.multiple_of)) {
    return out_of("multipleOf", "no multiple of", *keywords.multiple_of);
  }
  return true;
}

bool Validator::check_string(const StringKeywords& keywords, const std::string& text) {
  if ((keywords.min_length || keywords.max_length) &&
      !check_count("minLength", keywords.min_length, "maxLength", keywords.max_length,
                   code_points(text), "characters")) {
    return false;
  }
  return keywords.pattern == nullptr || matches(*keywords.pattern, text) ||
         fail("pattern", [&] { return cat("does not match ", clipped(keywords.pattern->text())); });
}

bool Validator::check_count(std::string_view min_keyword, const std::optional<uint64_t>& min,
                            std::string_view max_keyword, const std::optional<uint64_t>& max,
                            uint64_t count, std::string_view of_what) {
  if (min && count < *min) {
    return fail(min_keyword, [&] {
      return cat("has ", count, " ", of_what, ", at least ", *min, " are needed");
    });
  }
  if (max && count > *max) {
    return fail(max_keyword, [&] {
      return cat("has ", count, " ", of_what, ", at most ", *max, " are allowed");
    });
  }
  return true;
}

bool Validator::matches(const Pattern& pattern, std::string_view text) {
  return spend(1 + text.size() / 16) && pattern.found_in(text).value_or(true);
}

}  // namespace millrace::schema::json_schema
