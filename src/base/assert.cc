#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace millrace {

void assertion_failed(const char* condition, const char* message, const char* file, int line) {
  std::fprintf(stderr, "millrace: bug: %s (%s) at %s:%d\n", message, condition, file, line);
  std::abort();
}

}  // namespace millrace
