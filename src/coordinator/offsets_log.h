// What the coordinator asks of the broker: the partitions of `__consumer_offsets`, and what there
// is of other topics. A seam: tests put a log in memory here and decide when an append is durable.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "base/uuid.h"
#include "coordinator/consumer/topic_view.h"
#include "millrace/result.h"
#include "record/batch_view.h"
#include "record/control_record.h"

namespace millrace::coordinator {

/// A place in a topic that a commit points at.
struct CommittedPlace {
  std::string topic;
  PartitionId partition;
  Offset offset;
};

/// One batch for a partition of `__consumer_offsets`.
struct OffsetsBatch {
  Bytes bytes;
  /// What must be as durable as the batch before the batch counts.
  std::vector<CommittedPlace> below = {};
  /// Of a producer's transaction that begins there: what verification_guard gave.
  uint64_t guard = 0;
  /// Of a marker.
  record::MarkerEpoch marker_epoch = record::MarkerEpoch::kept;
};

/// Safe from any thread.
class OffsetsLog : public TopicView {
 public:
  /// The offset of the first record appended, once it is durable.
  using Appended = std::function<void(Result<Offset>)>;

  /// Creates `__consumer_offsets` where it is missing.
  virtual Result<void> ensure_created() = 0;
  /// Its number of partitions, 0 while it does not exist.
  virtual int32_t partition_count() const = 0;

  /// `appended` is called once, maybe before this returns, in the order of the appends to a
  /// partition, when the batch is durable and every record below `below` is as durable as that. On
  /// an error nothing of the batch counts.
  virtual void append(PartitionId partition, OffsetsBatch batch, Appended appended) = 0;

  /// To be got before a producer's transaction is verified; 0 where it is open there.
  /// invalid_producer_epoch where the partition knows a later epoch.
  virtual Result<uint64_t> verification_guard(PartitionId partition, ProducerId producer_id,
                                              int16_t epoch) = 0;

  /// Gives every batch of the partition, oldest first, to `batch`. Stops at the first error.
  virtual Result<void> replay(
      PartitionId partition,
      const std::function<Result<void>(const record::BatchView&)>& batch) = 0;

  /// The topic's id if the topic has a partition of that number.
  virtual std::optional<Uuid> find_partition(const std::string& topic,
                                             PartitionId partition) const = 0;

  /// The end that recovery found for a partition that was not closed cleanly; nothing for others. A
  /// commit above it was never answered and points at records that a later producer will replace.
  virtual std::optional<Offset> recovered_end(const std::string& topic,
                                              PartitionId partition) const = 0;
};

}  // namespace millrace::coordinator
