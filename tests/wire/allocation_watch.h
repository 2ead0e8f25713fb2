// Watches what this thread allocates: the test program's operator new reports to it.
#pragma once

#include <cstddef>

namespace millrace::wire::testing {

/// Largest single allocation of the thread while this lives. Not nested.
class AllocationWatch {
 public:
  AllocationWatch();
  ~AllocationWatch();
  AllocationWatch(const AllocationWatch&) = delete;
  AllocationWatch& operator=(const AllocationWatch&) = delete;

  size_t largest() const;
};

}  // namespace millrace::wire::testing
