#include "coordinator/replay.h"

#include <utility>

#include "base/log.h"
#include "base/try.h"
#include "record/control_record.h"
#include "record/record_reader.h"

namespace millrace::coordinator {

Result<void> Replay::add(const record::BatchView& batch) {
  if (batch.is_control()) {
    MILL_TRY(const auto marker, record::parse_marker(batch));
    ++record_count_;
    if (marker) {
      end_transaction(batch.producer_id().value(), marker->type == record::MarkerType::commit);
    }
    return {};
  }
  return record::for_each_record(
      batch, [&](const record::RecordView& record) { add_record(batch, record); });
}

LoadedGroup& Replay::group(std::string_view id) {
  const auto found = groups_.find(id);
  return found != groups_.end() ? found->second : groups_[std::string(id)];
}

void Replay::add_record(const record::BatchView& batch, const record::RecordView& record) {
  ++record_count_;
  const auto key = decode_key(record.key.value_or(ByteView()));
  if (!key) {
    ++unknown_record_count_;
    return log::warn("offset ", record.offset, ": ", key.error().message());
  }
  if (const auto* offset_key = std::get_if<OffsetKey>(&*key)) {
    return add_offset(batch, record, *offset_key);
  }
  if (const auto* group_key = std::get_if<GroupKey>(&*key)) return add_group(record, *group_key);
  if (add_consumer_record(record)) return;
  ++unknown_record_count_;
}

void Replay::add_offset(const record::BatchView& batch, const record::RecordView& record,
                        const OffsetKey& key) {
  if (!record.value) {
    const auto found = groups_.find(key.group_id);
    if (found == groups_.end()) return;
    found->second.offsets.erase(key.topic, key.partition, record.offset);
    for (auto& [producer, offsets] : found->second.open_transactions) {
      offsets.erase(key.topic, key.partition, record.offset);
    }
    return;
  }
  auto value = decode_offset_value(*record.value);
  if (!value) {
    ++unknown_record_count_;
    return log::warn("offset ", record.offset, ": ", value.error().message());
  }
  LoadedGroup& loaded = group(key.group_id);
  CommittedOffsets& offsets = batch.is_transactional()
                                  ? loaded.open_transactions[batch.producer_id().value()]
                                  : loaded.offsets;
  offsets.put(key.topic, key.partition, {*std::move(value), record.offset});
}

void Replay::add_group(const record::RecordView& record, const GroupKey& key) {
  if (!record.value) {
    const auto found = groups_.find(key.group_id);
    if (found != groups_.end()) found->second.value.reset();
    return;
  }
  auto value = decode_group_value(*record.value);
  if (!value) {
    ++unknown_record_count_;
    return log::warn("offset ", record.offset, ": ", value.error().message());
  }
  group(key.group_id).value = *std::move(value);
}

bool Replay::add_consumer_record(const record::RecordView& record) {
  const auto key = decode_consumer_key(*record.key);
  if (key && !*key) return false;
  const auto change =
      key ? decode_consumer_record(**key, record.value) : Result<ConsumerRecord>(key.error());
  if (!change) {
    ++unknown_record_count_;
    log::warn("offset ", record.offset, ": ", change.error().message());
    return true;
  }
  // A tombstone of a group that is not known needs no group.
  if (record.value || groups_.contains((*key)->group_id)) {
    group((*key)->group_id).consumer.apply(*change);
  }
  return true;
}

void Replay::end_transaction(int64_t producer_id, bool is_committed) {
  for (auto& [id, loaded] : groups_) {
    auto ended = loaded.open_transactions.extract(producer_id);
    if (ended.empty() || !is_committed) continue;
    for (const auto& [topic, partitions] : ended.mapped().topics()) {
      for (const auto& [number, offset] : partitions) {
        loaded.offsets.put(topic, PartitionId(number), offset);
      }
    }
  }
}

}  // namespace millrace::coordinator
