#include "coordinator/broker_offsets_log.h"

#include <algorithm>
#include <atomic>

#include "base/assert.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/broker.h"
#include "broker/catalog.h"
#include "broker/group_configs.h"
#include "broker/partition.h"
#include "broker/topic.h"
#include "coordinator/partition_replay.h"

namespace millrace::coordinator {

namespace {

std::optional<TopicInfo> info_of(const broker::TopicPtr& topic) {
  if (!topic) return std::nullopt;
  return TopicInfo{topic->id, topic->name, topic->partition_count()};
}

/// Where recovery found the end of the log, if the log has been appended to by nobody since.
std::optional<Offset> end_after_recovery(const broker::Partition& partition) {
  const LeaderEpoch epoch = partition.leader_epoch();
  if (partition.offline() || epoch <= LeaderEpoch(0)) return std::nullopt;
  const Offset end = partition.log_end_offset();
  if (end == Offset(0)) return end;
  // Every unclean start begins a new epoch at the end that it found.
  const auto before = partition.epoch_end_offset(epoch - 1, kNoLeaderEpoch);
  if (!before || before->end_offset != end) return std::nullopt;
  return end;
}

}  // namespace

namespace {

std::vector<Assignor> assignors(std::string_view names) {
  std::vector<Assignor> assignors;
  for (const auto name : split(names, ',')) {
    if (const auto assignor = parse_assignor(trim(name))) assignors.push_back(*assignor);
  }
  if (assignors.empty()) assignors.push_back(Assignor::uniform);
  return assignors;
}

MigrationPolicy migration_policy(std::string_view name) {
  if (name == "upgrade") return MigrationPolicy::upgrade;
  if (name == "downgrade") return MigrationPolicy::downgrade;
  return name == "disabled" ? MigrationPolicy::disabled : MigrationPolicy::bidirectional;
}

}  // namespace

CoordinatorConfig coordinator_config(broker::Broker& broker) {
  const broker::BrokerConfig& config = *broker.config();
  CoordinatorConfig made;
  made.session_timeout_ms_min = config.int32("group.min.session.timeout.ms");
  made.session_timeout_ms_max = config.int32("group.max.session.timeout.ms");
  made.initial_rebalance_delay_ms = config.int32("group.initial.rebalance.delay.ms");
  made.group_size_max = config.int32("group.max.size");
  made.offset_metadata_bytes_max = config.int32("offset.metadata.max.bytes");
  made.offsets_retention_ms = config.number("offsets.retention.minutes") * 60 * 1000;
  made.offsets_retention_check_interval_ms = config.number("offsets.retention.check.interval.ms");
  made.offsets_codec = static_cast<record::Codec>(config.int32("offsets.topic.compression.codec"));
  made.consumer_times = [&groups = broker.group_configs()](std::string_view group_id) {
    const auto found = groups.get(group_id);
    return ConsumerGroupTimes{.session_timeout_ms = found.session_timeout_ms,
                              .heartbeat_interval_ms = found.heartbeat_interval_ms,
                              .assignment_interval_ms = found.assignment_interval_ms};
  };
  made.consumer_group_size_max = config.int32("group.consumer.max.size");
  made.consumer_assignors = assignors(config.text("group.consumer.assignors"));
  made.consumer_migration_policy = migration_policy(config.text("group.consumer.migration.policy"));
  return made;
}

/// Completions of the appends to one partition, told in the order of the appends although each
/// waits for syncs of its own. Every append takes a place before it is written.
class BrokerOffsetsLog::InOrder : public std::enable_shared_from_this<InOrder> {
 public:
  struct Place {
    Appended appended;
    std::optional<Result<Offset>> result;
    std::optional<Error> data_error;
    /// Syncs that have not come back: the batch's own and those of the data below it.
    size_t missing = 1;
  };
  using PlacePtr = std::shared_ptr<Place>;

  /// Taken while batches are written, so that places stand in the order of the log.
  std::mutex& append_mutex() { return append_mutex_; }

  PlacePtr take(Appended appended, size_t data_count) {
    auto place = std::make_shared<Place>();
    place->appended = std::move(appended);
    place->missing = 1 + data_count;
    const std::lock_guard lock(mutex_);
    places_.push_back(place);
    return place;
  }

  void batch_done(const PlacePtr& place, Result<Offset> result) {
    {
      const std::lock_guard lock(mutex_);
      place->result = std::move(result);
      --place->missing;
    }
    deliver();
  }

  void data_done(const PlacePtr& place, const Result<void>& result) {
    {
      const std::lock_guard lock(mutex_);
      if (!result) place->data_error = result.error();
      --place->missing;
    }
    deliver();
  }

  /// Tells those at the front; a thread that finds another telling leaves its own to it.
  void deliver() {
    for (bool is_first = true;; is_first = false) {
      PlacePtr front;
      {
        const std::lock_guard lock(mutex_);
        if (is_first && is_delivering_) return;
        is_delivering_ = !is_held_ && !places_.empty() && places_.front()->missing == 0;
        if (!is_delivering_) return;
        front = std::move(places_.front());
        places_.pop_front();
      }
      if (front->data_error && *front->result) {
        front->appended(*front->data_error);
      } else {
        front->appended(*std::move(front->result));
      }
    }
  }

