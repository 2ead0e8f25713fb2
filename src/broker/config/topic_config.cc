#include "broker/config/topic_config.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "broker/config/config_entry.h"

namespace millrace::broker {
namespace {

class Values {
 public:
  Values(const ConfigValues& own, const BrokerConfig& broker) : own_(own), broker_(broker) {}

  std::optional<std::string> find(std::string_view name) const {
    const ConfigKey* key = find_key(ConfigScope::topic, name);
    MILL_ASSERT(key != nullptr, "a topic key that is not in the table");
    return effective_value(*key, own_, broker_);
  }
  std::string text(std::string_view name) const { return find(name).value_or(""); }
  int64_t number(std::string_view name) const { return number_of(text(name)); }
  int32_t int32(std::string_view name) const { return static_cast<int32_t>(number(name)); }
  double real(std::string_view name) const { return real_of(text(name)); }

  bool list_has(std::string_view name, std::string_view word) const {
    const std::string value = text(name);
    const auto parts = split(value, ',');
    return std::ranges::any_of(parts, [&](std::string_view part) { return trim(part) == word; });
  }

 private:
  const ConfigValues& own_;
  const BrokerConfig& broker_;
};

void read_durability(TopicConfig& config, const std::string& value, bool own) {
  if (value == "disk") {
    config.durability = Durability::disk;
  } else if (value.starts_with("flush:")) {
    config.durability = Durability::flush;
    config.flush_within_ms = number_of(std::string_view(value).substr(6));
  } else if (value == "memory" && own) {
    config.durability = Durability::memory;
  } else {
    config.durability = Durability::os;
  }
}

std::optional<record::Compression> compression_of(const Values& values) {
  const std::string name = values.text("compression.type");
  if (name == "producer") return std::nullopt;
  const auto codec = record::parse_codec(name);
  MILL_ASSERT(codec.has_value(), "a codec name that was not checked");
  record::Compression compression{.codec = *codec};
  if (codec == record::Codec::gzip && values.number("compression.gzip.level") > 0) {
    compression.level = values.int32("compression.gzip.level");
  }
  if (codec == record::Codec::lz4) compression.level = values.int32("compression.lz4.level");
  if (codec == record::Codec::zstd) compression.level = values.int32("compression.zstd.level");
  return compression;
}

}  // namespace

std::shared_ptr<const TopicConfig> TopicConfig::from(const ConfigValues& own,
                                                     const BrokerConfig& broker) {
  const Values values(own, broker);
  auto config = std::make_shared<TopicConfig>();
  config->message_bytes_max = values.int32("max.message.bytes");
  config->log_append_time = values.text("message.timestamp.type") == "LogAppendTime";
  config->timestamp_before_max_ms = values.number("message.timestamp.before.max.ms");
  config->timestamp_after_max_ms = values.number("message.timestamp.after.max.ms");
  config->compression = compression_of(values);
  config->compacted = values.list_has("cleanup.policy", "compact");
  config->deleted_by_retention = values.list_has("cleanup.policy", "delete");
  read_durability(*config, values.text("millrace.durability"), own.contains("millrace.durability"));
  config->flush_messages = values.number("flush.messages");
  config->flush_ms = values.number("flush.ms");
  config->validate_compressed = values.text("millrace.validate.compressed") == "true";

  const auto small_segments = values.find("internal.segment.bytes");
  config->log = {
      .segment_bytes = small_segments ? number_of(*small_segments) : values.number("segment.bytes"),
      .segment_ms = values.number("segment.ms"),
      .segment_index_bytes = values.number("segment.index.bytes"),
      .index_interval_bytes = values.number("index.interval.bytes"),
      .retention_ms = values.number("retention.ms"),
      .retention_bytes = values.number("retention.bytes"),
      .delete_old_segments = config->deleted_by_retention,
      .compact = config->compacted,
      .min_compaction_lag_ms = values.number("min.compaction.lag.ms"),
      .max_compaction_lag_ms = values.number("max.compaction.lag.ms"),
      .min_cleanable_dirty_ratio = values.real("min.cleanable.dirty.ratio"),
      .delete_retention_ms = values.number("delete.retention.ms"),
      .producer_id_expiration_ms = broker.number("producer.id.expiration.ms"),
      .in_memory = config->durability == Durability::memory,
  };
  // Records can be compacted only once their segment has ended.
  if (config->compacted) {
    config->log.segment_ms = std::min(config->log.segment_ms, config->log.max_compaction_lag_ms);
  }
  return config;
}

}  // namespace millrace::broker
