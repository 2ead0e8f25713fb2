// MemoryOffsetsLog: `__consumer_offsets` in memory, whose appends become durable, wait or fail as
// the test says.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/consumer/memory_topics.h"
#include "coordinator/formats.h"
#include "coordinator/offsets_log.h"

namespace millrace::coordinator {

/// A record as the log holds it.
struct StoredRecord {
  Offset offset;
  Bytes key;
  std::optional<Bytes> value;
};

/// Owned by one thread.
class MemoryOffsetsLog final : public OffsetsLog {
 public:
  explicit MemoryOffsetsLog(int32_t partition_count = 4) : planned_count_(partition_count) {}

  void add_topic(const std::string& name, int32_t partition_count) {
    topics_.put(name, partition_count);
  }
  void remove_topic(const std::string& name) { topics_.remove(name); }
  void set_recovered_end(const std::string& topic, int32_t partition, int64_t end) {
    recovered_ends_[{topic, partition}] = Offset(end);
  }

  /// From now on appends are written and answered only by `release`.
  void hold() { is_held_ = true; }
  /// Answers what waits, and from now on everything at once.
  void release();
  /// The next append writes nothing and answers `code`.
  void fail_next(ErrorCode code) { failure_ = code; }
  void refuse_creation() { refuses_creation_ = true; }
  void break_replay(int32_t partition) { broken_partition_ = partition; }

  /// A batch that another broker wrote. Its base offset is assigned.
  void put(PartitionId partition, Bytes batch);
  /// Keeps the last record of each key, at its offset.
  void compact();
  /// Everything in a partition, oldest first.
  std::vector<StoredRecord> records(PartitionId partition) const;
  std::vector<StoredRecord> records() const;
  size_t append_count() const { return append_count_; }
  const std::vector<CommittedPlace>& last_below() const { return last_below_; }
  uint64_t last_guard() const { return last_guard_; }
  /// What verification_guard answers.
  Result<uint64_t> guard = uint64_t{1};

  Result<void> ensure_created() override;
  int32_t partition_count() const override { return static_cast<int32_t>(partitions_.size()); }
  void append(PartitionId partition, OffsetsBatch batch, Appended appended) override;
  Result<uint64_t> verification_guard(PartitionId, ProducerId, int16_t) override { return guard; }
  Result<void> replay(PartitionId partition,
                      const std::function<Result<void>(const record::BatchView&)>& batch) override;
  std::optional<Uuid> find_partition(const std::string& topic,
                                     PartitionId partition) const override;
  std::optional<Offset> recovered_end(const std::string& topic,
                                      PartitionId partition) const override;
  std::optional<TopicInfo> find_topic(std::string_view name) const override {
    return topics_.find_topic(name);
  }
  std::optional<TopicInfo> find_topic(const Uuid& id) const override {
    return topics_.find_topic(id);
  }
  std::vector<std::string> topic_names() const override { return topics_.topic_names(); }
  int64_t topics_version() const override { return topics_.topics_version(); }

 private:
  struct Partition {
    std::vector<Bytes> batches;
    Offset end;
  };
  Offset write(PartitionId partition, Bytes batch);

  const int32_t planned_count_;
  std::vector<Partition> partitions_;
  MemoryTopics topics_;
  std::map<std::pair<std::string, int32_t>, Offset> recovered_ends_;
  bool is_held_ = false;
  std::deque<std::function<void()>> waiting_;
  std::optional<ErrorCode> failure_;
  bool refuses_creation_ = false;
  std::optional<int32_t> broken_partition_;
  size_t append_count_ = 0;
  std::vector<CommittedPlace> last_below_;
  uint64_t last_guard_ = 0;
};

}  // namespace millrace::coordinator
