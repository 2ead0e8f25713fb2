// Children that have no schema of their own: additional and unevaluated ones.
#include "base/text.h"
#include "schema/json_schema/comparison.h"

namespace millrace::schema::json_schema {

Comparison::Rest Comparison::rest_of(const Node* keyword) {
  if (keyword == nullptr || keyword->accepts_all()) return {};
  if (keyword->accepts_none()) return {.allowed = false, .schema = nullptr};
  return {.allowed = true, .schema = keyword};
}

void Comparison::compare_rest(std::string_view keyword, std::string_view stem, const Rest& writer,
                              const Rest& reader) {
  const Place::Step step(place_, keyword);
  if (writer.allowed != reader.allowed) {
    if (reader.allowed) return;
    note(cat(stem, "_REMOVED"),
         cat("This schema refuses what the writer's lets through behind what "
             "it names: leave ",
             keyword, " open."));
  } else if (writer.schema == nullptr && reader.schema != nullptr) {
    note(cat(stem, "_NARROWED"), cat("The writer's schema lets anything through behind what it "
                                     "names, this one has a schema for it: leave ",
                                     keyword, " open."));
  } else if (writer.schema != nullptr && reader.schema != nullptr) {
    compare(writer.schema, reader.schema);
  }
}

void Comparison::compare_unevaluated(std::string_view keyword, std::string_view stem,
                                     const Node* writer, const Node* reader) {
  if (reader == nullptr || (writer == nullptr && is_anything(*reader))) return;
  const Place::Step step(place_, keyword);
  const bool from_nothing = writer != nullptr && is_nothing(*writer);
  const bool from_anything = writer == nullptr || is_anything(*writer);
  if (from_nothing && !is_nothing(*reader)) return;
  if (!from_nothing && is_nothing(*reader)) {
    note(cat(stem, "_REMOVED"),
         cat("This schema refuses what no keyword looked at, the writer's does not: leave ",
             keyword, " as it was."));
  } else if (from_anything && !is_anything(*reader)) {
    note(cat(stem, "_NARROWED"),
         cat("This schema has a schema for what no keyword looked at, the writer's lets anything "
             "through: leave ",
             keyword, " as it was."));
  } else if (!from_anything) {
    compare(writer, reader);
  }
}

const Node* Comparison::covering(const Rest& rest, const Node* unevaluated) {
  if (!rest.allowed) return nullptr;
  if (rest.schema != nullptr) return rest.schema;
  if (unevaluated == nullptr || is_nothing(*unevaluated) || is_anything(*unevaluated))
    return nullptr;
  return unevaluated;
}

bool Comparison::leaves_open(const Rest& rest, const Node* unevaluated) {
  return rest.allowed && rest.schema == nullptr &&
         (unevaluated == nullptr || is_anything(*unevaluated));
}

}  // namespace millrace::schema::json_schema
