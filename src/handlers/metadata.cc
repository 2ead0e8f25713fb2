// Metadata: the broker, the topics asked for, and who leads their partitions.
#include "wire/messages/metadata.h"

#include <algorithm>
#include <string>

#include "broker/partition.h"
#include "handlers/authorized_operations.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithEmptyForNone = 1;
constexpr int16_t kFirstWithLookupById = 12;

using Topic = wire::MetadataResponse::Topic;

class TopicAnswers {
 public:
  explicit TopicAnswers(const MetadataCall& call)
      : call_(call), catalog_(call.context.broker().catalog()) {}

  std::vector<Topic> all() const {
    std::vector<Topic> answers;
    for (const auto& topic : catalog_.list()) {
      if (visible(topic->name)) answers.push_back(known(*topic));
    }
    return answers;
  }

  Topic one(const wire::MetadataRequest::Topic& asked) const {
    return asked.topic_id.is_zero() ? by_name(*asked.name) : by_its_id(asked.topic_id);
  }

 private:
  bool visible(const std::string& name) const {
    return call_.context.allowed_on_topic(broker::Operation::describe, name);
  }

  Topic by_its_id(const Uuid& id) const {
    const auto topic = catalog_.find(id);
    if (topic == nullptr) return {.error_code = ErrorCode::unknown_topic_id, .topic_id = id};
    if (!visible(topic->name)) {
      return {.error_code = ErrorCode::topic_authorization_failed, .topic_id = id};
    }
    return known(*topic);
  }

  Topic by_name(const std::string& name) const {
    if (!visible(name)) {
      return {.error_code = ErrorCode::topic_authorization_failed, .name = name};
    }
    if (const auto topic = catalog_.find(name)) return known(*topic);
    if (const auto valid = broker::check_topic_name(name); !valid) {
      return missing(name, to_wire(valid.error()));
    }
    if (!call_.request.allow_auto_topic_creation) {
      return missing(name, ErrorCode::unknown_topic_or_partition);
    }
    if (!call_.context.allowed_on_cluster(broker::Operation::create) &&
        !call_.context.allowed_on_topic(broker::Operation::create, name)) {
      return {.error_code = ErrorCode::topic_authorization_failed, .name = name};
    }
    const auto created = catalog_.auto_create(name);
    if (!created) return {.error_code = to_wire(created.error()), .name = name};
    return known(**created);
  }

  Topic missing(const std::string& name, ErrorCode error) const {
    Topic answer{.error_code = error, .name = name};
    tell_operations(answer);
    return answer;
  }

  void tell_operations(Topic& answer) const {
    if (!call_.request.include_topic_authorized_operations) return;
    answer.topic_authorized_operations =
        authorized_operations(call_.context, broker::ResourceType::topic, *answer.name);
  }

  Topic known(const broker::Topic& topic) const {
    Topic answer{.name = topic.name, .topic_id = topic.id, .is_internal = topic.internal};
    const int32_t node = call_.context.broker().node_id();
    answer.partitions.reserve(topic.partitions.size());
    for (int32_t i = 0; i < topic.partition_count(); ++i) {
      const auto& partition = *topic.partitions[static_cast<size_t>(i)];
      answer.partitions.push_back({.partition_index = i,
                                   .leader_id = node,
                                   .leader_epoch = partition.leader_epoch().value(),
                                   .replica_nodes = {node},
                                   .isr_nodes = {node},
                                   .offline_replicas = {}});
    }
    tell_operations(answer);
    return answer;
  }

  const MetadataCall& call_;
  broker::Catalog& catalog_;
};

// As Kafka answers a request that is wrong as a whole: no broker, every topic refused.
wire::MetadataResponse refused(const wire::MetadataRequest& request, ErrorCode error) {
  wire::MetadataResponse response{.error_code = error};
  for (const auto& topic : *request.topics) {
    response.topics.push_back(
        {.error_code = error, .name = topic.name.value_or(""), .topic_id = topic.topic_id});
  }
  return response;
}

bool has_id(const wire::MetadataRequest::Topic& topic) { return !topic.topic_id.is_zero(); }
bool has_no_name(const wire::MetadataRequest::Topic& topic) { return !topic.name; }

bool names_an_id(const MetadataCall& call) {
  return call.request.topics && std::ranges::any_of(*call.request.topics, has_id);
}

// Versions 10 and 11 have ids and null names, but nothing is looked up by id before 12. From there
// on a topic has one or the other.
bool is_malformed(const MetadataCall& call) {
  const bool by_ids = names_an_id(call);
  if (by_ids) return call.version() < kFirstWithLookupById;
  return call.request.topics && std::ranges::any_of(*call.request.topics, has_no_name);
}

}  // namespace

void handle(const MetadataCall& call) {
  if (is_malformed(call)) {
    return call.respond(refused(call.request, ErrorCode::invalid_request));
  }
  const broker::Broker& broker = call.context.broker();
  const auto& connection = *call.context.connection;
  wire::MetadataResponse response{
      .brokers = {{.node_id = broker.node_id(),
                   .host = connection.advertised_host,
                   .port = connection.advertised_port,
                   .rack = std::nullopt}},
      .cluster_id = broker.cluster_id(),
      .controller_id = broker.node_id(),
      .topics = {},
  };
  const auto& asked = call.request.topics;
  const TopicAnswers answers(call);
  if (!asked || (asked->empty() && call.version() < kFirstWithEmptyForNone)) {
    response.topics = answers.all();
  } else {
    // Where one is named by its id, those without are not answered.
    const bool by_ids = names_an_id(call);
    for (const auto& topic : *asked) {
      if (!by_ids || has_id(topic)) response.topics.push_back(answers.one(topic));
    }
  }
  if (call.request.include_cluster_authorized_operations) {
    response.cluster_authorized_operations =
        authorized_operations(call.context, broker::ResourceType::cluster, "kafka-cluster");
  }
  call.respond(response);
}

}  // namespace millrace::handlers
