#include "wire/allocation_watch.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {
thread_local bool is_watched = false;
thread_local size_t largest_allocation = 0;
}  // namespace

// Replacing the global operators is what the standard offers for looking at every allocation.
void* operator new(size_t size) {
  if (is_watched) largest_allocation = std::max(largest_allocation, size);
  if (void* memory = std::malloc(std::max<size_t>(size, 1))) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace millrace::wire::testing {

AllocationWatch::AllocationWatch() {
  largest_allocation = 0;
  is_watched = true;
}
AllocationWatch::~AllocationWatch() { is_watched = false; }
size_t AllocationWatch::largest() const { return largest_allocation; }

}  // namespace millrace::wire::testing
