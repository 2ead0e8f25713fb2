// WriteTxnMarkers: ends transactions on partitions by hand. Kafka's brokers send it to each other,
// its kafka-transactions tool to abort one that hangs.
#include "wire/messages/write_txn_markers.h"

#include <atomic>

#include "coordinator/transactions/broker_transaction_log.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

/// From here on the producer's epoch is raised before its transaction is ended (KIP-1228).
constexpr int8_t kFirstWithRaisedEpoch = 2;
/// What a producer without an id has for an epoch.
constexpr int16_t kNoEpoch = -1;

/// The answer, each partition in its place; the last one to come answers. Topics without partitions
/// are left out, and markers without topics.
class PendingMarkers {
 public:
  explicit PendingMarkers(const WriteTxnMarkersCall& call) : call_(call) {
    for (const auto& marker : call_.request.markers) {
      auto& answer = response_.markers.emplace_back();
      answer.producer_id = marker.producer_id;
      for (const auto& topic : marker.topics) {
        auto& partitions = answer.topics.emplace_back();
        partitions.name = topic.name;
        for (const int32_t index : topic.partition_indexes) {
          partitions.partitions.push_back({.partition_index = index});
          ++missing_;
        }
      }
    }
  }

  bool nothing_to_do() const { return missing_ == 0; }
  void answer() {
    for (auto& marker : response_.markers) {
      std::erase_if(marker.topics, [](const auto& topic) { return topic.partitions.empty(); });
    }
    std::erase_if(response_.markers, [](const auto& marker) { return marker.topics.empty(); });
    call_.respond(response_);
  }
  void set(size_t marker, size_t topic, size_t partition, ErrorCode error) {
    response_.markers[marker].topics[topic].partitions[partition].error_code = error;
    if (missing_.fetch_sub(1) == 1) answer();
  }

 private:
  const WriteTxnMarkersCall call_;
  wire::WriteTxnMarkersResponse response_;
  std::atomic<size_t> missing_ = 0;
};

}  // namespace

void handle(const WriteTxnMarkersCall& call) {
  const auto pending = std::make_shared<PendingMarkers>(call);
  if (pending->nothing_to_do()) return pending->answer();
  const bool allowed = call.context.allowed_on_cluster(broker::Operation::cluster_action);
  const int64_t now_ms = call.context.broker().clock().wall_ms();
  for (size_t m = 0; m < call.request.markers.size(); ++m) {
    const auto& asked = call.request.markers[m];
    const record::MarkerBatch marker{
        .producer_id = ProducerId(asked.producer_id),
        .producer_epoch = asked.producer_epoch,
        .marker = {.type = asked.transaction_result ? record::MarkerType::commit
                                                    : record::MarkerType::abort,
                   .coordinator_epoch = asked.coordinator_epoch},
        .timestamp = now_ms};
    const auto epoch = asked.transaction_version >= kFirstWithRaisedEpoch
                           ? record::MarkerEpoch::raised
                           : record::MarkerEpoch::kept;
    for (size_t t = 0; t < asked.topics.size(); ++t) {
      const auto& topic = asked.topics[t];
      for (size_t p = 0; p < topic.partition_indexes.size(); ++p) {
        if (!allowed) {
          pending->set(m, t, p, ErrorCode::cluster_authorization_failed);
          continue;
        }
        const PartitionId index(topic.partition_indexes[p]);
        if (!call.context.broker().catalog().find_partition(topic.name, index)) {
          pending->set(m, t, p, ErrorCode::unknown_topic_or_partition);
          continue;
        }
        if (asked.producer_id < 0 || asked.producer_epoch == kNoEpoch) {
          pending->set(m, t, p, ErrorCode::invalid_request);
          continue;
        }
        coordinator::write_marker(
            call.context.broker(), call.context.groups(), {topic.name, index}, marker, epoch,
            [pending, m, t, p](ErrorCode error) { pending->set(m, t, p, error); });
      }
    }
  }
}

}  // namespace millrace::handlers
