#include "client/consumer/fetch_call.h"

#include <map>
#include <string>
#include <utility>

#include "base/text.h"
#include "base/uuid.h"
#include "client/topic_partition.h"
#include "wire/messages/fetch.h"

namespace millrace::client {
namespace {

using Request = wire::FetchRequest;
using Response = wire::FetchResponse;

constexpr int16_t kFirstWithTopicIds = 13;

Uuid id_of(const Gateway& gateway, const std::string& topic) {
  const TopicDescription* const known = gateway.known_topic(topic);
  if (known == nullptr) return {};
  return Uuid::parse(known->id).value_or(Uuid());
}

/// Partitions keep their order: a broker fills its answer from the front. Those of one topic that
/// follow each other share an entry.
Request make_request(const Gateway& gateway, const FetchTerms& terms,
                     const std::vector<FetchAsk>& asks) {
  Request request{.max_wait_ms = static_cast<int32_t>(terms.max_wait.count()),
                  .min_bytes = terms.bytes_min,
                  .max_bytes = terms.bytes_max,
                  .isolation_level = static_cast<int8_t>(terms.data.isolation)};
  for (const FetchAsk& ask : asks) {
    if (request.topics.empty() || request.topics.back().topic != ask.name.topic) {
      request.topics.push_back(
          {.topic = ask.name.topic, .topic_id = id_of(gateway, ask.name.topic)});
    }
    request.topics.back().partitions.push_back({.partition = ask.name.partition,
                                                .current_leader_epoch = ask.leader_epoch,
                                                .fetch_offset = ask.from.offset,
                                                .partition_max_bytes = terms.partition_bytes_max});
  }
  return request;
}

bool has_ids(const Request& request) {
  for (const auto& topic : request.topics) {
    if (topic.topic_id.is_zero()) return false;
  }
  return true;
}

std::vector<record::AbortedRange> aborted_of(const Response::Partition& partition) {
  std::vector<record::AbortedRange> aborted;
  if (!partition.aborted_transactions) return aborted;
  for (const auto& transaction : *partition.aborted_transactions) {
    aborted.push_back({.producer_id = ProducerId(transaction.producer_id),
                       .first_offset = Offset(transaction.first_offset)});
  }
  return aborted;
}

FetchAnswer judge(const FetchAsk& ask, Response::Partition& partition, const FetchTerms& terms) {
  auto checked =
      check_code(partition.error_code, cat("reading ", ask.name, " at offset ", ask.from.offset));
  if (!checked) return std::move(checked).error();
  if (io::size_of(partition.records.chunks) == 0) return std::unique_ptr<FetchedData>();
  return std::make_unique<FetchedData>(std::move(partition.records.chunks), aborted_of(partition),
                                       ask.from, terms.data);
}

}  // namespace

Task<Result<std::vector<FetchAnswer>>> fetch(Gateway& gateway, LinkPtr link, FetchTerms terms,
                                             std::vector<FetchAsk> asks, SteadyTime deadline) {
  Request request = make_request(gateway, terms, asks);
  const VersionRange spoken{
      .min = Request::kVersionMin,
      .max = has_ids(request) ? Request::kVersionMax : int16_t{kFirstWithTopicIds - 1}};
  std::map<Uuid, std::string> names;
  for (const auto& topic : request.topics) names.emplace(topic.topic_id, topic.topic);
  auto asking = exchange<Response>(gateway.driver(), link, std::move(request), deadline, spoken);
  auto answered = co_await asking;
  if (!answered) co_return std::move(answered).error();
  Response& response = answered->response;
  MILL_CO_CHECK(check_code(response.error_code, cat("fetching from ", link->peer())));

  std::map<TopicPartition, Response::Partition*> by_name;
  for (auto& topic : response.responses) {
    const bool has_id = answered->version >= kFirstWithTopicIds;
    const auto known = names.find(topic.topic_id);
    const std::string name = !has_id ? topic.topic : known != names.end() ? known->second : "";
    for (auto& partition : topic.partitions) {
      by_name[{.topic = name, .partition = partition.partition_index}] = &partition;
    }
  }
  std::vector<FetchAnswer> answers;
  for (const FetchAsk& ask : asks) {
    const auto found = by_name.find(ask.name);
    if (found != by_name.end()) {
      answers.push_back(judge(ask, *found->second, terms));
    } else {
      answers.emplace_back(
          client_error(ClientErrc::malformed, cat(link->peer(), " said nothing of ", ask.name)));
    }
  }
  co_return answers;
}

}  // namespace millrace::client
