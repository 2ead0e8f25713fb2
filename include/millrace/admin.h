// Admin: topics, configurations, groups and offsets from outside.
//
// Every call waits for its answer, at most the client's api_timeout, and may come from any thread.
// Errors are the broker's (topic_already_exists, unknown_topic_or_partition, invalid_config,
// non_empty_group, group_id_not_found …) or ClientErrc. A call that changes something is not
// repeated after a lost connection where the broker may already have done it: timed_out and
// disconnected leave the outcome unknown.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "millrace/consumer.h"
#include "millrace/group_lag.h"
#include "millrace/options.h"
#include "millrace/record.h"
#include "millrace/result.h"

namespace millrace {

namespace client {
class ClientCore;
}

using ConfigMap = std::map<std::string, std::string>;

struct NewTopic {
  std::string name;
  /// -1: as the broker is configured.
  int32_t partitions = -1;
  int16_t replication_factor = -1;
  ConfigMap configs = {};
};

struct PartitionDescription {
  int32_t id = 0;
  /// -1 while there is none.
  int32_t leader = -1;
  int32_t leader_epoch = -1;
  std::vector<int32_t> replicas;
  std::vector<int32_t> in_sync;
};

struct TopicDescription {
  std::string name;
  /// 22 characters; empty where the broker is too old for ids.
  std::string id;
  bool internal = false;
  /// By id, from 0 without gaps.
  std::vector<PartitionDescription> partitions;
};

struct ConfigValue {
  std::string name;
  /// Nothing for what the broker keeps to itself.
  std::optional<std::string> value;
  /// Set for this resource, not inherited.
  bool own = false;
};

struct ConfigEdits {
  ConfigMap set = {};
  /// Back to the inherited value.
  std::vector<std::string> unset = {};
};

struct BrokerDescription {
  int32_t id = 0;
  std::string host;
  int32_t port = 0;
};

struct ClusterDescription {
  std::string cluster_id;
  int32_t controller = -1;
  std::vector<BrokerDescription> brokers;
};

struct GroupListing {
  std::string group;
  std::string protocol_type;
  /// Empty where the broker is too old to tell.
  std::string state;
  /// "Classic" or "Consumer".
  std::string type;
};

struct GroupMemberDescription {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string host;
  std::vector<TopicPartition> assigned;
};

struct GroupDescription {
  std::string group;
  std::string state;
  /// The assignor.
  std::string protocol;
  std::vector<GroupMemberDescription> members;
};

/// What stands for a time in list_offsets.
inline constexpr int64_t kLatest = -1;
inline constexpr int64_t kEarliest = -2;

/// A cheap handle; copies mean the same client, which it keeps alive.
class Admin {
 public:
  Result<void> create_topic(const NewTopic& topic);
  Result<void> delete_topic(const std::string& name);
  /// `count` is the number afterwards.
  Result<void> add_partitions(const std::string& topic, int32_t count);
  /// All topics, by name.
  Result<std::vector<TopicDescription>> list_topics();
  Result<TopicDescription> describe_topic(const std::string& name);
  /// Drops the records below the offsets (-1: all); answers where the partitions begin now.
  Result<std::map<TopicPartition, int64_t>> delete_records(
      const std::map<TopicPartition, int64_t>& before);

  /// All values in force, by name.
  Result<std::vector<ConfigValue>> describe_topic_config(const std::string& topic);
  /// All edits or none.
  Result<void> alter_topic_config(const std::string& topic, const ConfigEdits& edits);
  Result<std::vector<ConfigValue>> describe_broker_config(int32_t broker);
  Result<void> alter_broker_config(int32_t broker, const ConfigEdits& edits);

  Result<ClusterDescription> describe_cluster();

  /// The groups of all brokers, by name.
  Result<std::vector<GroupListing>> list_groups();
  /// group_id_not_found where there is no such group, whatever version the broker speaks.
  Result<GroupDescription> describe_group(const std::string& group);
  /// non_empty_group, group_id_not_found.
  Result<void> delete_group(const std::string& group);
  /// All offsets the group has committed.
  Result<Offsets> committed_offsets(const std::string& group);
  /// Allowed while the group has no members; unknown_member_id otherwise.
  Result<void> alter_committed_offsets(const std::string& group, const Offsets& offsets);
  /// group_subscribed_to_topic where a member reads the topic.
  Result<void> delete_committed_offsets(const std::string& group,
                                        const std::vector<TopicPartition>& partitions);
  /// How far the group is behind, now, partition by partition; what is wrong with one of them is
  /// told in its place. Each broker is asked twice about all its partitions, and one small read
  /// finds the first unread record of each partition that has some, so a call is cheap enough to be
  /// made every few seconds. group_id_not_found where there is no such group; a group that has
  /// neither committed nor been assigned anything has no partitions. unknown_topic_or_partition for
  /// a topic of `options` that does not exist, group_authorization_failed,
  /// topic_authorization_failed.
  Result<GroupLag> group_lag(const std::string& group, const GroupLagOptions& options = {});

  /// For each partition the offset of the first record with that timestamp or a later one, or of
  /// kEarliest or kLatest; the end of the log where no record is that young.
  Result<std::map<TopicPartition, int64_t>> list_offsets(
      const std::map<TopicPartition, int64_t>& timestamps_ms);

 private:
  friend class Client;
  explicit Admin(std::shared_ptr<client::ClientCore> core) : core_(std::move(core)) {}
  std::shared_ptr<client::ClientCore> core_;
};

}  // namespace millrace
