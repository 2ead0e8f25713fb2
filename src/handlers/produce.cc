// Produce: appends one batch for each partition named, and answers when all of them are as durable
// as `acks` asks.
#include "wire/messages/produce.h"

#include <atomic>

#include "broker/partition.h"
#include "handlers/handlers.h"
#include "record/batch_view.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithZstd = 7;
constexpr int16_t kFirstWithTopicIds = 13;

wire::ProduceResponse::Partition refused(int32_t index, ErrorCode error) {
  return {.index = index, .error_code = error, .base_offset = -1};
}

wire::ProduceResponse::Partition translate(int32_t index, broker::ProduceOutcome outcome) {
  wire::ProduceResponse::Partition partition{
      .index = index,
      .error_code = outcome.error,
      .base_offset = outcome.base_offset.value(),
      .log_append_time_ms = outcome.log_append_time_ms,
      .log_start_offset = outcome.log_start_offset.value(),
  };
  for (auto& fault : outcome.record_errors) {
    partition.record_errors.push_back(
        {.batch_index = fault.batch_index, .batch_index_error_message = std::move(fault.message)});
  }
  if (!outcome.message.empty()) partition.error_message = std::move(outcome.message);
  return partition;
}

// Whether any batch says that it belongs to a transaction; damaged ones are found out later.
bool has_transactional_batch(const wire::ProduceRequest& request) {
  for (const auto& topic : request.topic_data) {
    for (const auto& partition : topic.partition_data) {
      if (!partition.records) continue;
      const auto header = record::BatchHeader::parse(partition.records->bytes);
      if (header && header->is_transactional()) return true;
    }
  }
  return false;
}

// Collects the outcomes of all partitions; whoever brings the last one answers. Each partition
// writes to a place of its own, so that only the count is shared.
class PendingProduce {
 public:
  explicit PendingProduce(const ProduceCall& call) : call_(call) {
    for (const auto& topic : call_.request.topic_data) {
      auto& answer = response_.responses.emplace_back();
      answer.name = topic.name;
      answer.topic_id = topic.topic_id;
      answer.partition_responses.resize(topic.partition_data.size());
      missing_ += topic.partition_data.size();
    }
  }

  const ProduceCall& call() const { return call_; }

  void set(size_t topic, size_t partition, wire::ProduceResponse::Partition outcome) {
    response_.responses[topic].partition_responses[partition] = std::move(outcome);
    if (missing_.fetch_sub(1) == 1) answer();
  }

  void answer() {
    if (call_.request.acks != 0) return call_.respond(response_);
    // The client does not listen; closing is the only way to tell it to look again.
    any_error() ? call_.respond.close() : call_.respond.no_reply();
  }

  bool nothing_to_do() const { return missing_ == 0; }

 private:
  bool any_error() const {
    for (const auto& topic : response_.responses) {
      for (const auto& partition : topic.partition_responses) {
        if (partition.error_code != ErrorCode::none) return true;
      }
    }
    return false;
  }

  const ProduceCall call_;
  wire::ProduceResponse response_;
  std::atomic<size_t> missing_ = 0;
};

struct Found {
  broker::TopicPtr topic;
  /// Why there is none.
  ErrorCode error = ErrorCode::none;
};

Found find_topic(const ProduceCall& call, const wire::ProduceRequest::Topic& asked) {
  const auto& catalog = call.context.broker().catalog();
  const bool by_id = call.version() >= kFirstWithTopicIds;
  auto topic = by_id ? catalog.find(asked.topic_id) : catalog.find(asked.name);
  if (by_id && topic == nullptr) return {nullptr, ErrorCode::unknown_topic_id};
  if (!call.context.allowed_on_topic(broker::Operation::write, by_id ? topic->name : asked.name)) {
    return {nullptr, ErrorCode::topic_authorization_failed};
  }
  if (topic == nullptr) return {nullptr, ErrorCode::unknown_topic_or_partition};
  return {std::move(topic), ErrorCode::none};
}

void append(const std::shared_ptr<PendingProduce>& pending, const Found& found, size_t topic_at,
            size_t partition_at) {
  const ProduceCall& call = pending->call();
  const auto& data = call.request.topic_data[topic_at].partition_data[partition_at];
  const int32_t index = data.index;
  if (found.topic == nullptr) {
    return pending->set(topic_at, partition_at, refused(index, found.error));
  }
  const auto partition = found.topic->partition(PartitionId(index));
  if (partition == nullptr) {
    return pending->set(topic_at, partition_at,
                        refused(index, ErrorCode::unknown_topic_or_partition));
  }
  partition->append({.records = data.records ? data.records->bytes : ByteView(),
                     .acks = call.request.acks,
                     .zstd_allowed = call.version() >= kFirstWithZstd},
                    [pending, topic_at, partition_at, index](broker::ProduceOutcome outcome) {
                      pending->set(topic_at, partition_at, translate(index, std::move(outcome)));
                    });
}

}  // namespace

void handle(const ProduceCall& call) {
  const int16_t acks = call.request.acks;
  const ErrorCode refusal =
      acks < -1 || acks > 1 ? ErrorCode::invalid_required_acks
      // Transactions are not served, so no transactional id was ever granted to anybody.
      : call.request.transactional_id || has_transactional_batch(call.request)
          ? ErrorCode::transactional_id_authorization_failed
          : ErrorCode::none;

  const auto pending = std::make_shared<PendingProduce>(call);
  if (pending->nothing_to_do()) return pending->answer();
  for (size_t t = 0; t < call.request.topic_data.size(); ++t) {
    const auto& topic = call.request.topic_data[t];
    const Found found =
        refusal == ErrorCode::none ? find_topic(call, topic) : Found{nullptr, refusal};
    for (size_t p = 0; p < topic.partition_data.size(); ++p) append(pending, found, t, p);
  }
}

}  // namespace millrace::handlers
