// The broker configuration that consumer groups look at, under Kafka's names and defaults.
#pragma once

#include <cstdint>

#include "record/codec.h"

namespace millrace::coordinator {

struct CoordinatorConfig {
  /// group.min.session.timeout.ms, group.max.session.timeout.ms
  int32_t session_timeout_ms_min = 6'000;
  int32_t session_timeout_ms_max = 1'800'000;
  /// group.initial.rebalance.delay.ms
  int32_t initial_rebalance_delay_ms = 3'000;
  /// group.max.size
  int32_t group_size_max = INT32_MAX;
  /// offset.metadata.max.bytes
  int32_t offset_metadata_bytes_max = 4'096;
  /// offsets.retention.minutes, as milliseconds
  int64_t offsets_retention_ms = int64_t{7} * 24 * 60 * 60 * 1000;
  /// offsets.retention.check.interval.ms
  int64_t offsets_retention_check_interval_ms = 600'000;
  /// offsets.topic.compression.codec
  record::Codec offsets_codec = record::Codec::none;
};

}  // namespace millrace::coordinator
