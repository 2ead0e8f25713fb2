// The broker configuration that consumer groups look at, under Kafka's names and defaults.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "coordinator/consumer/assignor.h"
#include "record/codec.h"

namespace millrace::coordinator {

/// Between which protocols a group may change while it has members
/// (group.consumer.migration.policy).
enum class MigrationPolicy : uint8_t { disabled, upgrade, downgrade, bidirectional };

/// Of one group of the consumer protocol.
struct ConsumerGroupTimes {
  /// consumer.session.timeout.ms
  int32_t session_timeout_ms = 45'000;
  /// consumer.heartbeat.interval.ms
  int32_t heartbeat_interval_ms = 5'000;
  /// consumer.assignment.interval.ms: newcomers that come together are assigned together.
  int32_t assignment_interval_ms = 1'000;
};

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

  // --- Groups of the consumer protocol.
  /// The times of one group, asked for whenever one is needed: they may be altered at any moment.
  /// Called with the group's lock held.
  std::function<ConsumerGroupTimes(std::string_view group_id)> consumer_times =
      [](std::string_view) { return ConsumerGroupTimes{}; };
  /// group.consumer.max.size
  int32_t consumer_group_size_max = INT32_MAX;
  /// group.consumer.assignors; the first one is the default. Not empty.
  std::vector<Assignor> consumer_assignors = {Assignor::uniform, Assignor::range};
  /// group.consumer.migration.policy
  MigrationPolicy consumer_migration_policy = MigrationPolicy::bidirectional;
};

}  // namespace millrace::coordinator
