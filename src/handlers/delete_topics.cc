// DeleteTopics: by name, or from version 6 on by id; committed offsets of the topics go with them.
#include "wire/messages/delete_topics.h"

#include <algorithm>
#include <string>

#include "broker/catalog.h"
#include "coordinator/group_coordinator.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

using Asked = wire::DeleteTopicsRequest::Topic;
using Answer = wire::DeleteTopicsResponse::Topic;

constexpr int16_t kFirstWithTopicIds = 6;

std::vector<Asked> asked_topics(const DeleteTopicsCall& call) {
  if (call.version() >= kFirstWithTopicIds) return call.request.topics;
  std::vector<Asked> asked;
  for (const auto& name : call.request.topic_names) {
    asked.push_back({.name = name, .topic_id = {}});
  }
  return asked;
}

Answer refused(const Asked& asked, ErrorCode error, std::string message) {
  return {.name = asked.name,
          .topic_id = asked.topic_id,
          .error_code = error,
          .error_message = std::move(message)};
}

Answer remove(const DeleteTopicsCall& call, const Asked& asked) {
  broker::Catalog& catalog = call.context.broker().catalog();
  const bool by_id = !asked.name.has_value();
  if (by_id == asked.topic_id.is_zero()) {
    return refused(asked, ErrorCode::invalid_request,
                   by_id ? "Neither topic name nor id were specified."
                         : "You may not specify both topic name and topic id.");
  }
  const auto topic = by_id ? catalog.find(asked.topic_id) : catalog.find(*asked.name);
  if (topic == nullptr) {
    return by_id ? refused(asked, ErrorCode::unknown_topic_id,
                           "This server does not host this topic ID.")
                 : refused(asked, ErrorCode::unknown_topic_or_partition,
                           "This server does not host this topic-partition.");
  }
  if (!call.context.allowed_on_topic(broker::Operation::remove, topic->name)) {
    return refused(asked, ErrorCode::topic_authorization_failed, "Authorization failed.");
  }
  // By id, whatever was asked: a topic made anew under the name in between is not meant.
  if (const auto removed = catalog.remove(topic->id); !removed) {
    return refused(asked, to_wire(removed.error()), removed.error().message());
  }
  call.context.groups().topics_deleted({topic->name});
  return {.name = topic->name, .topic_id = topic->id, .error_message = std::nullopt};
}

}  // namespace

void handle(const DeleteTopicsCall& call) {
  const std::vector<Asked> asked = asked_topics(call);
  wire::DeleteTopicsResponse response;
  for (size_t i = 0; i < asked.size(); ++i) {
    const auto times = std::ranges::count(asked, asked[i]);
    const auto first = std::ranges::find(asked, asked[i]) - asked.begin();
    if (times == 1) {
      response.responses.push_back(remove(call, asked[i]));
    } else if (static_cast<size_t>(first) == i) {
      response.responses.push_back(
          refused(asked[i], ErrorCode::invalid_request,
                  asked[i].name ? "Duplicate topic name." : "Duplicate topic id."));
    }
  }
  call.respond(response);
}

}  // namespace millrace::handlers
