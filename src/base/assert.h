// MILL_ASSERT: a condition that only a bug in this program can break. On in every build; bad input
// is never an assert.
#pragma once

namespace millrace {

/// Prints the place and the finding to stderr and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* message, const char* file,
                                   int line);

}  // namespace millrace

#define MILL_ASSERT(condition, message)                                      \
  do {                                                                       \
    if (!(condition)) [[unlikely]] {                                         \
      ::millrace::assertion_failed(#condition, message, __FILE__, __LINE__); \
    }                                                                        \
  } while (false)