  /// While held nothing is told: a batch answered inside its append must wait until the append
  /// mutex is released, because who is told may append again.
  void hold(bool is_held) {
    const std::lock_guard lock(mutex_);
    is_held_ = is_held;
  }

 private:
  std::mutex append_mutex_;
  std::mutex mutex_;
  std::deque<PlacePtr> places_;
  bool is_delivering_ = false;
  bool is_held_ = false;
};

BrokerOffsetsLog::BrokerOffsetsLog(broker::Broker& broker) : broker_(broker) {
  for (const auto& topic : broker_.catalog().list()) {
    for (const auto& partition : topic->partitions) {
      if (const auto end = end_after_recovery(*partition)) {
        recovered_ends_[{topic->name, partition->id().partition}] = *end;
      }
    }
  }
}

BrokerOffsetsLog::~BrokerOffsetsLog() = default;

Result<void> BrokerOffsetsLog::ensure_created() {
  if (partition_count() > 0) return {};
  MILL_CHECK(broker_.catalog().auto_create(std::string(broker::kOffsetsTopic)));
  return {};
}

int32_t BrokerOffsetsLog::partition_count() const {
  const auto topic = broker_.catalog().find(broker::kOffsetsTopic);
  return topic ? topic->partition_count() : 0;
}

std::shared_ptr<BrokerOffsetsLog::InOrder> BrokerOffsetsLog::order_of(PartitionId partition) {
  const std::lock_guard lock(mutex_);
  auto& order = orders_[partition];
  if (!order) order = std::make_shared<InOrder>();
  return order;
}

void BrokerOffsetsLog::append(PartitionId partition, OffsetsBatch batch, Appended appended) {
  const auto log = broker_.catalog().find_partition(broker::kOffsetsTopic, partition);
  if (!log) {
    return appended(kafka_error(ErrorCode::not_leader_or_follower,
                                cat("there is no __consumer_offsets-", partition)));
  }
  std::vector<std::pair<broker::PartitionPtr, Offset>> data;
  for (const CommittedPlace& place : batch.below) {
    if (auto found = broker_.catalog().find_partition(place.topic, place.partition)) {
      data.emplace_back(std::move(found), place.offset);
    }
  }
  const auto order = order_of(partition);
  InOrder::PlacePtr place;
  {
    const std::lock_guard lock(order->append_mutex());
    order->hold(true);
    place = order->take(std::move(appended), data.size());
    log->append_internal(
        std::move(batch.bytes),
        [order, place](Result<Offset> result) { order->batch_done(place, std::move(result)); },
        {.guard = batch.guard, .marker_epoch = batch.marker_epoch});
    order->hold(false);
  }
  order->deliver();
  for (const auto& [below_partition, offset] : data) {
    below_partition->when_durable(std::max(offset, Offset(0)), [order, place](Result<void> result) {
      order->data_done(place, result);
    });
  }
}

Result<uint64_t> BrokerOffsetsLog::verification_guard(PartitionId partition, ProducerId producer_id,
                                                      int16_t epoch) {
  const auto log = broker_.catalog().find_partition(broker::kOffsetsTopic, partition);
  constexpr int32_t kNoSequence = -1;
  if (!log) return uint64_t{0};  // the append tells that there is no partition
  return log->verification_guard(producer_id, epoch, kNoSequence);
}

Result<void> BrokerOffsetsLog::replay(
    PartitionId partition, const std::function<Result<void>(const record::BatchView&)>& batch) {
  return replay_partition(
      broker_, {.topic = std::string(broker::kOffsetsTopic), .partition = partition}, batch);
}

std::optional<Uuid> BrokerOffsetsLog::find_partition(const std::string& topic,
                                                     PartitionId partition) const {
  const auto found = broker_.catalog().find(topic);
  if (!found || !found->partition(partition)) return std::nullopt;
  return found->id;
}

std::optional<Offset> BrokerOffsetsLog::recovered_end(const std::string& topic,
                                                      PartitionId partition) const {
  const auto found = recovered_ends_.find({topic, partition});
  if (found == recovered_ends_.end()) return std::nullopt;
  return found->second;
}

std::optional<TopicInfo> BrokerOffsetsLog::find_topic(std::string_view name) const {
  return info_of(broker_.catalog().find(name));
}

std::optional<TopicInfo> BrokerOffsetsLog::find_topic(const Uuid& id) const {
  return info_of(broker_.catalog().find(id));
}

std::vector<std::string> BrokerOffsetsLog::topic_names() const {
  std::vector<std::string> names;
  for (const auto& topic : broker_.catalog().list()) names.push_back(topic->name);
  return names;
}

int64_t BrokerOffsetsLog::topics_version() const { return broker_.catalog().version(); }

}  // namespace millrace::coordinator
