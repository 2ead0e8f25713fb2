#include "memory_offsets_log.h"

#include <gtest/gtest.h>

#include <set>

#include "base/try.h"
#include "record/batch_builder.h"
#include "record/patch.h"
#include "record/record_reader.h"

namespace millrace::coordinator {

void MemoryOffsetsLog::release() {
  is_held_ = false;
  while (!waiting_.empty()) {
    const auto answer = std::move(waiting_.front());
    waiting_.pop_front();
    answer();
  }
}

Result<void> MemoryOffsetsLog::ensure_created() {
  if (refuses_creation_) return kafka_error(ErrorCode::kafka_storage_error, "the disk is full");
  if (partitions_.empty()) partitions_.resize(static_cast<size_t>(planned_count_));
  return {};
}

Offset MemoryOffsetsLog::write(PartitionId partition, Bytes batch) {
  Partition& log = partitions_.at(static_cast<size_t>(partition.value()));
  const Offset base = log.end;
  record::patch_base_offset(batch, base);
  const auto view = record::BatchView::parse(batch);
  EXPECT_TRUE(view && view->check_crc()) << "the coordinator made a batch that is not one";
  log.end = view->next_offset();
  log.batches.push_back(std::move(batch));
  return base;
}

void MemoryOffsetsLog::put(PartitionId partition, Bytes batch) {
  EXPECT_TRUE(ensure_created());
  write(partition, std::move(batch));
}

void MemoryOffsetsLog::append(PartitionId partition, OffsetsBatch batch, Appended appended) {
  ++append_count_;
  last_below_ = std::move(batch.below);
  last_guard_ = batch.guard;
  Result<Offset> result = Offset(-1);
  if (const auto code = std::exchange(failure_, std::nullopt)) {
    result = kafka_error(*code, "the test lets this append fail");
  } else {
    result = write(partition, std::move(batch.bytes));
  }
  if (!is_held_) return appended(std::move(result));
  waiting_.emplace_back([appended = std::move(appended), result] { appended(result); });
}

Result<void> MemoryOffsetsLog::replay(
    PartitionId partition, const std::function<Result<void>(const record::BatchView&)>& batch) {
  if (broken_partition_ == partition.value()) {
    return kafka_error(ErrorCode::kafka_storage_error, "the test breaks this partition");
  }
  for (const Bytes& bytes : partitions_.at(static_cast<size_t>(partition.value())).batches) {
    MILL_TRY(const auto view, record::BatchView::parse(bytes));
    MILL_CHECK(batch(view));
  }
  return {};
}

std::vector<StoredRecord> MemoryOffsetsLog::records(PartitionId partition) const {
  std::vector<StoredRecord> records;
  for (const Bytes& bytes : partitions_.at(static_cast<size_t>(partition.value())).batches) {
    const auto view = record::BatchView::parse(bytes);
    const auto read = record::for_each_record(*view, [&](const record::RecordView& record) {
      StoredRecord& stored = records.emplace_back();
      stored.offset = record.offset;
      stored.key = copy_of(record.key.value_or(ByteView()));
      if (record.value) stored.value = copy_of(*record.value);
    });
    EXPECT_TRUE(read);
  }
  return records;
}

std::vector<StoredRecord> MemoryOffsetsLog::records() const {
  std::vector<StoredRecord> all;
  for (PartitionId partition(0); partition < PartitionId(partition_count()); ++partition) {
    for (auto& record : records(partition)) all.push_back(std::move(record));
  }
  return all;
}

void MemoryOffsetsLog::compact() {
  for (PartitionId partition(0); partition < PartitionId(partition_count()); ++partition) {
    auto all = records(partition);
    std::map<Bytes, Offset> last;
    for (const StoredRecord& record : all) last[record.key] = record.offset;
    std::vector<Bytes> kept;
    for (const StoredRecord& record : all) {
      if (last[record.key] != record.offset) continue;
      record::BatchBuilder builder({.base_offset = record.offset});
      const auto value = record.value ? std::optional<ByteView>(*record.value) : std::nullopt;
      builder.add({.timestamp = 0, .key = record.key, .value = value});
      kept.push_back(*builder.build());
    }
    partitions_[static_cast<size_t>(partition.value())].batches = std::move(kept);
  }
}

std::optional<Uuid> MemoryOffsetsLog::find_partition(const std::string& topic,
                                                     PartitionId partition) const {
  const auto found = topics_.find_topic(topic);
  if (!found || partition.value() >= found->partition_count) return std::nullopt;
  return found->id;
}

std::optional<Offset> MemoryOffsetsLog::recovered_end(const std::string& topic,
                                                      PartitionId partition) const {
  const auto found = recovered_ends_.find({topic, partition.value()});
  if (found == recovered_ends_.end()) return std::nullopt;
  return found->second;
}

}  // namespace millrace::coordinator
