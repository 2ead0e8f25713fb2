// How a validator tells what does not fit.
#pragma once

#include "base/text.h"
#include "schema/json_schema/validator.h"

namespace millrace::schema::json_schema {

template <class What>
bool Validator::fail(std::string_view keyword, const What& what) {
  if (trials_ > 0 || !reason_.empty()) return false;
  const std::string place = place_.text();
  reason_ = cat(place.empty() ? "the value" : place, ": ", what(), " (", keyword, ")");
  return false;
}

}  // namespace millrace::schema::json_schema
