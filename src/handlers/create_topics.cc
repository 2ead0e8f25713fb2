// CreateTopics: makes topics, or says whether it could.
#include "wire/messages/create_topics.h"

#include <map>
#include <string>

#include "broker/catalog.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

using Answer = wire::CreateTopicsResponse::Topic;

Answer refused(const std::string& name, ErrorCode error, std::string message) {
  return {.name = name,
          .error_code = error,
          .error_message = std::move(message),
          .configs = std::vector<wire::CreateTopicsResponse::Config>()};
}

broker::NewTopic translate(const wire::CreateTopicsRequest::Topic& asked) {
  broker::NewTopic topic{.name = asked.name,
                         .partitions = asked.num_partitions,
                         .replication_factor = asked.replication_factor};
  for (const auto& assignment : asked.assignments) {
    topic.assignments.push_back(
        {.partition = assignment.partition_index, .brokers = assignment.broker_ids});
  }
  for (const auto& config : asked.configs) topic.configs.emplace_back(config.name, config.value);
  return topic;
}

Answer create(const CreateTopicsCall& call, const wire::CreateTopicsRequest::Topic& asked) {
  if (!call.context.allowed_on_cluster(broker::Operation::create) &&
      !call.context.allowed_on_topic(broker::Operation::create, asked.name)) {
    return refused(asked.name, ErrorCode::topic_authorization_failed, "Authorization failed.");
  }
  auto created =
      call.context.broker().catalog().create(translate(asked), call.request.validate_only);
  if (!created) {
    return refused(asked.name, to_wire(created.error()), created.error().message());
  }
  Answer answer{.name = asked.name,
                .topic_id = created->id,
                .num_partitions = created->partitions,
                .replication_factor = created->replication_factor,
                .configs = std::vector<wire::CreateTopicsResponse::Config>()};
  for (auto& entry : created->configs) {
    answer.configs->push_back({.name = std::move(entry.name),
                               .value = std::move(entry.value),
                               .read_only = entry.read_only,
                               .config_source = static_cast<int8_t>(entry.source)});
  }
  return answer;
}

}  // namespace

void handle(const CreateTopicsCall& call) {
  std::map<std::string_view, int> times_named;
  for (const auto& topic : call.request.topics) ++times_named[topic.name];

  wire::CreateTopicsResponse response;
  for (const auto& topic : call.request.topics) {
    int& times = times_named[topic.name];
    if (times == 0) continue;  // answered already
    if (times > 1) {
      times = 0;
      response.topics.push_back(
          refused(topic.name, ErrorCode::invalid_request, "Duplicate topic name."));
    } else {
      response.topics.push_back(create(call, topic));
    }
  }
  call.respond(response);
}

}  // namespace millrace::handlers
