// TopicImpl: appends to and reads of one topic's partitions, without requests.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "broker/topic.h"
#include "embed/gate.h"
#include "embed/read_records.h"
#include "millrace/topic.h"

namespace millrace::embed {

/// Thread-safe.
class TopicImpl {
 public:
  /// `may_wait` is false where nothing happens by itself.
  TopicImpl(std::shared_ptr<Gate> gate, broker::TopicPtr topic, bool may_wait);

  const HomeProcess& home() const { return gate_->home(); }
  const std::string& name() const { return name_; }
  const Uuid& id() const { return id_; }
  int32_t partition_count();
  Result<int64_t> append(int32_t partition, std::span<const LogRecord> records, Acks acks);
  Result<LogRecords> read(int32_t partition, const ReadOptions& options);
  int64_t log_start_offset(int32_t partition);
  int64_t high_watermark(int32_t partition);
  Result<int64_t> offset_for_time(int32_t partition, int64_t timestamp_ms);

 private:
  /// Calls `visit(partition, services)`, which answers a Result; `closed`, or invalid_argument for
  /// a number that there is not.
  template <class T, class Visit>
  Result<T> with(int32_t number, Visit visit);
  broker::TopicPtr topic(const handlers::Services& services);
  Result<std::unique_ptr<ReadRecords>> read_now(int32_t partition, const ReadOptions& options,
                                                int64_t& readable_stamp);
  /// Until something became readable since the read that gave the stamp, or the time is over.
  Result<void> wait_for_more(int32_t partition, const ReadOptions& options, int64_t readable_stamp,
                             SteadyTime deadline);

  const std::shared_ptr<Gate> gate_;
  const std::string name_;
  const Uuid id_;
  const bool may_wait_;
  std::mutex mutex_;
  /// As it was last seen: a topic only gets more partitions.
  broker::TopicPtr topic_;
};

}  // namespace millrace::embed
