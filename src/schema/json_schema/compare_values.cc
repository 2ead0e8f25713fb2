// Numbers, strings, enumerations, constants and what must not match.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "json/text.h"
#include "schema/json_schema/bounds.h"
#include "schema/json_schema/canonical.h"

namespace millrace::schema::json_schema {
namespace {

const NumberKeywords& number_of(const Facet& facet) {
  static const NumberKeywords kNone;
  return facet.node->number == nullptr ? kNone : *facet.node->number;
}

const StringKeywords& string_of(const Facet& facet) {
  static const StringKeywords kNone;
  return facet.node->string == nullptr ? kNone : *facet.node->string;
}

std::set<std::string> keys_of(const json::Array& values) {
  std::set<std::string> keys;
  for (const json::Value& value : values) keys.insert(value_key(value));
  return keys;
}

/// Values are cheap beside schemas.
constexpr size_t kValuesAStep = 8;

/// One that is in `all` and not in `others`.
std::optional<std::string> missing(const std::set<std::string>& all,
                                   const std::set<std::string>& others) {
  const auto found =
      std::ranges::find_if(all, [&](const auto& key) { return !others.contains(key); });
  if (found == all.end()) return std::nullopt;
  return clipped(*found);
}

}  // namespace

void Comparison::compare_numbers(const Facet& writer, const Facet& reader) {
  const NumberKeywords& before = number_of(writer);
  const NumberKeywords& now = number_of(reader);
  compare_upper("maximum", "MAXIMUM", before.maximum, now.maximum);
  compare_lower("minimum", "MINIMUM", before.minimum, now.minimum);
  compare_upper("exclusiveMaximum", "EXCLUSIVE_MAXIMUM", before.exclusive_maximum,
                now.exclusive_maximum);
  compare_lower("exclusiveMinimum", "EXCLUSIVE_MINIMUM", before.exclusive_minimum,
                now.exclusive_minimum);
  if (now.multiple_of && !before.multiple_of) {
    note_at("multipleOf", "MULTIPLE_OF_ADDED",
            "The writer's numbers may be any, this schema wants multiples: leave multipleOf out.");
  } else if (now.multiple_of && !before.multiple_of->is_multiple_of(*now.multiple_of)) {
    const bool expanded = now.multiple_of->is_multiple_of(*before.multiple_of);
    note_at("multipleOf", expanded ? "MULTIPLE_OF_EXPANDED" : "MULTIPLE_OF_CHANGED",
            cat("Multiples of the writer's ", before.multiple_of->to_string(),
                " are not all multiples of ", now.multiple_of->to_string(),
                ": take a divisor of the writer's."));
  }
  if (reader.integer && !writer.integer) {
    note("TYPE_NARROWED",
         "The writer's numbers may have fractions, this schema wants integers: keep number.");
  }
}

void Comparison::compare_strings(const Facet& writer, const Facet& reader) {
  const StringKeywords& before = string_of(writer);
  const StringKeywords& now = string_of(reader);
  compare_upper("maxLength", "MAX_LENGTH", before.max_length, now.max_length);
  compare_lower("minLength", "MIN_LENGTH", before.min_length, now.min_length);
  if (now.pattern == nullptr) return;
  if (before.pattern == nullptr) {
    note_at("pattern", "PATTERN_ADDED",
            "The writer's strings may be any, this schema has a pattern: leave it out.");
  } else if (before.pattern->text() != now.pattern->text()) {
    note_at(
        "pattern", "PATTERN_CHANGED",
        cat("Strings that match the writer's ", clipped(before.pattern->text()), " may not match ",
            clipped(now.pattern->text()), ": keep the pattern or remove it."));
  }
}

void Comparison::compare_enumerations(const Facet& writer, const Facet& reader) {
  const size_t values = writer.node->enumeration->size() + reader.node->enumeration->size();
  if (!spend(values / kValuesAStep)) return;
  const auto before = keys_of(*writer.node->enumeration);
  const auto now = keys_of(*reader.node->enumeration);
  const auto lost = missing(before, now);
  if (!lost) return;
  note_at("enum", missing(now, before) ? "ENUM_ARRAY_CHANGED" : "ENUM_ARRAY_NARROWED",
          cat("The writer's value ", *lost, " is not in this schema's enum: keep it there."));
}

void Comparison::compare_constants(const Facet& writer, const Facet& reader) {
  const std::string before = value_key(*writer.node->constant);
  if (before == value_key(*reader.node->constant)) return;
  note_at("const", "ENUM_ARRAY_CHANGED",
          cat("The writer's value is ", clipped(before),
              ", this schema wants another: use enum with both."));
}

/// What must not match may match less, never more.
void Comparison::compare_negations(const Facet& writer, const Facet& reader) {
  if (fits(*reader.node->negation, *writer.node->negation)) return;
  note_at("not", "NOT_TYPE_EXTENDED",
          "This schema forbids values that the writer's does not: forbid no more than it does.");
}

}  // namespace millrace::schema::json_schema
