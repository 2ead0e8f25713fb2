#include "client/admin/topics.h"

#include "base/text.h"
#include "client/admin/leaders.h"
#include "client/topic_partition.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/delete_topics.h"

namespace millrace::client {
namespace {

int32_t timeout_of(const Gateway& gateway) {
  return static_cast<int32_t>(
      std::min<int64_t>(gateway.options().request_timeout.count(), INT32_MAX));
}

/// Finds the controller with retries, asks once.
template <class Response, class Request>
Task<Result<Response>> ask_controller(Gateway& gateway, Request request, SteadyTime deadline) {
  const auto attempt = [&gateway](SteadyTime by) { return gateway.controller(by); };
  auto finding = gateway.retrying<LinkPtr>(deadline, attempt);
  MILL_CO_TRY(LinkPtr link, co_await finding);
  auto asking = call<Response>(gateway.driver(), std::move(link), std::move(request),
                               gateway.request_deadline(deadline));
  auto response = co_await asking;
  co_return response;
}

}  // namespace

Task<Result<void>> create_topic(Gateway& gateway, NewTopic topic, SteadyTime deadline) {
  wire::CreateTopicsRequest request{.timeout_ms = timeout_of(gateway)};
  auto& wanted = request.topics.emplace_back();
  wanted.name = topic.name;
  wanted.num_partitions = topic.partitions;
  wanted.replication_factor = topic.replication_factor;
  for (const auto& [name, value] : topic.configs) {
    wanted.configs.push_back({.name = name, .value = value});
  }
  auto asking = ask_controller<wire::CreateTopicsResponse>(gateway, std::move(request), deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  if (response.topics.empty()) co_return nothing_about(cat("topic '", topic.name, "'"));
  const auto& result = response.topics.front();
  gateway.forget_topic(topic.name);
  co_return check_code(result.error_code, cat("creating topic '", topic.name, "'"),
                       result.error_message.value_or(""));
}

Task<Result<void>> delete_topic(Gateway& gateway, std::string name, SteadyTime deadline) {
  wire::DeleteTopicsRequest request{.timeout_ms = timeout_of(gateway)};
  request.topics.push_back({.name = name});
  request.topic_names.push_back(name);
  auto asking = ask_controller<wire::DeleteTopicsResponse>(gateway, std::move(request), deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  if (response.responses.empty()) co_return nothing_about(cat("topic '", name, "'"));
  const auto& result = response.responses.front();
  gateway.forget_topic(name);
  co_return check_code(result.error_code, cat("deleting topic '", name, "'"),
                       result.error_message.value_or(""));
}

Task<Result<void>> add_partitions(Gateway& gateway, std::string topic, int32_t count,
                                  SteadyTime deadline) {
  wire::CreatePartitionsRequest request{.timeout_ms = timeout_of(gateway)};
  request.topics.push_back({.name = topic, .count = count});
  auto asking =
      ask_controller<wire::CreatePartitionsResponse>(gateway, std::move(request), deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  if (response.results.empty()) co_return nothing_about(cat("topic '", topic, "'"));
  const auto& result = response.results.front();
  gateway.forget_topic(topic);
  co_return check_code(result.error_code, cat("topic '", topic, "' to ", count, " partitions"),
                       result.error_message.value_or(""));
}

Task<Result<std::map<TopicPartition, int64_t>>> delete_records(
    Gateway& gateway, std::map<TopicPartition, int64_t> before, SteadyTime deadline) {
  using Request = wire::DeleteRecordsRequest;
  const auto attempt = [&gateway, &before](SteadyTime by) {
    return by_leader<Request::Partition>(
        gateway, before,
        [](const TopicPartition& name, int64_t offset) {
          return Request::Partition{.partition_index = name.partition, .offset = offset};
        },
        by);
  };
  auto finding = gateway.retrying<ByLeader<Request::Partition>>(deadline, attempt);
  MILL_CO_TRY(auto leaders, co_await finding);
  std::map<TopicPartition, int64_t> starts;
  for (auto& [leader, topics] : leaders) {
    Request request{.timeout_ms = timeout_of(gateway)};
    for (auto& [topic, partitions] : topics) {
      request.topics.push_back({.name = topic, .partitions = std::move(partitions)});
    }
    const SteadyTime by = gateway.request_deadline(deadline);
    auto linking = gateway.node(leader, Lane::requests, by);
    MILL_CO_TRY(LinkPtr link, co_await linking);
    auto asking = call<wire::DeleteRecordsResponse>(gateway.driver(), link, std::move(request), by);
    MILL_CO_TRY(const auto response, co_await asking);
    for (const auto& topic : response.topics) {
      for (const auto& partition : topic.partitions) {
        const TopicPartition name{.topic = topic.name, .partition = partition.partition_index};
        MILL_CO_CHECK(check_code(partition.error_code, cat("deleting records of ", name)));
        starts[name] = partition.low_watermark;
      }
    }
  }
  co_return starts;
}

}  // namespace millrace::client
