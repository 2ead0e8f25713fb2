// Limits of a schema beside a writer's: they may widen, not narrow.
#pragma once

#include "base/text.h"
#include "schema/json_schema/comparison.h"

namespace millrace::schema::json_schema {

inline std::string to_text(uint64_t count) { return std::to_string(count); }
inline std::string to_text(const Decimal& number) { return number.to_string(); }

/// Notes <stem>_ADDED or <stem>_DECREASED.
template <class T>
void Comparison::compare_upper(std::string_view keyword, std::string_view stem,
                               const std::optional<T>& writer, const std::optional<T>& reader) {
  if (!reader || (writer && *writer <= *reader)) return;
  note_at(keyword, cat(stem, writer ? "_DECREASED" : "_ADDED"),
          cat(keyword, " is ", to_text(*reader), ", the writer's schema allows ",
              writer ? cat("up to ", to_text(*writer)) : "any",
              ": raise it that far or leave it out."));
}

/// Notes <stem>_ADDED or <stem>_INCREASED.
template <class T>
void Comparison::compare_lower(std::string_view keyword, std::string_view stem,
                               const std::optional<T>& writer, const std::optional<T>& reader) {
  if (!reader || (writer && *writer >= *reader)) return;
  note_at(keyword, cat(stem, writer ? "_INCREASED" : "_ADDED"),
          cat(keyword, " is ", to_text(*reader), ", the writer's schema allows ",
              writer ? cat("down to ", to_text(*writer)) : "any",
              ": lower it that far or leave it out."));
}

}  // namespace millrace::schema::json_schema
