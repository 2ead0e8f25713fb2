// Arrays: items, the first ones one by one, and how many.
#include "base/text.h"
#include "schema/json_schema/bounds.h"

namespace millrace::schema::json_schema {
namespace {

const ArrayKeywords& array_of(const Facet& facet) {
  static const ArrayKeywords kNone;
  return facet.node->array == nullptr ? kNone : *facet.node->array;
}

/// Since 2020-12 `items` is what `additionalItems` was: `items: false` closes an array.
bool items_are_the_rest(const Facet& facet) {
  const Node* every = array_of(facet).every_item;
  return facet.node->draft == Draft::v2020_12 && every != nullptr && every->boolean.has_value();
}

}  // namespace

void Comparison::compare_arrays(const Facet& writer, const Facet& reader) {
  const ArrayKeywords& before = array_of(writer);
  const ArrayKeywords& now = array_of(reader);
  {
    const Place::Step step(place_, "items");
    compare(every_item_of(writer), every_item_of(reader));
  }
  compare_first_items(writer, reader);
  compare_rest("additionalItems", "ADDITIONAL_ITEMS", other_items_of(writer),
               other_items_of(reader));
  compare_unevaluated("unevaluatedItems", "UNEVALUATED_ITEMS", before.unevaluated_items,
                      now.unevaluated_items);
  compare_upper("maxItems", "MAX_ITEMS", before.max_items, now.max_items);
  compare_lower("minItems", "MIN_ITEMS", before.min_items, now.min_items);
  if (now.unique_items && !before.unique_items) {
    note_at("uniqueItems", "UNIQUE_ITEMS_ADDED",
            "The writer's arrays may repeat items, this schema's may not: leave uniqueItems out.");
  }
  compare_contains(writer, reader);
}

const Node* Comparison::every_item_of(const Facet& array) {
  return items_are_the_rest(array) ? nullptr : array_of(array).every_item;
}

Comparison::Rest Comparison::other_items_of(const Facet& array) {
  const ArrayKeywords& keywords = array_of(array);
  if (items_are_the_rest(array)) return rest_of(keywords.every_item);
  const Rest rest = rest_of(keywords.other_items);
  // Beside one schema for all items there are no others to refuse.
  return !rest.allowed && keywords.every_item != nullptr ? Rest() : rest;
}

void Comparison::compare_first_items(const Facet& writer, const Facet& reader) {
  const auto& before = array_of(writer).first_items;
  const auto& now = array_of(reader).first_items;
  for (size_t i = 0; i < std::max(before.size(), now.size()); ++i) {
    if (!spend(1)) return;
    const Place::Step step(place_, cat("items/", i));
    if (i >= now.size()) {
      compare_removed_item(reader, *before[i]);
    } else if (i >= before.size()) {
      compare_added_item(writer, *now[i]);
    } else {
      compare(before[i], now[i]);
    }
  }
}

void Comparison::compare_removed_item(const Facet& reader, const Node& removed) {
  const Rest rest = other_items_of(reader);
  const Node* unevaluated = array_of(reader).unevaluated_items;
  if (leaves_open(rest, unevaluated)) return;
  if (const Node* cover = covering(rest, unevaluated)) {
    compare(&removed, cover);
    if (fits(removed, *cover)) return;
    note("ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
         "The writer's item has no schema of its own any more and does not fit the one for the "
         "others: keep it, or widen that schema.");
  } else if (!is_nothing(removed)) {
    note("ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL",
         "The writer's item has no schema any more, and this schema allows no others: keep it, or "
         "allow others.");
  }
}

void Comparison::compare_added_item(const Facet& writer, const Node& added) {
  const Rest rest = other_items_of(writer);
  const Node* unevaluated = array_of(writer).unevaluated_items;
  if (leaves_open(rest, unevaluated)) {
    if (is_anything(added)) return;
    note("ITEM_ADDED_TO_OPEN_CONTENT_MODEL",
         "The writer's arrays may have anything there: let the item be anything (true), or forbid "
         "more items in the writer's schema first.");
  } else if (const Node* cover = covering(rest, unevaluated)) {
    compare(cover, &added);
    if (fits(*cover, added)) return;
    note("ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
         "What the writer's schema allows there does not fit this item's schema: widen it.");
  }
}

/// Only how many: their rules do not look at what must be contained.
void Comparison::compare_contains(const Facet& writer, const Facet& reader) {
  const auto counts = [](const ArrayKeywords& array, Draft draft) {
    struct Counts {
      std::optional<uint64_t> min, max;
    };
    if (array.contains == nullptr || draft < Draft::v2019_09) return Counts{};
    return Counts{.min = array.min_contains.value_or(1), .max = array.max_contains};
  };
  const auto before = counts(array_of(writer), writer.node->draft);
  const auto now = counts(array_of(reader), reader.node->draft);
  compare_upper("maxContains", "MAX_CONTAINS", before.max, now.max);
  compare_lower("minContains", "MIN_CONTAINS", before.min, now.min);
}

}  // namespace millrace::schema::json_schema
