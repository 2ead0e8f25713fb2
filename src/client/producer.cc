#include "client/producer.h"

#include "base/text.h"
#include "client/partitioner.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/produce.h"

namespace millrace::client {
namespace {

using Request = wire::ProduceRequest;
using Response = wire::ProduceResponse;

/// A topic that the broker may create by itself is waited for no longer than this.
constexpr Milliseconds kTopicWait{5'000};

Error refused(const std::string& topic, const Response::Partition& partition) {
  std::string words = partition.error_message.value_or("");
  if (!partition.record_errors.empty() && partition.record_errors.front().batch_index_error_message)
    words = *partition.record_errors.front().batch_index_error_message;
  return check_code(partition.error_code, cat("writing to ", topic, '-', partition.index), words)
      .error();
}

}  // namespace

Result<std::unique_ptr<Producer>> Producer::open(Cluster& cluster, ProducerOptions options) {
  std::unique_ptr<Producer> producer(new Producer(cluster, std::move(options)));
  const auto& wanted = producer->options_;
  auto limits = cluster.limits();
  limits.deadline = std::min(limits.deadline, std::chrono::steady_clock::now() + kTopicWait);
  MILL_TRY(const TopicInfo topic, cluster.topic(wanted.topic, MissingTopic::create, limits));
  producer->partition_count_ = static_cast<int32_t>(topic.partitions.size());
  if (wanted.partition &&
      (*wanted.partition < 0 || *wanted.partition >= producer->partition_count_)) {
    return kafka_error(ErrorCode::unknown_topic_or_partition,
                       cat("topic '", wanted.topic, "' has partitions 0 to ",
                           producer->partition_count_ - 1, ", not ", *wanted.partition));
  }
  if (wanted.acks == -1) MILL_CHECK(producer->take_producer_id());
  return producer;
}

Result<void> Producer::take_producer_id() {
  const auto limits = cluster_.limits();
  MILL_TRY(const auto response,
           cluster_.retrying(limits, [&]() -> Result<wire::InitProducerIdResponse> {
             MILL_TRY(BrokerLink* const link, cluster_.any(limits));
             const wire::InitProducerIdRequest request{.transaction_timeout_ms = INT32_MAX};
             MILL_TRY(auto answer, link->call<wire::InitProducerIdResponse>(request, limits));
             MILL_CHECK(check_code(answer.error_code, "asking for a producer id"));
             return answer;
           }));
  producer_id_ = response.producer_id;
  producer_epoch_ = response.producer_epoch;
  return {};
}

int32_t Producer::choose_partition(const OutgoingRecord& record) {
  if (options_.partition) return *options_.partition;
  if (record.key) return partition_of_key(*record.key, partition_count_);
  return keyless_partition_;
}

Result<void> Producer::add(const OutgoingRecord& record) {
  const int32_t partition = choose_partition(record);
  auto found = pending_.find(partition);
  if (found == pending_.end()) {
    record::BatchOptions batch{.compression = options_.compression};
    if (producer_id_ >= 0) {
      batch.producer_id = ProducerId(producer_id_);
      batch.producer_epoch = producer_epoch_;
      batch.base_sequence = next_sequence_[partition];
    }
    found = pending_.emplace(partition, Pending{.builder = record::BatchBuilder(batch)}).first;
  }
  auto& builder = found->second.builder;
  builder.add({.timestamp = record.timestamp,
               .key = record.key,
               .value = record.value,
               .headers = record.headers});
  if (builder.uncompressed_size() >= options_.batch_bytes) return flush();
  return {};
}

Result<void> Producer::flush() {
  std::vector<Batch> batches;
  for (auto& [partition, pending] : pending_) {
    const int32_t count = pending.builder.record_count();
    MILL_TRY(auto bytes, pending.builder.build());
    batches.push_back({.partition = partition, .bytes = std::move(bytes), .record_count = count});
    auto& sequence = next_sequence_[partition];
    sequence = record::advance_sequence(sequence, count);
  }
  pending_.clear();
  if (batches.empty()) return {};
  keyless_partition_ = (keyless_partition_ + 1) % partition_count_;
  // What was typed before Ctrl-C is still sent.
  const auto limits = cluster_.limits(Signals::ignore);
  return cluster_.retrying(limits, [&] { return deliver(batches, limits); });
}

Result<void> Producer::deliver(std::vector<Batch>& batches, CallLimits limits) {
  std::map<int32_t, std::map<int32_t, Batch*>> by_leader;
  for (auto& batch : batches) {
    if (batch.done) continue;
    const TopicPartition name{.topic = options_.topic, .partition = batch.partition};
    MILL_TRY(const int32_t leader, cluster_.leader_of(name, limits));
    by_leader[leader][batch.partition] = &batch;
  }
  const auto finish = [&](Batch& batch) {
    batch.done = true;
    acknowledged_ += batch.record_count;
  };
  std::optional<Error> retriable;
  for (auto& [leader, wanted] : by_leader) {
    Request request{.acks = options_.acks,
                    .timeout_ms = static_cast<int32_t>(cluster_.timeout().count())};
    auto& topic = request.topic_data.emplace_back();
    topic.name = options_.topic;
    for (const auto& [partition, batch] : wanted) {
      topic.partition_data.push_back(
          {.index = partition, .records = wire::RecordsView{.bytes = batch->bytes}});
    }
    MILL_TRY(BrokerLink* const link, cluster_.node(leader, limits));
    MILL_TRY(const auto sent, link->send(request, limits));
    if (options_.acks == 0) {
      for (const auto& [partition, batch] : wanted) finish(*batch);
      continue;
    }
    MILL_TRY(const auto response, link->receive<Response>(sent, limits));
    for (const auto& answered : response.responses) {
      for (const auto& partition : answered.partition_responses) {
        const auto found = wanted.find(partition.index);
        if (found == wanted.end()) continue;
        if (partition.error_code == ErrorCode::none ||
            partition.error_code == ErrorCode::duplicate_sequence_number) {
          finish(*found->second);
          continue;
        }
        auto error = refused(options_.topic, partition);
        if (!worth_retrying(error)) return error;
        retriable = std::move(error);
      }
    }
  }
  if (retriable) return *std::move(retriable);
  for (const auto& batch : batches) {
    if (!batch.done) {
      return client_error(ClientErrc::malformed,
                          cat("no answer for ", options_.topic, '-', batch.partition));
    }
  }
  return {};
}

}  // namespace millrace::client
