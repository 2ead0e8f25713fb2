// ReadRecords: the records of one read of a log, and the memory they lie in.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "broker/partition.h"
#include "millrace/options.h"
#include "millrace/result.h"
#include "millrace/topic.h"
#include "record/arena.h"

namespace millrace::embed {

struct ReadRecords {
  std::vector<LogRecordView> records;
  int64_t next_offset = 0;
  /// What the views of `records` point into.
  std::vector<SharedBytes> batches;
  record::Arena unfolded;
};

/// The records at `from` and above that a reader of this isolation is shown. Records of batches
/// that are not compressed are views into what the log gave; others are copied once. An error of
/// reading or of a damaged batch, kafka_storage_error or corrupt_message.
Result<std::unique_ptr<ReadRecords>> read_records(broker::PartitionData data, Offset from,
                                                  Isolation isolation);

}  // namespace millrace::embed
