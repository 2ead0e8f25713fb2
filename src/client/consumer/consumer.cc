// The public Consumer.
#include "millrace/consumer.h"

#include <utility>

#include "base/home_process.h"
#include "base/text.h"
#include "base/try.h"
#include "client/consumer/consumer_core.h"
#include "client/error.h"
#include "millrace/admin.h"

namespace millrace {

using client::ConsumerCore;

namespace {

Error closed_error() { return client::not_at_home("the consumer"); }

Result<void> check_time(int64_t timestamp_ms) {
  if (timestamp_ms >= 0) return {};
  return client::client_error(ClientErrc::invalid_argument,
                              cat("the timestamp is ", timestamp_ms, "; it must not be negative"));
}

Offsets behind(const ConsumerRecord& record) {
  return {{record.topic_partition(),
           {.offset = record.offset() + 1, .leader_epoch = record.leader_epoch()}}};
}

/// Where the partitions begin (kEarliest) or end (kLatest).
Result<std::map<TopicPartition, int64_t>> ends_of(ConsumerCore& core,
                                                  const std::vector<TopicPartition>& partitions,
                                                  int64_t timestamp) {
  std::map<TopicPartition, int64_t> timestamps;
  for (const TopicPartition& partition : partitions) timestamps[partition] = timestamp;
  MILL_TRY(const auto found, core.list_offsets(timestamps));
  std::map<TopicPartition, int64_t> ends;
  for (const auto& [name, at] : found) ends[name] = at.offset;
  return ends;
}

}  // namespace

Consumer::Consumer(std::shared_ptr<ConsumerCore> core) : core_(std::move(core)) {}
Consumer::Consumer(Consumer&&) noexcept = default;
Consumer::~Consumer() = default;

Consumer& Consumer::operator=(Consumer&& other) noexcept {
  core_ = std::move(other.core_);
  return *this;
}

Result<void> Consumer::subscribe(std::vector<std::string> topics) {
  return is_at_home(core_) ? core_->subscribe({.topics = std::move(topics)}) : closed_error();
}

Result<void> Consumer::subscribe_pattern(const std::string& pattern) {
  return is_at_home(core_) ? core_->subscribe({.pattern = pattern}) : closed_error();
}

Result<void> Consumer::unsubscribe() {
  return is_at_home(core_) ? core_->unsubscribe() : closed_error();
}

Result<void> Consumer::assign(const std::vector<TopicPartition>& partitions) {
  return is_at_home(core_) ? core_->assign(partitions) : closed_error();
}

std::vector<TopicPartition> Consumer::assignment() const {
  return is_at_home(core_) ? core_->assignment() : std::vector<TopicPartition>();
}

Result<ConsumerRecords> Consumer::poll(milliseconds limit) {
  if (!is_at_home(core_)) return closed_error();
  return core_->poll(limit);
}

void Consumer::wakeup() {
  if (is_at_home(core_)) core_->wakeup();
}

Result<int64_t> Consumer::position(const TopicPartition& partition) {
  return is_at_home(core_) ? core_->position(partition) : closed_error();
}

Result<void> Consumer::seek(const TopicPartition& partition, int64_t offset) {
  return is_at_home(core_) ? core_->seek(partition, offset) : closed_error();
}

Result<void> Consumer::seek_to_time(const std::vector<TopicPartition>& partitions,
                                    int64_t timestamp_ms) {
  MILL_CHECK(check_time(timestamp_ms));
  return is_at_home(core_) ? core_->seek_to_time(partitions, timestamp_ms) : closed_error();
}

Result<void> Consumer::seek_to_beginning(const std::vector<TopicPartition>& partitions) {
  return is_at_home(core_) ? core_->seek_to_time(partitions, kEarliest) : closed_error();
}

Result<void> Consumer::seek_to_end(const std::vector<TopicPartition>& partitions) {
  return is_at_home(core_) ? core_->seek_to_time(partitions, kLatest) : closed_error();
}

Result<void> Consumer::pause(const std::vector<TopicPartition>& partitions) {
  return is_at_home(core_) ? core_->set_paused(partitions, true) : closed_error();
}

Result<void> Consumer::resume(const std::vector<TopicPartition>& partitions) {
  return is_at_home(core_) ? core_->set_paused(partitions, false) : closed_error();
}

std::vector<TopicPartition> Consumer::paused() const {
  return is_at_home(core_) ? core_->paused() : std::vector<TopicPartition>();
}

Result<void> Consumer::commit(const ConsumerRecord& record) { return commit(behind(record)); }

Result<void> Consumer::commit(const ConsumerRecords& records) {
  return commit(records.next_offsets());
}

Result<void> Consumer::commit(const Offsets& offsets) {
  return is_at_home(core_) ? core_->commit(offsets) : closed_error();
}

Result<void> Consumer::commit() { return is_at_home(core_) ? core_->commit() : closed_error(); }

void Consumer::commit_async(const Offsets& offsets, CommitCallback callback) {
  if (is_at_home(core_)) return core_->commit_async(offsets, std::move(callback));
  if (callback) callback(closed_error());
}

void Consumer::commit_async(CommitCallback callback) {
  if (is_at_home(core_)) return core_->commit_async(std::move(callback));
  if (callback) callback(closed_error());
}

Result<Offsets> Consumer::committed(const std::vector<TopicPartition>& partitions) {
  return is_at_home(core_) ? core_->committed(partitions) : closed_error();
}

Result<std::map<TopicPartition, OffsetAndTimestamp>> Consumer::offsets_for_times(
    const std::map<TopicPartition, int64_t>& timestamps_ms) {
  if (!is_at_home(core_)) return closed_error();
  for (const auto& [name, timestamp_ms] : timestamps_ms) MILL_CHECK(check_time(timestamp_ms));
  MILL_TRY(auto found, core_->list_offsets(timestamps_ms));
  std::erase_if(found, [](const auto& item) { return item.second.offset < 0; });
  return found;
}

Result<std::map<TopicPartition, int64_t>> Consumer::beginning_offsets(
    const std::vector<TopicPartition>& partitions) {
  if (!is_at_home(core_)) return closed_error();
  return ends_of(*core_, partitions, kEarliest);
}

Result<std::map<TopicPartition, int64_t>> Consumer::end_offsets(
    const std::vector<TopicPartition>& partitions) {
  if (!is_at_home(core_)) return closed_error();
  return ends_of(*core_, partitions, kLatest);
}

ConsumerStatistics Consumer::statistics() const {
  return is_at_home(core_) ? core_->statistics() : ConsumerStatistics();
}

Result<void> Consumer::close(milliseconds limit) {
  if (!core_) return {};
  return is_at_home(core_) ? core_->close(limit) : closed_error();
}

}  // namespace millrace
