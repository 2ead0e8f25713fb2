// Batch: records of one partition on their way, from the first one added to the outcome.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "client/producer/batch_memory.h"
#include "client/producer/delivery_state.h"
#include "client/retry.h"
#include "record/batch_builder.h"

namespace millrace::client {

/// What makes a batch recognizable to the broker, so that a retry is not written twice (KIP-98).
struct Stamp {
  int64_t producer_id = -1;
  int16_t epoch = -1;
  int32_t sequence = -1;
};

/// Belongs to the accumulator, under its lock, while it waits there, and otherwise to the sender.
class Batch {
 public:
  struct Terms {
    TopicPartition partition;
    record::Compression compression;
    bool is_transactional = false;
    /// Rises with each batch of a producer: the order within a partition.
    int64_t number = 0;
    /// Room for so many records is made ahead.
    size_t expected_count = 0;
    SteadyTime created;
    SteadyTime deadline;
    Backoff backoff;
    /// Where its memory comes from and goes.
    std::shared_ptr<BatchMemory> memory;
  };

  Batch(Terms terms, std::shared_ptr<DeliveryState> state);

  const TopicPartition& partition() const { return state_->partition(); }
  const std::shared_ptr<DeliveryState>& state() const { return state_; }
  int64_t number() const { return number_; }
  SteadyTime created() const { return created_; }
  SteadyTime deadline() const { return deadline_; }
  int32_t record_count() const { return count_; }

  /// At most so many bytes a record adds to a batch.
  static size_t bytes_of(const ProducerRecord& record);
  /// The index of the record. `callback` may be empty.
  int32_t add(const ProducerRecord& record, int64_t timestamp_ms, DeliveryCallback&& callback);
  /// What it takes in a request, at most.
  size_t size() const { return bytes_ ? bytes_->size() : builder_.uncompressed_size(); }
  /// What it was charged for in the buffer.
  size_t charged = 0;
  /// No record is added any more.
  bool is_closed = false;

  /// Compresses, once; fails as record::compress.
  Result<void> seal();
  /// Writes the stamp into sealed bytes; those that a request still uses are left as they are.
  void stamp(const Stamp& stamp);
  const std::optional<Stamp>& stamped() const { return stamp_; }
  /// The broker has said that it does not know the batch: the next attempt gets a new stamp.
  void unstamp() { stamp_.reset(); }
  /// Sealed, with stamp and CRC.
  std::shared_ptr<const Bytes> bytes();

  /// Calls what waits for the outcome, in the order of the records.
  void call_back();

  // How its attempts went.
  int32_t retries = 0;
  SteadyTime retry_at = SteadyTime::min();
  Backoff backoff;
  /// Earlier batches were under way when this one was sent.
  bool was_sent_behind = false;
  /// An attempt ended without an answer.
  bool may_be_written = false;
  std::string last_failure;

 private:
  const std::shared_ptr<DeliveryState> state_;
  const int64_t number_;
  const size_t expected_count_;
  const SteadyTime created_;
  const SteadyTime deadline_;
  const bool is_compressed_;
  const std::shared_ptr<BatchMemory> memory_;
  record::BatchBuilder builder_;
  int32_t count_ = 0;
  std::vector<std::pair<int32_t, DeliveryCallback>> callbacks_;
  std::shared_ptr<Bytes> bytes_;
  bool has_crc_ = false;
  std::optional<Stamp> stamp_;
};

using BatchPtr = std::shared_ptr<Batch>;

}  // namespace millrace::client
