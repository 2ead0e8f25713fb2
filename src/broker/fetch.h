// A fetch over many partitions, with its long poll.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "broker/partition.h"
#include "millrace/clock.h"

namespace millrace::broker {

class Broker;

/// One partition of a fetch. Where the client names the topic by its id, the caller adds the name.
struct FetchTarget {
  std::string topic;
  /// Zero where the client named the topic by its name.
  Uuid topic_id = {};
  PartitionId partition{0};
  Offset from{0};
  int32_t bytes_max = 0;
  LeaderEpoch current_leader_epoch = kNoLeaderEpoch;
  /// Of the record before `from` as the client knows it; -1: not checked.
  LeaderEpoch last_fetched_epoch = kNoLeaderEpoch;
};

struct FetchSpec {
  std::vector<FetchTarget> targets;
  int32_t bytes_min = 0;
  int32_t bytes_max = 0;
  Milliseconds wait_max{0};
  Isolation isolation = Isolation::read_uncommitted;
};

/// The answer for the target of the same index.
struct FetchedPartition {
  ErrorCode error = ErrorCode::none;
  PartitionData data = {};
};

using FetchCallback = std::function<void(std::vector<FetchedPartition>)>;

/// Answers at once when bytes_min are there, when nothing may be waited for, or when a partition
/// has an error; otherwise waits for the append that completes it or for wait_max. `callback` is
/// called exactly once, on any thread, with no lock held.
void fetch(Broker& broker, FetchSpec spec, FetchCallback callback);

/// One waiter over many partitions: woken once, by enough readable bytes, by a partition that went
/// away, or by its deadline.
class FetchWaiter {
 public:
  FetchWaiter(int64_t bytes_missing, std::function<void()> wake)
      : bytes_missing_(bytes_missing), wake_(std::move(wake)) {}

  /// Counts bytes that became readable; true for the one call after which the caller must `wake`.
  bool add_bytes(int64_t bytes);
  /// True for the one call that ends the waiting for another reason.
  bool finish();
  bool finished() const { return done_; }
  /// Called by whoever got `true`, with no lock held.
  void wake() { wake_(); }

 private:
  std::atomic<int64_t> bytes_missing_;
  std::atomic<bool> done_ = false;
  std::function<void()> wake_;
};

}  // namespace millrace::broker
