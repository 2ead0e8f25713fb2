// Replay: the fold that turns one partition of `__consumer_offsets` into groups.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "coordinator/committed_offsets.h"
#include "coordinator/consumer/consumer_group.h"
#include "coordinator/formats.h"
#include "coordinator/text_map.h"
#include "millrace/result.h"
#include "record/batch_view.h"
#include "record/record_view.h"

namespace millrace::coordinator {

/// What replay found of one group.
struct LoadedGroup {
  std::optional<GroupValue> value;
  /// Void unless there are records of the consumer protocol.
  ConsumerGroup consumer;
  CommittedOffsets offsets;
  /// Offsets of transactions without an end, by producer.
  std::map<int64_t, CommittedOffsets> open_transactions;

  /// Where both protocols left records (a change of protocol removes the other's in one batch, an
  /// empty group's removal can fail), who has members is right.
  bool is_consumer_group() const {
    return !consumer.is_void() && !(value && consumer.members().empty());
  }
};

/// Owned by one thread. Batches must come in the order of the log.
class Replay {
 public:
  /// `corrupt_message` where the batch itself cannot be read. Records whose key or value is not
  /// understood are counted and skipped: they stay in the log for whoever wrote them.
  Result<void> add(const record::BatchView& batch);

  TextMap<LoadedGroup>& groups() { return groups_; }
  int64_t record_count() const { return record_count_; }
  int64_t unknown_record_count() const { return unknown_record_count_; }

 private:
  void add_record(const record::BatchView& batch, const record::RecordView& record);
  void add_offset(const record::BatchView& batch, const record::RecordView& record,
                  const OffsetKey& key);
  void add_group(const record::RecordView& record, const GroupKey& key);
  /// False where the record is of another protocol.
  bool add_consumer_record(const record::RecordView& record);
  void end_transaction(int64_t producer_id, bool is_committed);
  LoadedGroup& group(std::string_view id);

  TextMap<LoadedGroup> groups_;
  int64_t record_count_ = 0;
  int64_t unknown_record_count_ = 0;
};

}  // namespace millrace::coordinator
