// LogCleaner: which compacted log is cleaned next, and how fast.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/uuid.h"
#include "broker/config/broker_config.h"
#include "millrace/clock.h"
#include "millrace/result.h"
#include "obs/counter.h"

namespace millrace::storage {
class LogDirectory;
class SyncPool;
struct CleanOutcome;
struct CleanSpec;
}  // namespace millrace::storage

namespace millrace::broker {

class Catalog;
class Partition;

/// Of rounds that came to their end, but for those that failed.
struct CleanerMetrics {
  obs::Counter rounds;
  obs::Counter failures;
  obs::Counter bytes_before;
  obs::Counter bytes_after;
  obs::Counter records_before;
  obs::Counter records_after;
};

/// One log at a time, the dirtiest first (Kafka's log.cleaner.threads=1). It has no thread: whoever
/// owns the broker gives it one that may block for as long as a log takes, and none else calls
/// meanwhile. Tests call it by hand.
class LogCleaner {
 public:
  struct Options {
    Catalog* catalog = nullptr;
    storage::LogDirectory* directory = nullptr;
    storage::SyncPool* sync_pool = nullptr;
    /// Run the pool's queue in the caller (a pool without threads).
    bool sync_inline = false;
    const Clock* clock = nullptr;
    std::function<std::shared_ptr<const BrokerConfig>()> config;
  };
  explicit LogCleaner(Options options) : options_(std::move(options)) {}

  /// Called in the middle of the work, often: it waits for the time given, which may be none, and
  /// answers whether to go on.
  using Rest = std::function<bool(Milliseconds)>;

  /// Cleans the dirtiest log that is dirty enough. False where there is none: then there is nothing
  /// to do for backoff(). A log that cannot be cleaned is logged and left for later, or for ever
  /// where its records are damaged; the others go on.
  bool clean_dirtiest(const Rest& rest);
  Milliseconds backoff() const;
  /// From any thread.
  const CleanerMetrics& metrics() const { return metrics_; }

 private:
  struct Candidate;
  std::optional<Candidate> dirtiest();
  std::optional<Candidate> look_at(const std::shared_ptr<Partition>& partition);
  void make_durable(Partition& partition);
  void clean(const Candidate& candidate, const Rest& rest);
  void count(const storage::CleanOutcome& outcome);
  void tell(const Partition& partition, const Candidate& candidate,
            const storage::CleanOutcome& outcome) const;
  void leave(const Partition& partition, const Error& error);
  bool is_wanted(const Partition& partition) const;
  /// How long to rest after so much was read or written.
  Milliseconds rest_after(int64_t bytes);

  using Id = std::pair<Uuid, int32_t>;
  static Id id_of(const Partition& partition);

  const Options options_;
  CleanerMetrics metrics_;
  /// Logs that failed, and when to look at them again.
  std::map<Id, SteadyTime> left_until_;
  /// When what was read and written so far is within log.cleaner.io.max.bytes.per.second.
  SteadyTime paid_until_{};
};

}  // namespace millrace::broker
