// One-line propagation of errors out of functions that return Result.
//
//   MILL_TRY(auto size, file.size());     // declares size, or returns the error
//   MILL_CHECK(file.sync());              // returns the error, drops a value
#pragma once

#include "millrace/result.h"

#define MILL_CONCAT_INNER(a, b) a##b
#define MILL_CONCAT(a, b) MILL_CONCAT_INNER(a, b)

#define MILL_TRY_NAMED(name, declaration, expression) \
  auto name = (expression);                           \
  if (!name) return std::move(name).error();          \
  declaration = *std::move(name)

#define MILL_TRY(declaration, expression) \
  MILL_TRY_NAMED(MILL_CONCAT(mill_try_, __LINE__), declaration, expression)

#define MILL_CHECK(expression)                             \
  do {                                                     \
    if (auto mill_checked = (expression); !mill_checked) { \
      return std::move(mill_checked).error();              \
    }                                                      \
  } while (false)
