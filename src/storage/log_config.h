// What a topic's configuration means to its log files. Names follow Kafka's topic configs.
#pragma once

#include <cstdint>

namespace millrace::storage {

/// A value type; the defaults are Kafka's.
struct LogConfig {
  int64_t segment_bytes = int64_t{1} << 30;
  int64_t segment_ms = 7LL * 24 * 3600 * 1000;
  int64_t segment_index_bytes = 10 << 20;
  int64_t index_interval_bytes = 4096;
  /// Below zero: kept for ever.
  int64_t retention_ms = 7LL * 24 * 3600 * 1000;
  /// Below zero: no limit.
  int64_t retention_bytes = -1;
  /// cleanup.policy contains "delete": retention by time and size applies.
  bool delete_old_segments = true;
  /// cleanup.policy contains "compact": the log is cleaned.
  bool compact = false;
  /// Records younger than this are not cleaned away.
  int64_t min_compaction_lag_ms = 0;
  /// Records older than this are cleaned however little there is to gain.
  int64_t max_compaction_lag_ms = INT64_MAX;
  double min_cleanable_dirty_ratio = 0.5;
  /// How long cleaning keeps tombstones, and markers of transactions of which nothing else is left.
  int64_t delete_retention_ms = 24LL * 3600 * 1000;
  /// A producer that wrote nothing for so long is forgotten.
  int64_t producer_id_expiration_ms = 24LL * 3600 * 1000;
  /// millrace.durability=memory: no files, the log ends with the process.
  bool in_memory = false;
};

}  // namespace millrace::storage
