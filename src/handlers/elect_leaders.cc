// ElectLeaders: never needed, since the one broker leads every partition.
#include "wire/messages/elect_leaders.h"

#include "broker/catalog.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

using Response = wire::ElectLeadersResponse;

constexpr int8_t kPreferred = 0;
constexpr int8_t kUnclean = 1;

Response::Partition elect(const broker::TopicPtr& topic, const std::string& name, int32_t number) {
  if (topic == nullptr) {
    return {.partition_id = number,
            .error_code = ErrorCode::unknown_topic_or_partition,
            .error_message = "No such topic as " + name};
  }
  if (topic->partition(PartitionId(number)) == nullptr) {
    return {.partition_id = number,
            .error_code = ErrorCode::unknown_topic_or_partition,
            .error_message = "No such partition as " + name + "-" + std::to_string(number)};
  }
  return {.partition_id = number,
          .error_code = ErrorCode::election_not_needed,
          .error_message = std::string(error_text(ErrorCode::election_not_needed))};
}

// The same error for the request and for each of its partitions.
Response refused(const wire::ElectLeadersRequest& request, ErrorCode error,
                 const std::string& message) {
  Response response{.error_code = error};
  if (!request.topic_partitions) return response;
  for (const auto& asked : *request.topic_partitions) {
    auto& topic = response.replica_election_results.emplace_back();
    topic.topic = asked.topic;
    for (const int32_t number : asked.partitions) {
      topic.partition_result.push_back(
          {.partition_id = number, .error_code = error, .error_message = message});
    }
  }
  return response;
}

}  // namespace

void handle(const ElectLeadersCall& call) {
  const auto& request = call.request;
  if (!call.context.allowed_on_cluster(broker::Operation::alter)) {
    return call.respond(
        refused(request, ErrorCode::cluster_authorization_failed, "Authorization failed."));
  }
  if (request.election_type != kPreferred && request.election_type != kUnclean) {
    return call.respond(refused(request, ErrorCode::invalid_request,
                                "Unknown election type " + std::to_string(request.election_type)));
  }
  Response response;
  if (!request.topic_partitions) {
    // Asked for all, an answer names every topic, but only partitions that had an election.
    for (const auto& topic : call.context.broker().catalog().list()) {
      response.replica_election_results.push_back({.topic = topic->name, .partition_result = {}});
    }
    return call.respond(response);
  }
  for (const auto& asked : *request.topic_partitions) {
    const auto found = call.context.broker().catalog().find(asked.topic);
    auto& topic = response.replica_election_results.emplace_back();
    topic.topic = asked.topic;
    for (const int32_t number : asked.partitions) {
      topic.partition_result.push_back(elect(found, asked.topic, number));
    }
  }
  call.respond(response);
}

}  // namespace millrace::handlers
