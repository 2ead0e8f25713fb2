#include "client/producer/produce_call.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/text.h"
#include "base/uuid.h"
#include "client/topic_partition.h"

namespace millrace::client {
namespace {

using Request = wire::ProduceRequest;
using Response = wire::ProduceResponse;

constexpr int16_t kFirstWithZstd = 7;
constexpr int16_t kFirstWithTopicIds = 13;
/// From here on the broker adds partitions to the transaction by itself (KIP-890).
constexpr int16_t kFirstOfTransactionVersion2 = 12;

/// The request's records are views: what they point into lives as long as the exchange.
struct PendingProduce {
  PendingProduce(Request request, VersionRange spoken) : exchange(std::move(request), spoken) {}

  TypedExchange<Request, Response> exchange;
  std::vector<std::shared_ptr<const Bytes>> records;
};

Uuid id_of(const Gateway& gateway, const std::string& topic) {
  const TopicDescription* const known = gateway.known_topic(topic);
  if (known == nullptr) return {};
  return Uuid::parse(known->id).value_or(Uuid());
}

VersionRange spoken_with(const ProduceTerms& terms, bool has_ids) {
  VersionRange spoken{.min = terms.is_zstd ? kFirstWithZstd : Request::kVersionMin,
                      .max = has_ids ? Request::kVersionMax : int16_t{kFirstWithTopicIds - 1}};
  if (!terms.transactional_id) return spoken;
  if (terms.is_transaction_version_2) {
    spoken.min = kFirstOfTransactionVersion2;
  } else {
    spoken.max = kFirstOfTransactionVersion2 - 1;
  }
  return spoken;
}

std::shared_ptr<PendingProduce> prepare(const Gateway& gateway, const ProduceTerms& terms,
                                        const std::vector<BatchPtr>& batches) {
  Request request{.transactional_id = terms.transactional_id,
                  .acks = terms.acks,
                  .timeout_ms = static_cast<int32_t>(terms.timeout.count())};
  std::map<std::string, Request::Topic> topics;
  std::vector<std::shared_ptr<const Bytes>> records;
  bool has_ids = true;
  for (const BatchPtr& batch : batches) {
    const auto& [name, partition] = batch->partition();
    Request::Topic& topic = topics[name];
    if (topic.name.empty()) {
      topic.name = name;
      topic.topic_id = id_of(gateway, name);
      has_ids = has_ids && !topic.topic_id.is_zero();
    }
    records.push_back(batch->bytes());
    topic.partition_data.push_back(
        {.index = partition, .records = wire::RecordsView{.bytes = *records.back()}});
  }
  for (auto& [name, topic] : topics) request.topic_data.push_back(std::move(topic));
  auto pending = std::make_shared<PendingProduce>(std::move(request), spoken_with(terms, has_ids));
  pending->records = std::move(records);
  return pending;
}

BatchAnswer judge(const TopicPartition& name, const Response::Partition& answer) {
  // The broker has the batch, but no longer knows where.
  if (answer.error_code == ErrorCode::duplicate_sequence_number) return DeliveryState::Written{};
  auto checked =
      check_code(answer.error_code, cat("writing to ", name), answer.error_message.value_or(""));
  if (!checked) return std::move(checked).error();
  return DeliveryState::Written{.base_offset = answer.base_offset,
                                .log_append_time_ms = answer.log_append_time_ms};
}

}  // namespace

Task<Result<std::vector<BatchAnswer>>> produce(Gateway& gateway, LinkPtr link, ProduceTerms terms,
                                               std::vector<BatchPtr> batches, SteadyTime deadline) {
  Driver& driver = gateway.driver();
  std::map<Uuid, std::string> names;
  for (const BatchPtr& batch : batches) {
    const std::string& topic = batch->partition().topic;
    names.emplace(id_of(gateway, topic), topic);
  }
  const auto pending = prepare(gateway, terms, batches);
  const std::weak_ptr<PendingProduce> weak = pending;
  const TimerId timer = driver.schedule(deadline, [weak, link] {
    if (weak.expired()) return;
    link->close(client_error(ClientErrc::timed_out, link->peer() + " did not answer in time"));
  });
  link->submit(std::shared_ptr<Exchange>(pending, &pending->exchange));
  auto& awaitable = pending->exchange;
  auto answered = co_await awaitable;
  driver.cancel(timer);
  if (!answered) co_return std::move(answered).error();

  std::map<TopicPartition, BatchAnswer> by_name;
  for (const auto& topic : answered->response.responses) {
    const bool has_id = answered->version >= kFirstWithTopicIds;
    const auto known = names.find(topic.topic_id);
    const std::string name = !has_id ? topic.name : known != names.end() ? known->second : "";
    for (const auto& partition : topic.partition_responses) {
      const TopicPartition place{.topic = name, .partition = partition.index};
      by_name.emplace(place, judge(place, partition));
    }
  }
  std::vector<BatchAnswer> answers;
  for (const BatchPtr& batch : batches) {
    const auto found = by_name.find(batch->partition());
    if (terms.acks == 0) {
      answers.emplace_back(DeliveryState::Written{});
    } else if (found != by_name.end()) {
      answers.push_back(found->second);
    } else {
      answers.emplace_back(client_error(
          ClientErrc::malformed, cat(link->peer(), " said nothing of ", batch->partition())));
    }
  }
  co_return answers;
}

}  // namespace millrace::client
