#include "schema/json_schema/model.h"

#include <algorithm>
#include <array>

namespace millrace::schema::json_schema {
namespace {

/// In the order of Type.
constexpr std::array<std::string_view, 7> kTypeNames = {"null",   "boolean", "object", "array",
                                                        "number", "string",  "integer"};

}  // namespace

std::optional<Type> type_of(std::string_view name) {
  const auto* found = std::ranges::find(kTypeNames, name);
  if (found == kTypeNames.end()) return std::nullopt;
  return static_cast<Type>(found - kTypeNames.begin());
}

std::string_view name_of(Type type) { return kTypeNames[static_cast<size_t>(type)]; }

void NamedSchemas::add(std::string_view name, const Node* schema) {
  if (by_name_.emplace(name, schema).second) schemas_.push_back({.name = name, .schema = schema});
}

const Node* NamedSchemas::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

bool ObjectKeywords::requires_property(std::string_view name) const {
  return std::ranges::binary_search(required, name);
}

}  // namespace millrace::schema::json_schema
