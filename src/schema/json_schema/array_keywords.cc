// Keywords about arrays.
#include "base/try.h"
#include "schema/json_schema/keywords.h"

namespace millrace::schema::json_schema::read {
namespace {

ArrayKeywords& array_of(Node& node) {
  if (node.array == nullptr) node.array = std::make_unique<ArrayKeywords>();
  return *node.array;
}

}  // namespace

Result<void> min_items(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(array_of(node).min_items, reader.count(value));
  return {};
}

Result<void> max_items(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(array_of(node).max_items, reader.count(value));
  return {};
}

Result<void> unique_items(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(array_of(node).unique_items, reader.boolean(value));
  return {};
}

Result<void> items(Reader& reader, Node& node, const json::Value& value) {
  if (value.array() != nullptr) return reader.schemas(value, array_of(node).first_items);
  MILL_TRY(array_of(node).every_item, reader.schema(value));
  return {};
}

Result<void> additional_items(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(array_of(node).other_items, reader.schema(value));
  return {};
}

Result<void> prefix_items(Reader& reader, Node& node, const json::Value& value) {
  return reader.schemas(value, array_of(node).first_items);
}

Result<void> items_beside_prefix(Reader& reader, Node& node, const json::Value& value) {
  const bool behind_prefix = node.source->object()->contains("prefixItems");
  ArrayKeywords& array = array_of(node);
  MILL_TRY((behind_prefix ? array.other_items : array.every_item), reader.schema(value));
  return {};
}

Result<void> contains(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(array_of(node).contains, reader.schema(value));
  return {};
}

Result<void> min_contains(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(array_of(node).min_contains, reader.count(value));
  return {};
}

Result<void> max_contains(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(array_of(node).max_contains, reader.count(value));
  return {};
}

Result<void> unevaluated_items(Reader& reader, Node& node, const json::Value& value) {
  reader.track_evaluation();
  MILL_TRY(array_of(node).unevaluated_items, reader.schema(value));
  return {};
}

}  // namespace millrace::schema::json_schema::read
