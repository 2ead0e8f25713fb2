// Mutexes with a rank: the legal lock order, asserted at run time in debugging builds and checked
// by clang.
//
// A thread may lock a mutex only while every mutex that it holds has a smaller rank. The table of
// ranks is LockRank (docs/architecture.md tells who holds what and why). MILL_LOCK_RANKS switches
// the run-time check on.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#if defined(__clang__)
#define MILL_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define MILL_THREAD_ATTRIBUTE(x)
#endif
#define MILL_CAPABILITY(x) MILL_THREAD_ATTRIBUTE(capability(x))
#define MILL_SCOPED_CAPABILITY MILL_THREAD_ATTRIBUTE(scoped_lockable)
#define MILL_GUARDED_BY(x) MILL_THREAD_ATTRIBUTE(guarded_by(x))
#define MILL_REQUIRES(...) MILL_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define MILL_ACQUIRE(...) MILL_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define MILL_RELEASE(...) MILL_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define MILL_EXCLUDES(...) MILL_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define MILL_NO_THREAD_SAFETY MILL_THREAD_ATTRIBUTE(no_thread_safety_analysis)

namespace millrace {

/// Outermost first.
enum class LockRank : uint8_t {
  /// Of an in-process client: held while its queue is looked at, never while work runs.
  client_driver,
  connection,
  transaction_registry,
  transaction,
  group_registry,
  group,
  broker_alteration,
  catalog_change,
  producer_ids,
  metadata_journal,
  metadata_state,
  topics,
  session_registry,
  session,
  partition,
  log_files,
  log,
  sync_pool,
  timers,
  request_budget,
  http_answers,
  broker_config,
  filesystem,
  logging,
};

/// A mutex that knows its place in the lock order. Held for microseconds, never across a callback,
/// a wait or an fsync.
class MILL_CAPABILITY("mutex") Mutex {
 public:
  explicit Mutex(LockRank rank) : rank_(rank) {}
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() MILL_ACQUIRE();
  void unlock() MILL_RELEASE();

 private:
  friend class MutexLock;
  std::mutex mutex_;
  const LockRank rank_;
};

/// Holds a Mutex for a scope.
class MILL_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) MILL_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() MILL_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace millrace
