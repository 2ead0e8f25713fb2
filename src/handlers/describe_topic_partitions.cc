// DescribeTopicPartitions: topics and their partitions in the order of their names, page by page.
#include "wire/messages/describe_topic_partitions.h"

#include <algorithm>
#include <set>

#include "broker/partition.h"
#include "handlers/authorized_operations.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

using Response = wire::DescribeTopicPartitionsResponse;

// One page: adds topics until there is no room for a further partition, then notes where the next
// page begins.
class Page {
 public:
  explicit Page(const DescribeTopicPartitionsCall& call)
      : call_(call),
        catalog_(call.context.broker().catalog()),
        room_(std::max(1, std::min(call.request.response_partition_limit,
                                   call.context.broker().config()->int32(
                                       "max.request.partition.size.limit")))) {}

  /// False once the page is full.
  bool add(const std::string& name, int32_t first) {
    if (room_ == 0) {
      response_.next_cursor = {.topic_name = name, .partition_index = 0};
      return false;
    }
    const auto topic = catalog_.find(name);
    if (topic == nullptr) {
      const auto legal = broker::check_topic_name(name);
      add_answer(
          {.error_code = legal ? ErrorCode::unknown_topic_or_partition : to_wire(legal.error()),
           .name = name});
      return true;
    }
    const int32_t left = std::max(0, topic->partition_count() - first);
    const int32_t taken = std::min(left, room_);
    Response::Topic answer{.name = name, .topic_id = topic->id, .is_internal = topic->internal};
    for (int32_t i = 0; i < taken; ++i) answer.partitions.push_back(describe(*topic, first + i));
    add_answer(std::move(answer));
    room_ -= taken;
    if (taken == left) return true;
    response_.next_cursor = {.topic_name = name, .partition_index = first + taken};
    return false;
  }

  void add_unauthorized(const std::string& name) {
    response_.topics.push_back(
        {.error_code = ErrorCode::topic_authorization_failed, .name = name, .partitions = {}});
  }

  Response take() { return std::move(response_); }

 private:
  void add_answer(Response::Topic answer) {
    answer.topic_authorized_operations =
        authorized_operations(call_.context, broker::ResourceType::topic, *answer.name);
    response_.topics.push_back(std::move(answer));
  }

  Response::Partition describe(const broker::Topic& topic, int32_t number) const {
    const int32_t node = call_.context.broker().node_id();
    const auto partition = topic.partition(PartitionId(number));
    // Clients take a null list for an older broker's answer: all of them are given.
    return {.partition_index = number,
            .leader_id = node,
            .leader_epoch = partition->leader_epoch().value(),
            .replica_nodes = {node},
            .isr_nodes = {node},
            .eligible_leader_replicas = std::vector<int32_t>(),
            .last_known_elr = std::vector<int32_t>(),
            .offline_replicas = {}};
  }

  const DescribeTopicPartitionsCall& call_;
  broker::Catalog& catalog_;
  int32_t room_;
  Response response_;
};

// Kafka puts an error of the whole request to each of its topics.
Response refused(const wire::DescribeTopicPartitionsRequest& request, ErrorCode error) {
  Response response;
  for (const auto& topic : request.topics) {
    response.topics.push_back({.error_code = error, .name = topic.name, .partitions = {}});
  }
  return response;
}

}  // namespace

void handle(const DescribeTopicPartitionsCall& call) {
  const auto& request = call.request;
  const bool all = request.topics.empty();
  std::set<std::string> names;
  if (all) {
    for (const auto& topic : call.context.broker().catalog().list()) names.insert(topic->name);
  } else {
    for (const auto& topic : request.topics) names.insert(topic.name);
  }
  int32_t first = 0;
  if (request.cursor) {
    const bool cursor_is_asked_for = all || names.contains(request.cursor->topic_name);
    if (!cursor_is_asked_for || request.cursor->partition_index < 0) {
      return call.respond(refused(request, ErrorCode::invalid_request));
    }
    names.erase(names.begin(), names.lower_bound(request.cursor->topic_name));
    first = request.cursor->partition_index;
  }

  Page page(call);
  std::vector<std::string> unauthorized;
  bool full = false;
  for (const std::string& name : names) {
    if (!call.context.allowed_on_topic(broker::Operation::describe, name)) {
      unauthorized.push_back(name);
    } else if (!full) {
      const bool continues = request.cursor && name == request.cursor->topic_name;
      full = !page.add(name, continues ? first : 0);
    }
  }
  // Who asks for all is not told what there is beside it.
  if (!all) {
    for (const std::string& name : unauthorized) page.add_unauthorized(name);
  }
  call.respond(page.take());
}

}  // namespace millrace::handlers
