// Keywords about numbers and strings.
#include "base/try.h"
#include "schema/json_schema/keywords.h"

namespace millrace::schema::json_schema::read {
namespace {

NumberKeywords& number_of(Node& node) {
  if (node.number == nullptr) node.number = std::make_unique<NumberKeywords>();
  return *node.number;
}

StringKeywords& string_of(Node& node) {
  if (node.string == nullptr) node.string = std::make_unique<StringKeywords>();
  return *node.string;
}

/// Draft 4: the flag makes the limit beside it an exclusive one, too.
Result<void> exclusive_flag(Reader& reader, const Node& node, const json::Value& value,
                            std::string_view limit_name, std::optional<Decimal>& exclusive) {
  MILL_TRY(const bool is_exclusive, reader.boolean(value));
  const json::Value* limit = node.source->object()->find(limit_name);
  if (!is_exclusive || limit == nullptr) return {};
  MILL_TRY(exclusive, reader.number(*limit));
  return {};
}

}  // namespace

Result<void> minimum(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(number_of(node).minimum, reader.number(value));
  return {};
}

Result<void> maximum(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(number_of(node).maximum, reader.number(value));
  return {};
}

Result<void> exclusive_minimum(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(number_of(node).exclusive_minimum, reader.number(value));
  return {};
}

Result<void> exclusive_maximum(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(number_of(node).exclusive_maximum, reader.number(value));
  return {};
}

Result<void> exclusive_minimum_flag(Reader& reader, Node& node, const json::Value& value) {
  return exclusive_flag(reader, node, value, "minimum", number_of(node).exclusive_minimum);
}

Result<void> exclusive_maximum_flag(Reader& reader, Node& node, const json::Value& value) {
  return exclusive_flag(reader, node, value, "maximum", number_of(node).exclusive_maximum);
}

Result<void> multiple_of(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(const Decimal divisor, reader.number(value));
  if (!divisor.is_positive()) return reader.error("must be larger than 0");
  number_of(node).multiple_of = divisor;
  return {};
}

Result<void> min_length(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(string_of(node).min_length, reader.count(value));
  return {};
}

Result<void> max_length(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(string_of(node).max_length, reader.count(value));
  return {};
}

Result<void> pattern(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(const std::string_view text, reader.text(value));
  MILL_TRY(string_of(node).pattern, reader.pattern(text));
  return {};
}

/// Confluent's registry takes a schema that has only a format for one of strings, up to draft 7.
Result<void> format(Reader& reader, Node& node, const json::Value& value) {
  string_of(node);
  return format_annotation(reader, node, value);
}

Result<void> format_annotation(Reader& reader, Node&, const json::Value& value) {
  MILL_CHECK(reader.text(value));
  return {};
}

}  // namespace millrace::schema::json_schema::read
