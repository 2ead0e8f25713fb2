// Producer: collects records into batches and brings them to their leaders.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "client/cluster.h"
#include "record/batch_builder.h"

namespace millrace::client {

struct ProducerOptions {
  std::string topic;
  /// -1 all, 0 or 1. With all the producer is idempotent: repeating a batch never doubles it.
  int16_t acks = -1;
  record::Compression compression = {};
  /// A batch goes out when it has grown to so many bytes, before compression.
  size_t batch_bytes = size_t{256} << 10;
  /// Send everything there; otherwise keys decide, and records without one take turns by batch.
  std::optional<int32_t> partition = std::nullopt;
};

struct OutgoingRecord {
  std::optional<ByteView> key = std::nullopt;
  std::optional<ByteView> value = std::nullopt;
  int64_t timestamp = 0;
  std::span<const record::HeaderView> headers = {};
};

/// One topic, one thread, blocking. Each partition has at most one batch under way, so records keep
/// their order. A failed call leaves unknown which of the unacknowledged records were written.
class Producer {
 public:
  /// Looks the topic up, which may create it. unknown_topic_or_partition where it is not there.
  static Result<std::unique_ptr<Producer>> open(Cluster& cluster, ProducerOptions options);

  /// Takes a copy; sends when a batch is full.
  Result<void> add(const OutgoingRecord& record);
  /// Sends all there is and waits for the acknowledgements.
  Result<void> flush();

  /// Records acknowledged (with acks=0: handed to the network).
  int64_t acknowledged() const { return acknowledged_; }
  bool has_pending() const { return !pending_.empty(); }

 private:
  struct Pending {
    record::BatchBuilder builder;
  };
  struct Batch {
    int32_t partition = 0;
    Bytes bytes;
    int32_t record_count = 0;
    bool done = false;
  };

  Producer(Cluster& cluster, ProducerOptions options)
      : cluster_(cluster), options_(std::move(options)) {}

  Result<void> take_producer_id();
  int32_t choose_partition(const OutgoingRecord& record);
  /// One attempt for all batches that are not done; an error that is worth it is tried again.
  Result<void> deliver(std::vector<Batch>& batches, CallLimits limits);

  Cluster& cluster_;
  const ProducerOptions options_;
  int32_t partition_count_ = 0;
  int64_t producer_id_ = -1;
  int16_t producer_epoch_ = -1;
  std::map<int32_t, int32_t> next_sequence_;
  std::map<int32_t, Pending> pending_;
  /// Where records without a key go until the next flush.
  int32_t keyless_partition_ = 0;
  int64_t acknowledged_ = 0;
};

}  // namespace millrace::client
