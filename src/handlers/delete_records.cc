// DeleteRecords: partitions start later.
#include "wire/messages/delete_records.h"

#include "broker/partition.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

wire::DeleteRecordsResponse::Partition remove(const DeleteRecordsCall& call,
                                              const std::string& topic,
                                              const wire::DeleteRecordsRequest::Partition& asked) {
  wire::DeleteRecordsResponse::Partition answer{.partition_index = asked.partition_index,
                                                .low_watermark = -1};
  if (!call.context.allowed_on_topic(broker::Operation::remove, topic)) {
    answer.error_code = ErrorCode::topic_authorization_failed;
    return answer;
  }
  const auto partition =
      call.context.broker().catalog().find_partition(topic, PartitionId(asked.partition_index));
  if (partition == nullptr) {
    answer.error_code = ErrorCode::unknown_topic_or_partition;
    return answer;
  }
  const auto start = partition->delete_records(Offset(asked.offset));
  answer.error_code = to_wire(start);
  if (start) answer.low_watermark = start->value();
  return answer;
}

}  // namespace

void handle(const DeleteRecordsCall& call) {
  wire::DeleteRecordsResponse response;
  for (const auto& topic : call.request.topics) {
    if (topic.partitions.empty()) continue;
    auto& answer = response.topics.emplace_back();
    answer.name = topic.name;
    for (const auto& partition : topic.partitions) {
      answer.partitions.push_back(remove(call, topic.name, partition));
    }
  }
  call.respond(response);
}

}  // namespace millrace::handlers
