#include "base/mutex.h"

#include "base/assert.h"

namespace millrace {

#if defined(MILL_LOCK_RANKS)
namespace {

// Ranks held by this thread, as bits. Holding two mutexes of one rank is refused too.
thread_local uint32_t held_ranks = 0;

uint32_t bit_of(LockRank rank) { return uint32_t{1} << static_cast<uint32_t>(rank); }

}  // namespace

void Mutex::lock() {
  MILL_ASSERT(held_ranks < bit_of(rank_), "mutexes locked against the lock order");
  mutex_.lock();
  held_ranks |= bit_of(rank_);
}

void Mutex::unlock() {
  held_ranks &= ~bit_of(rank_);
  mutex_.unlock();
}
#else
void Mutex::lock() { mutex_.lock(); }
void Mutex::unlock() { mutex_.unlock(); }
#endif

}  // namespace millrace
