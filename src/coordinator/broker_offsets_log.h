// BrokerOffsetsLog: `__consumer_offsets` as a topic of the broker.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/coordinator_config.h"
#include "coordinator/offsets_log.h"

namespace millrace::broker {
class Broker;
class BrokerConfig;
}  // namespace millrace::broker

namespace millrace::coordinator {

/// The coordinator's settings out of the broker's.
CoordinatorConfig coordinator_config(broker::Broker& broker);

/// A commit and the data below it are synced in one round: both are asked for at once, and the
/// answer waits for both. A crash in between can leave the commit without the data; such a commit
/// was never answered, and loading sets it back (recovered_end).
class BrokerOffsetsLog final : public OffsetsLog {
 public:
  /// `broker` must outlive this. Make it before requests are served: it notes where the logs ended
  /// that recovery had to look at.
  explicit BrokerOffsetsLog(broker::Broker& broker);
  ~BrokerOffsetsLog() override;

  Result<void> ensure_created() override;
  int32_t partition_count() const override;
  void append(PartitionId partition, OffsetsBatch batch, Appended appended) override;
  Result<uint64_t> verification_guard(PartitionId partition, ProducerId producer_id,
                                      int16_t epoch) override;
  Result<void> replay(PartitionId partition,
                      const std::function<Result<void>(const record::BatchView&)>& batch) override;
  std::optional<Uuid> find_partition(const std::string& topic,
                                     PartitionId partition) const override;
  std::optional<Offset> recovered_end(const std::string& topic,
                                      PartitionId partition) const override;

  std::optional<TopicInfo> find_topic(std::string_view name) const override;
  std::optional<TopicInfo> find_topic(const Uuid& id) const override;
  std::vector<std::string> topic_names() const override;
  int64_t topics_version() const override;

 private:
  class InOrder;
  std::shared_ptr<InOrder> order_of(PartitionId partition);

  broker::Broker& broker_;
  std::map<std::pair<std::string, PartitionId>, Offset> recovered_ends_;
  std::mutex mutex_;
  std::map<PartitionId, std::shared_ptr<InOrder>> orders_;
};

}  // namespace millrace::coordinator
