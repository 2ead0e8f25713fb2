// Arrays and their items.
#include <algorithm>
#include <unordered_map>

#include "schema/json_schema/canonical.h"
#include "schema/json_schema/failing.h"

namespace millrace::schema::json_schema {

bool Validator::check_array(const Node& node, const json::Array& array, Seen& seen) {
  const ArrayKeywords& keywords = *node.array;
  return check_count("minItems", keywords.min_items, "maxItems", keywords.max_items, array.size(),
                     "items") &&
         (!keywords.unique_items || check_unique(array)) && check_items(keywords, array, seen) &&
         (keywords.contains == nullptr || check_contains(node, array, seen)) &&
         check_unevaluated_items(node, array, seen);
}

bool Validator::check_items(const ArrayKeywords& keywords, const json::Array& array, Seen& seen) {
  const size_t first_count = keywords.first_items.size();
  // Without a list of first items, additionalItems is about nothing.
  const Node* rest = first_count > 0 ? keywords.other_items : keywords.every_item;
  for (size_t i = 0; i < array.size(); ++i) {
    const Node* schema = i < first_count ? keywords.first_items[i] : rest;
    if (schema == nullptr) return true;
    const Place::Step step(place_, std::to_string(i));
    if (!valid_child(*schema, array[i])) return false;
    mark(seen, i);
  }
  return true;
}

bool Validator::check_unique(const json::Array& array) {
  if (!spend(array.size())) return false;
  std::unordered_map<std::string, size_t> first_with;
  for (size_t i = 0; i < array.size(); ++i) {
    const auto [place, is_new] = first_with.emplace(value_key(array[i]), i);
    if (is_new) continue;
    return fail("uniqueItems", [&, first = place->second] {
      return cat("its items ", first, " and ", i, " are equal");
    });
  }
  return true;
}

bool Validator::check_contains(const Node& node, const json::Array& array, Seen& seen) {
  const ArrayKeywords& keywords = *node.array;
  uint64_t count = 0;
  for (size_t i = 0; i < array.size(); ++i) {
    Seen unused;
    if (!would_be_valid(*keywords.contains, array[i], unused)) continue;
    ++count;
    // In 2019-09 what is contained stays unevaluated.
    if (node.draft >= Draft::v2020_12) mark(seen, i);
  }
  const uint64_t min = keywords.min_contains.value_or(1);
  if (count < min) {
    return fail(keywords.min_contains ? "minContains" : "contains", [&] {
      return cat("has ", count, " items that it must contain, at least ", min, " are needed");
    });
  }
  return !keywords.max_contains || count <= *keywords.max_contains || fail("maxContains", [&] {
    return cat("has ", count, " items of a kind, at most ", *keywords.max_contains, " are allowed");
  });
}

bool Validator::check_unevaluated_items(const Node& node, const json::Array& array, Seen& seen) {
  const Node* schema = node.array->unevaluated_items;
  if (schema == nullptr) return true;
  for (size_t i = 0; i < array.size(); ++i) {
    if (seen[i]) continue;
    const Place::Step step(place_, std::to_string(i));
    if (schema->accepts_none() || !valid_child(*schema, array[i])) {
      return fail("unevaluatedItems", [] { return "no schema is for this item"; });
    }
    mark(seen, i);
  }
  return true;
}

}  // namespace millrace::schema::json_schema
