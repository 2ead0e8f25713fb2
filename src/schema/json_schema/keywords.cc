// The table of keywords, and those that are about no type in particular.
#include "schema/json_schema/keywords.h"

#include <array>
#include <unordered_map>

#include "base/text.h"
#include "base/try.h"
#include "schema/json_schema/uri.h"

namespace millrace::schema::json_schema {
namespace {

template <auto Member>
Result<void> one_schema(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(node.*Member, reader.schema(value));
  return {};
}

template <auto Member>
Result<void> list_of_schemas(Reader& reader, Node& node, const json::Value& value) {
  MILL_CHECK(reader.schemas(value, node.*Member));
  if ((node.*Member).empty()) return reader.error("must name at least one schema");
  return {};
}

Result<void> add_type(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(const std::string_view name, reader.text(value));
  const auto type = type_of(name);
  if (!type) return reader.error(cat("there is no type \"", clipped(name), "\""));
  node.types.push_back(*type);
  return {};
}

Result<void> type(Reader& reader, Node& node, const json::Value& value) {
  const json::Array* list = value.array();
  node.types_listed = list != nullptr;
  if (list == nullptr) return add_type(reader, node, value);
  if (list->empty()) return reader.error("must name at least one type");
  for (const json::Value& element : *list) MILL_CHECK(add_type(reader, node, element));
  return {};
}

Result<void> enumeration(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(node.enumeration, reader.array(value));
  return {};
}

Result<void> constant(Reader&, Node& node, const json::Value& value) {
  node.constant = &value;
  return {};
}

Result<void> reference(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(const std::string_view uri, reader.text(value));
  reader.refer(uri, node.reference);
  return {};
}

Result<void> dynamic_reference(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(const std::string_view uri, reader.text(value));
  node.dynamic_reference = std::make_unique<DynamicReference>();
  node.dynamic_reference->anchor = percent_decoded(split_uri(uri).fragment);
  reader.refer(uri, node.dynamic_reference->target);
  return {};
}

Result<void> recursive_reference(Reader& reader, Node& node, const json::Value& value) {
  MILL_CHECK(dynamic_reference(reader, node, value));
  node.dynamic_reference->recursive = true;
  return {};
}

Result<void> anchor(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(const std::string_view name, reader.text(value));
  reader.add_anchor(name, node);
  return {};
}

Result<void> dynamic_anchor(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(const std::string_view name, reader.text(value));
  reader.add_dynamic_anchor(name, node);
  return {};
}

Result<void> recursive_anchor(Reader& reader, Node&, const json::Value& value) {
  MILL_TRY(const bool recursive, reader.boolean(value));
  if (recursive) reader.set_recursive_anchor();
  return {};
}

/// Up to draft 7 an id that begins with '#' is what an anchor is since.
Result<void> id(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(const std::string_view uri, reader.text(value));
  if (uri.size() > 1 && uri.starts_with('#')) reader.add_anchor(uri.substr(1), node);
  return {};
}

Result<void> definitions(Reader& reader, Node&, const json::Value& value) {
  NamedSchemas known;
  return reader.named_schemas(value, known);
}

Result<void> by_default(Reader&, Node& node, const json::Value&) {
  node.has_default = true;
  return {};
}

Result<void> connect_type(Reader&, Node& node, const json::Value& value) {
  node.connect_bytes = value.string() != nullptr && *value.string() == "bytes";
  return {};
}

Result<void> text(Reader& reader, Node&, const json::Value& value) {
  MILL_CHECK(reader.text(value));
  return {};
}

constexpr Draft k4 = Draft::v4;
constexpr Draft k6 = Draft::v6;
constexpr Draft k7 = Draft::v7;
constexpr Draft k2019 = Draft::v2019_09;
constexpr Draft k2020 = Draft::v2020_12;

// clang-format off
constexpr auto kKeywords = std::to_array<Keyword>({
    {"$ref", k4, k2020, true, reference},
    {"$recursiveRef", k2019, k2019, false, recursive_reference},
    {"$recursiveAnchor", k2019, k2019, false, recursive_anchor},
    {"$dynamicRef", k2020, k2020, false, dynamic_reference},
    {"$dynamicAnchor", k2020, k2020, false, dynamic_anchor},
    {"$anchor", k2019, k2020, false, anchor},
    {"id", k4, k4, false, id},
    {"$id", k6, k2020, false, id},
    {"definitions", k4, k2020, true, definitions},
    {"$defs", k4, k2020, true, definitions},
    {"title", k4, k2020, false, text},
    {"description", k4, k2020, false, text},
    {"default", k4, k2020, true, by_default},
    {"connect.type", k4, k2020, false, connect_type},
    {"type", k4, k2020, false, type},
    {"enum", k4, k2020, false, enumeration},
    {"const", k6, k2020, false, constant},
    {"allOf", k4, k2020, false, list_of_schemas<&Node::all_of>},
    {"anyOf", k4, k2020, false, list_of_schemas<&Node::any_of>},
    {"oneOf", k4, k2020, false, list_of_schemas<&Node::one_of>},
    {"not", k4, k2020, false, one_schema<&Node::negation>},
    {"if", k7, k2020, false, one_schema<&Node::if_schema>},
    {"then", k7, k2020, false, one_schema<&Node::then_schema>},
    {"else", k7, k2020, false, one_schema<&Node::else_schema>},
    {"multipleOf", k4, k2020, false, read::multiple_of},
    {"minimum", k4, k2020, false, read::minimum},
    {"maximum", k4, k2020, false, read::maximum},
    {"exclusiveMinimum", k4, k4, false, read::exclusive_minimum_flag},
    {"exclusiveMaximum", k4, k4, false, read::exclusive_maximum_flag},
    {"exclusiveMinimum", k6, k2020, false, read::exclusive_minimum},
    {"exclusiveMaximum", k6, k2020, false, read::exclusive_maximum},
    {"minLength", k4, k2020, false, read::min_length},
    {"maxLength", k4, k2020, false, read::max_length},
    {"pattern", k4, k2020, false, read::pattern},
    {"format", k4, k7, false, read::format},
    {"format", k2019, k2020, false, read::format_annotation},
    {"minItems", k4, k2020, false, read::min_items},
    {"maxItems", k4, k2020, false, read::max_items},
    {"uniqueItems", k4, k2020, false, read::unique_items},
    {"items", k4, k2019, false, read::items},
    {"additionalItems", k4, k2019, false, read::additional_items},
    {"prefixItems", k2020, k2020, false, read::prefix_items},
    {"items", k2020, k2020, false, read::items_beside_prefix},
    {"contains", k6, k2020, false, read::contains},
    {"minContains", k2019, k2020, false, read::min_contains},
    {"maxContains", k2019, k2020, false, read::max_contains},
    {"unevaluatedItems", k2019, k2020, false, read::unevaluated_items},
    {"minProperties", k4, k2020, false, read::min_properties},
    {"maxProperties", k4, k2020, false, read::max_properties},
    {"required", k4, k2020, false, read::required},
    {"properties", k4, k2020, false, read::properties},
    {"patternProperties", k4, k2020, false, read::pattern_properties},
    {"additionalProperties", k4, k2020, false, read::additional_properties},
    {"dependencies", k4, k7, false, read::dependencies},
    {"dependentRequired", k2019, k2020, false, read::dependent_required},
    {"dependentSchemas", k2019, k2020, false, read::dependent_schemas},
    {"propertyNames", k6, k2020, false, read::property_names},
    {"unevaluatedProperties", k2019, k2020, false, read::unevaluated_properties},
});
// clang-format on

using ByName = std::unordered_multimap<std::string_view, const Keyword*>;

ByName by_name() {
  ByName all;
  for (const Keyword& keyword : kKeywords) all.emplace(keyword.name, &keyword);
  return all;
}

}  // namespace

const Keyword* find_keyword(std::string_view name, Draft draft) {
  static const ByName all = by_name();
  const auto [first, last] = all.equal_range(name);
  for (auto it = first; it != last; ++it) {
    const Keyword& keyword = *it->second;
    if (keyword.since <= draft && draft <= keyword.until) return &keyword;
  }
  return nullptr;
}

}  // namespace millrace::schema::json_schema
