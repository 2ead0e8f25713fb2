#include "broker/metadata_records.h"

#include <cstring>

#include "base/text.h"
#include "base/try.h"
#include "broker/metadata.pb.h"

namespace millrace::broker {
namespace {

template <class Message>
Result<Message> parsed(std::string_view value, std::string_view what) {
  Message message;
  if (message.ParseFromArray(value.data(), static_cast<int>(value.size()))) return message;
  return kafka_error(ErrorCode::kafka_storage_error, cat("metadata: not a valid ", what));
}

template <class Message>
void put_config(Message& message, const ConfigValues& values) {
  for (const auto& [name, value] : values) {
    auto* entry = message.add_config();
    entry->set_name(name);
    entry->set_value(value);
  }
}

template <class Message>
ConfigValues get_config(const Message& message) {
  ConfigValues values;
  for (const auto& entry : message.config()) values.emplace(entry.name(), entry.value());
  return values;
}

}  // namespace

std::string topic_key(std::string_view name) { return cat(kTopicPrefix, name); }
std::string deleted_topic_key(const Uuid& id) { return cat(kDeletedTopicPrefix, id.to_string()); }
std::string broker_config_key(std::string_view name) { return cat(kBrokerConfigPrefix, name); }
std::string group_config_key(std::string_view group_id) {
  return cat(kGroupConfigPrefix, group_id);
}

std::string encode(const TopicRecord& record) {
  pb::Topic message;
  message.set_id(record.id.bytes.data(), record.id.bytes.size());
  message.set_partition_count(record.partition_count);
  put_config(message, record.config);
  return message.SerializeAsString();
}

std::string encode(const DeletedTopicRecord& record) {
  pb::DeletedTopic message;
  message.set_name(record.name);
  message.set_partition_count(record.partition_count);
  return message.SerializeAsString();
}

std::string encode_config(const ConfigValues& values) {
  pb::ConfigValues message;
  put_config(message, values);
  return message.SerializeAsString();
}

std::string encode_producer_ids(int64_t next) {
  pb::ProducerIds message;
  message.set_next(next);
  return message.SerializeAsString();
}

Result<TopicRecord> decode_topic(std::string_view value) {
  MILL_TRY(const auto message, parsed<pb::Topic>(value, "topic"));
  TopicRecord record{.partition_count = message.partition_count(), .config = get_config(message)};
  if (message.id().size() != record.id.bytes.size() || record.partition_count <= 0) {
    return kafka_error(ErrorCode::kafka_storage_error,
                       "metadata: a topic without id or partitions");
  }
  std::memcpy(record.id.bytes.data(), message.id().data(), record.id.bytes.size());
  return record;
}

Result<DeletedTopicRecord> decode_deleted_topic(std::string_view value) {
  MILL_TRY(const auto message, parsed<pb::DeletedTopic>(value, "deleted topic"));
  return DeletedTopicRecord{.name = message.name(), .partition_count = message.partition_count()};
}

Result<ConfigValues> decode_config(std::string_view value) {
  MILL_TRY(const auto message, parsed<pb::ConfigValues>(value, "configuration"));
  return get_config(message);
}

Result<int64_t> decode_producer_ids(std::string_view value) {
  MILL_TRY(const auto message, parsed<pb::ProducerIds>(value, "producer id block"));
  return message.next();
}

}  // namespace millrace::broker
