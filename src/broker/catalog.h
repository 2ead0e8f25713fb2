// The topics: by name and by id, created, altered and deleted, durable in the MetadataStore.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/timers.h"
#include "broker/config/config_entry.h"
#include "broker/topic.h"
#include "millrace/clock.h"

namespace millrace::storage {
class LogDirectory;
class SyncPool;
}  // namespace millrace::storage

namespace millrace::broker {

class MetadataStore;

/// Brokers that hold a partition, as a client asks for them in CreateTopics and CreatePartitions.
struct ReplicaAssignment {
  int32_t partition = 0;
  std::vector<int32_t> brokers;
};

struct NewTopic {
  std::string name;
  /// -1: num.partitions.
  int32_t partitions = -1;
  /// -1: default.replication.factor.
  int16_t replication_factor = -1;
  /// Where not empty, partitions and replication factor must be -1.
  std::vector<ReplicaAssignment> assignments = {};
  /// A null value is refused as Kafka refuses it.
  std::vector<std::pair<std::string, std::optional<std::string>>> configs = {};
  /// Keep this id (a topic adopted from another broker); nothing draws one.
  std::optional<Uuid> id = std::nullopt;
};

struct CreatedTopic {
  Uuid id;
  int32_t partitions = 0;
  int16_t replication_factor = 1;
  std::vector<ConfigEntry> configs;
};

struct NewPartitions {
  std::string topic;
  /// The count afterwards.
  int32_t count = 0;
  /// One entry for each new partition; without it the broker chooses.
  std::optional<std::vector<std::vector<int32_t>>> assignments = std::nullopt;
};

/// Safe from any thread. Lookups take one short lock; changes are made one after the other, durable
/// before they are seen. Errors are Kafka's codes with Kafka's sentences.
///
/// A crash between the metadata transaction and the partition directories leaves a topic whose
/// directories the next start makes, or directories of a deleted topic which the next start
/// removes. Directories that no topic ever owned are reported and left alone.
class Catalog {
 public:
  struct Options {
    MetadataStore* metadata = nullptr;
    storage::LogDirectory* directory = nullptr;
    storage::SyncPool* sync_pool = nullptr;
    /// Run the pool's queue in the caller (a pool without threads).
    bool sync_inline = false;
    const Clock* clock = nullptr;
    Timers* timers = nullptr;
    int32_t node_id = 1;
    /// The broker's values now.
    std::function<std::shared_ptr<const BrokerConfig>()> config;
  };

  /// Reads the topics from the metadata and recovers the directory's partitions with their
  /// configurations. All in `options` must outlive the catalog. `report` gets a line per finding.
  static Result<std::unique_ptr<Catalog>> open(Options options, std::vector<std::string>& report);
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;
  ~Catalog();

  /// The topic, or nullptr.
  TopicPtr find(std::string_view name) const;
  TopicPtr find(const Uuid& id) const;
  /// By name and number; nullptr where there is none.
  std::shared_ptr<Partition> find_partition(std::string_view topic, PartitionId id) const;
  /// All topics, sorted by name.
  std::vector<TopicPtr> list() const;
  /// Rises whenever a topic comes, goes or changes. Whoever reads it before the topics never misses
  /// a change.
  int64_t version() const;

  /// Codes: invalid_topic_exception, topic_already_exists, invalid_partitions,
  /// invalid_replication_factor, invalid_replica_assignment, invalid_config, invalid_request,
  /// kafka_storage_error. With `validate_only` nothing is made.
  Result<CreatedTopic> create(const NewTopic& topic, bool validate_only = false);

  /// What Metadata and FindCoordinator do for a missing topic: created with the broker's defaults
  /// (internal topics with their own), or found if another caller was first.
  /// unknown_topic_or_partition where auto.create.topics.enable is false (internal topics are made
  /// regardless).
  Result<TopicPtr> auto_create(const std::string& name);

  /// The topic is gone for everybody at once; its files go later. unknown_topic_or_partition,
  /// unknown_topic_id, topic_deletion_disabled.
  Result<void> remove(std::string_view name);
  Result<void> remove(const Uuid& id);

  /// unknown_topic_or_partition, invalid_partitions, invalid_replica_assignment.
  Result<void> add_partitions(const NewPartitions& request, bool validate_only = false);

  /// All keys of the topic as DescribeConfigs shows them. unknown_topic_or_partition.
  Result<std::vector<ConfigEntry>> describe_config(std::string_view topic) const;
  /// All changes or none. unknown_topic_or_partition, invalid_config, invalid_request.
  Result<void> alter_config(std::string_view topic, std::span<const ConfigChange> changes,
                            AlterOptions options = {});

  /// After a change of the broker's values: every topic inherits anew.
  void refresh_configs();
  /// Every partition answers `reason` from now on; who waits is answered before this returns.
  void retire_all(ErrorCode reason);

 private:
  struct State;
  explicit Catalog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace millrace::broker
