// DescribeProducers: what partitions know of their idempotent and transactional producers.
#include "wire/messages/describe_producers.h"

#include "broker/partition.h"
#include "broker/topic.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"
#include "storage/partition_log.h"

namespace millrace::handlers {

namespace {

using Response = wire::DescribeProducersResponse;

Response::Partition describe(const DescribeProducersCall& call, const std::string& topic,
                             int32_t index) {
  Response::Partition answer{.partition_index = index};
  if (!call.context.allowed_on_topic(broker::Operation::read, topic)) {
    answer.error_code = ErrorCode::topic_authorization_failed;
    answer.error_message = "Authorization failed.";
    return answer;
  }
  if (const auto valid = broker::check_topic_name(topic); !valid) {
    answer.error_code = to_wire(valid.error());
    answer.error_message = valid.error().message();
    return answer;
  }
  const auto partition = call.context.broker().catalog().find_partition(topic, PartitionId(index));
  if (!partition) {
    answer.error_code = ErrorCode::unknown_topic_or_partition;
    answer.error_message = "This server does not host this topic-partition.";
    return answer;
  }
  if (!partition->log()) {
    answer.error_code = ErrorCode::kafka_storage_error;
    return answer;
  }
  for (const storage::ProducerEntry& producer : partition->log()->producers()) {
    answer.active_producers.push_back(
        {.producer_id = producer.producer_id.value(),
         .producer_epoch = producer.epoch,
         .last_sequence = producer.last_sequence(),
         .last_timestamp = producer.last_timestamp,
         .coordinator_epoch = producer.coordinator_epoch,
         .current_txn_start_offset = producer.current_txn_first_offset.value()});
  }
  return answer;
}

}  // namespace

void handle(const DescribeProducersCall& call) {
  Response response;
  for (const auto& topic : call.request.topics) {
    auto& answer = response.topics.emplace_back();
    answer.name = topic.name;
    for (const int32_t index : topic.partition_indexes) {
      answer.partitions.push_back(describe(call, topic.name, index));
    }
  }
  call.respond(response);
}

}  // namespace millrace::handlers
