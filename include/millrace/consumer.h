// Consumer: reads partitions, alone or as a member of a group.
//
// Used by one thread at a time; a second one is refused with wrong_state. Only wakeup() may come
// from any thread. Heartbeats and fetches go on between polls; callbacks run inside poll.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/options.h"
#include "millrace/producer.h"
#include "millrace/record.h"
#include "millrace/result.h"

namespace millrace {

namespace client {
class ConsumerCore;
struct FetchedRecords;
}  // namespace client

/// A record that was read. Views; they and the record itself live as long as the ConsumerRecords
/// that they came in.
class ConsumerRecord {
 public:
  std::string_view topic() const { return partition_->topic; }
  int32_t partition() const { return partition_->partition; }
  const TopicPartition& topic_partition() const { return *partition_; }
  int64_t offset() const { return offset_; }
  /// Milliseconds since 1970; -1 for none.
  int64_t timestamp_ms() const { return timestamp_ms_; }
  TimestampType timestamp_type() const { return timestamp_type_; }
  /// Null and empty differ.
  std::optional<std::string_view> key() const { return key_; }
  std::optional<std::string_view> value() const { return value_; }
  const Headers& headers() const { return headers_; }
  /// Of the leader that wrote it (KIP-320).
  int32_t leader_epoch() const { return leader_epoch_; }

 private:
  friend struct client::FetchedRecords;
  const TopicPartition* partition_ = nullptr;
  int64_t offset_ = 0;
  int64_t timestamp_ms_ = -1;
  std::optional<std::string_view> key_;
  std::optional<std::string_view> value_;
  Headers headers_;
  int32_t leader_epoch_ = -1;
  TimestampType timestamp_type_ = TimestampType::create_time;
};

/// What one poll handed out; perhaps nothing. Owns the records' memory. Moved, not copied; may be
/// kept, and used on another thread, while the consumer goes on or is gone.
class ConsumerRecords {
 public:
  ConsumerRecords();
  ConsumerRecords(ConsumerRecords&&) noexcept;
  ConsumerRecords& operator=(ConsumerRecords&&) noexcept;
  ~ConsumerRecords();

  const ConsumerRecord* begin() const;
  const ConsumerRecord* end() const;
  size_t size() const { return static_cast<size_t>(end() - begin()); }
  bool empty() const { return size() == 0; }
  /// For each partition the offset behind its last record here: what commit(records) commits.
  const Offsets& next_offsets() const;

 private:
  friend class client::ConsumerCore;
  std::unique_ptr<client::FetchedRecords> fetched_;
};

/// Called once with the outcome of an asynchronous commit, inside a later poll, commit or close.
using CommitCallback = std::function<void(Result<void>)>;

/// The first record with the asked timestamp or a later one.
struct OffsetAndTimestamp {
  int64_t offset = -1;
  int64_t timestamp_ms = -1;
  int32_t leader_epoch = -1;
};

/// Counters since the consumer was made; gauges are of now.
struct ConsumerStatistics {
  int64_t records_polled = 0;
  int64_t bytes_polled = 0;
  int64_t fetches = 0;
  int64_t rebalances = 0;
  int64_t commits = 0;
  int64_t prefetched_bytes = 0;
};

/// Made by Client::consumer or Broker::consumer. A value that is moved, not copied; the moved-from
/// consumer is closed. Every call of a closed consumer answers `closed`, but for close itself.
class Consumer {
 public:
  Consumer(Consumer&&) noexcept;
  Consumer& operator=(Consumer&&) noexcept;
  /// Leaves the group without a last commit and without callbacks, within a second. Call close()
  /// before.
  ~Consumer();

  // ---- What to read -------------------------------------------------------------------------

  /// Becomes a member of the group with these topics, in place of what was subscribed or assigned;
  /// partitions come with a later poll. Topics that do not exist are read once they do.
  /// invalid_argument: no group.id, no topic, a name that no topic can have.
  Result<void> subscribe(std::vector<std::string> topics);
  /// The same for all topics, present and coming, whose whole name matches (RE2 syntax). With
  /// GroupProtocol::consumer the broker matches (KIP-848).
  Result<void> subscribe_pattern(const std::string& pattern);
  /// Commits where auto_commit says so, leaves the group, reads nothing.
  Result<void> unsubscribe();
  /// Reads these, without membership. wrong_state while subscribed.
  Result<void> assign(const std::vector<TopicPartition>& partitions);
  std::vector<TopicPartition> assignment() const;

