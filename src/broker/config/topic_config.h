// The configuration of one topic as the hot path needs it: parsed once, immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "broker/config/broker_config.h"
#include "record/codec.h"
#include "storage/log_config.h"

namespace millrace::broker {

/// When an acks=all batch is answered (docs/guarantees.md).
enum class Durability : uint8_t {
  disk,    // after the sync
  flush,   // when written; synced within `flush_within_ms`
  os,      // when written
  memory,  // no files at all
};

/// Parsed from a topic's own values and, for keys it does not set, the broker's.
struct TopicConfig {
  /// Values must have been checked.
  static std::shared_ptr<const TopicConfig> from(const ConfigValues& own,
                                                 const BrokerConfig& broker);

  int32_t message_bytes_max = 0;
  bool log_append_time = false;
  int64_t timestamp_before_max_ms = 0;
  int64_t timestamp_after_max_ms = 0;
  /// Nothing keeps the producer's codec.
  std::optional<record::Compression> compression;
  bool compacted = false;
  bool deleted_by_retention = false;
  Durability durability = Durability::disk;
  int64_t flush_within_ms = 0;
  int64_t flush_messages = 0;
  int64_t flush_ms = 0;
  bool validate_compressed = true;
  storage::LogConfig log;
};

}  // namespace millrace::broker
