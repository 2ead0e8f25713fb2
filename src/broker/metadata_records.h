// The values that the broker keeps in the MetadataStore, and their keys (docs/formats/metadata.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.h"
#include "broker/config/broker_config.h"

namespace millrace::broker {

inline constexpr std::string_view kTopicPrefix = "topic/";
inline constexpr std::string_view kDeletedTopicPrefix = "deleted-topic/";
inline constexpr std::string_view kBrokerConfigPrefix = "config/broker/";
inline constexpr std::string_view kGroupConfigPrefix = "config/group/";
inline constexpr std::string_view kProducerIdsKey = "producer-ids";

std::string topic_key(std::string_view name);
std::string deleted_topic_key(const Uuid& id);
/// `name` is the node id, or empty for all brokers.
std::string broker_config_key(std::string_view name);
std::string group_config_key(std::string_view group_id);

struct TopicRecord {
  Uuid id;
  int32_t partition_count = 0;
  ConfigValues config;
};

struct DeletedTopicRecord {
  std::string name;
  int32_t partition_count = 0;
};

std::string encode(const TopicRecord& record);
std::string encode(const DeletedTopicRecord& record);
std::string encode_config(const ConfigValues& values);
std::string encode_producer_ids(int64_t next);

/// kafka_storage_error where the value is not what its key promises.
Result<TopicRecord> decode_topic(std::string_view value);
Result<DeletedTopicRecord> decode_deleted_topic(std::string_view value);
Result<ConfigValues> decode_config(std::string_view value);
Result<int64_t> decode_producer_ids(std::string_view value);

}  // namespace millrace::broker