  // ---- Reading ------------------------------------------------------------------------------

  /// Records in order of offset within each partition; empty when none came within `limit`. Runs
  /// rebalance and commit callbacks. Errors: interrupted after wakeup(); offset_out_of_range
  /// with OffsetReset::none where the position, or any committed offset, is missing;
  /// corrupt_message (the position stays in front of the bad batch); group errors that membership
  /// cannot survive (fenced_instance_id, inconsistent_group_protocol, unsupported_assignor,
  /// group_authorization_failed …); unknown_topic_or_partition for an assigned one. What heals by
  /// itself (a broker that is away) is no error.
  Result<ConsumerRecords> poll(milliseconds limit);
  /// Ends a poll or another waiting call, now or the next one, with `interrupted`. Any thread.
  void wakeup();

  /// The next record to be polled. wrong_state for a partition that is not assigned; waits at most
  /// the client's api_timeout where the beginning is not known yet.
  Result<int64_t> position(const TopicPartition& partition);
  /// wrong_state for a partition that is not assigned; what was fetched before is dropped.
  Result<void> seek(const TopicPartition& partition, int64_t offset);
  /// To the first record with that timestamp (ms since 1970) or a later one; to the end where there
  /// is none.
  Result<void> seek_to_time(const std::vector<TopicPartition>& partitions, int64_t timestamp_ms);
  Result<void> seek_to_beginning(const std::vector<TopicPartition>& partitions);
  Result<void> seek_to_end(const std::vector<TopicPartition>& partitions);
  /// Poll hands nothing of these out until resume; they stay assigned. A rebalance that takes a
  /// partition away forgets the pause.
  Result<void> pause(const std::vector<TopicPartition>& partitions);
  Result<void> resume(const std::vector<TopicPartition>& partitions);
  std::vector<TopicPartition> paused() const;

  // ---- Offsets of the group -----------------------------------------------------------------

  /// Waits until the group's coordinator has it durable. Behind this record; others of its
  /// partition before it count as done too. Repeated where a rebalance got in between and the
  /// member kept what it commits. Errors: illegal_generation, unknown_member_id,
  /// stale_member_epoch, rebalance_in_progress (the partitions may be another member's by now),
  /// fenced_instance_id, timed_out (may have happened).
  Result<void> commit(const ConsumerRecord& record);
  /// Behind each record of the batch.
  Result<void> commit(const ConsumerRecords& records);
  Result<void> commit(const Offsets& offsets);
  /// All positions.
  Result<void> commit();
  /// The same without waiting. Commits keep their order; a failed one is not repeated, since a
  /// later one may already have passed it.
  void commit_async(const Offsets& offsets, CommitCallback callback = {});
  void commit_async(CommitCallback callback = {});

  /// What the group has committed; partitions without are left out.
  Result<Offsets> committed(const std::vector<TopicPartition>& partitions);

  // ---- Asking ---------------------------------------------------------------------------------

  /// Partitions without such a record are left out.
  Result<std::map<TopicPartition, OffsetAndTimestamp>> offsets_for_times(
      const std::map<TopicPartition, int64_t>& timestamps_ms);
  Result<std::map<TopicPartition, int64_t>> beginning_offsets(
      const std::vector<TopicPartition>& partitions);
  /// The high watermark, or the last stable offset with read_committed.
  Result<std::map<TopicPartition, int64_t>> end_offsets(
      const std::vector<TopicPartition>& partitions);
  ConsumerStatistics statistics() const;

  /// Commits where auto_commit says so, calls `revoked`, leaves the group (a static member keeps
  /// its place until its session ends). Waits at most `limit`. Closing what is closed already, by
  /// itself or with its broker, succeeds.
  Result<void> close(milliseconds limit = milliseconds(30'000));

 private:
  friend class Client;
  friend class Transaction;
  explicit Consumer(std::shared_ptr<client::ConsumerCore> core);
  std::shared_ptr<client::ConsumerCore> core_;
};

}  // namespace millrace
