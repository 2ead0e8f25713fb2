// DeliveryState: what becomes of the records of one batch, shared by all who ask.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/home_process.h"
#include "client/driver.h"
#include "millrace/producer.h"

namespace millrace::client {

class Sender;

/// Decided exactly once, by the driver's work. Until its batch is closed the accumulator adds
/// timestamps under its lock; nobody reads them before the outcome is there.
class DeliveryState {
 public:
  /// Where a batch went; -1 and -1 where nobody told.
  struct Written {
    int64_t base_offset = -1;
    /// Of the broker where it stamps records itself, else -1.
    int64_t log_append_time_ms = -1;
  };

  DeliveryState(TopicPartition partition, std::weak_ptr<Sender> sender)
      : partition_(std::move(partition)), sender_(std::move(sender)) {}
  /// A record that was refused at once.
  explicit DeliveryState(Error refusal);

  const TopicPartition& partition() const { return partition_; }
  /// Room for so many records.
  void expect(size_t count) { timestamps_.reserve(count); }
  /// The new record's index in the batch.
  int32_t add(int64_t timestamp_ms);

  void succeed(Written written);
  void fail(Error error);
  /// All callbacks have returned.
  void end() { ended_.set(); }
  /// Never any more in a child of the process that sent the record.
  bool is_decided() const { return home_.is_this() && decided_.is_set(); }
  /// Only once decided.
  Result<RecordMetadata> outcome(int32_t index) const;
  /// Makes another record's place of the same batch this one's.
  void place(int32_t index, RecordMetadata& metadata) const;

  /// Ends the batch's lingering; true for the first who asks.
  bool hurry() { return !hurried_.exchange(true); }
  bool is_hurried() const { return hurried_; }

  /// Blocks a program's thread until the outcome or the deadline; false at the deadline. Errors:
  /// wrong_state inside the driver; closed in a child of the process that sent the record.
  Result<bool> wait(milliseconds limit);
  /// Waits for the end of the callbacks too, without asking for haste; not inside.
  bool wait_for_end(Driver& driver, SteadyTime deadline) { return driver.wait(ended_, deadline); }

 private:
  const HomeProcess home_;
  const TopicPartition partition_;
  const std::weak_ptr<Sender> sender_;
  std::vector<int64_t> timestamps_;
  std::atomic<bool> hurried_ = false;
  Written written_;
  std::optional<Error> error_;
  Event decided_;
  Event ended_;
};

}  // namespace millrace::client
