// What the catalog's files share: its tables, and how a topic and its partitions come and go.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "broker/catalog.h"
#include "broker/metadata_records.h"
#include "broker/metadata_store.h"
#include "broker/partition.h"
#include "storage/log_directory.h"

namespace millrace::broker {

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>()(text);
  }
};

struct Catalog::State {
  explicit State(Options given) : options(std::move(given)) {}

  const Options options;

  // One change at a time, held across its metadata transaction and file work; lookups do not take
  // it. Whoever holds it calls nobody's callback.
  mutable Mutex change{LockRank::catalog_change};

  mutable Mutex mutex{LockRank::topics};
  std::unordered_map<std::string, TopicPtr, TextHash, std::equal_to<>> by_name
      MILL_GUARDED_BY(mutex);
  std::unordered_map<Uuid, TopicPtr> by_id MILL_GUARDED_BY(mutex);
  /// Counts what publish and withdraw did.
  std::atomic<int64_t> version = 0;

  TopicPtr find(std::string_view name) const;
  /// The topic, or unknown_topic_or_partition.
  Result<TopicPtr> find_or_error(std::string_view name) const;
  std::vector<TopicPtr> list() const;
  void publish(TopicPtr topic);
  void withdraw(const Topic& topic);

  std::shared_ptr<const TopicConfig> effective(const ConfigValues& own) const;
  /// `log` may be nothing: offline.
  PartitionPtr make_partition(const Topic& topic, PartitionId number,
                              std::shared_ptr<storage::PartitionLog> log,
                              std::shared_ptr<const TopicConfig> config) const;
  /// Makes or finds the directories of partitions [first, count) and adds them to `topic`; on
  /// failure those made here are gone again.
  Result<void> add_partitions(Topic& topic, int32_t first, int32_t count) MILL_REQUIRES(change);
  /// Removes the directories of partitions [first, count); what fails is logged and left to the
  /// next start.
  bool remove_directories(const std::string& topic, int32_t first, int32_t count)
      MILL_REQUIRES(change);

  /// Puts the topic's record in place of the one read before.
  Result<void> store(const Topic& topic, int32_t partition_count, const ConfigValues& config)
      MILL_REQUIRES(change);
  /// Replaces the topic's own values, durably, and tells its partitions.
  Result<void> set_config(const Topic& topic, ConfigValues values) MILL_REQUIRES(change);
};

}  // namespace millrace::broker
