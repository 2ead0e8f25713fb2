// FetchedRecords: what one poll hands out, and the memory it lies in.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "millrace/consumer.h"
#include "record/arena.h"
#include "record/batch_view.h"
#include "record/record_view.h"

namespace millrace::client {

/// Shares the answers that its records are views into; records of compressed batches are copied
/// once, out of the reader's window. Grows on one thread, then is only read.
struct FetchedRecords {
  std::vector<ConsumerRecord> records;
  Offsets next_offsets;
  std::vector<std::shared_ptr<const TopicPartition>> partitions;
  std::vector<SharedBytes> buffers;
  record::Arena unfolded;
  /// Of the records as encoded, without compression.
  int64_t size_bytes = 0;

  /// `partition` must live as long as this does, and so must what an uncompressed record points
  /// into.
  void add(const TopicPartition* partition, const record::BatchView& batch,
           const record::RecordView& record);
};

}  // namespace millrace::client
