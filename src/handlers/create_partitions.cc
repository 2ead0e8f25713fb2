// CreatePartitions: topics grow.
#include "wire/messages/create_partitions.h"

#include <algorithm>

#include "broker/catalog.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

wire::CreatePartitionsResponse::Topic refused(const std::string& name, ErrorCode error,
                                              std::string message) {
  return {.name = name, .error_code = error, .error_message = std::move(message)};
}

wire::CreatePartitionsResponse::Topic grow(const CreatePartitionsCall& call,
                                           const wire::CreatePartitionsRequest::Topic& asked) {
  if (!call.context.allowed_on_topic(broker::Operation::alter, asked.name)) {
    return refused(asked.name, ErrorCode::topic_authorization_failed, "Authorization failed.");
  }
  broker::NewPartitions partitions{.topic = asked.name, .count = asked.count};
  if (asked.assignments) {
    partitions.assignments.emplace();
    for (const auto& assignment : *asked.assignments) {
      partitions.assignments->push_back(assignment.broker_ids);
    }
  }
  const auto grown =
      call.context.broker().catalog().add_partitions(partitions, call.request.validate_only);
  if (!grown) return refused(asked.name, to_wire(grown.error()), grown.error().message());
  return {.name = asked.name, .error_message = std::nullopt};
}

}  // namespace

void handle(const CreatePartitionsCall& call) {
  const auto& topics = call.request.topics;
  wire::CreatePartitionsResponse response;
  for (size_t i = 0; i < topics.size(); ++i) {
    const auto times =
        std::ranges::count(topics, topics[i].name, &wire::CreatePartitionsRequest::Topic::name);
    const auto first =
        std::ranges::find(topics, topics[i].name, &wire::CreatePartitionsRequest::Topic::name) -
        topics.begin();
    if (times == 1) {
      response.results.push_back(grow(call, topics[i]));
    } else if (static_cast<size_t>(first) == i) {
      response.results.push_back(
          refused(topics[i].name, ErrorCode::invalid_request, "Duplicate topic name."));
    }
  }
  call.respond(response);
}

}  // namespace millrace::handlers
