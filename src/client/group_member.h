// GroupMember: membership in a consumer group of the classic protocol, with the range assignor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/cluster.h"
#include "client/offsets.h"
#include "wire/messages/join_group.h"

namespace millrace::client {

struct GroupMemberOptions {
  std::string group;
  std::vector<std::string> topics;
  /// Set for static membership (KIP-345).
  std::optional<std::string> instance_id = std::nullopt;
  Milliseconds session_timeout{45'000};
  Milliseconds rebalance_timeout{60'000};
  Milliseconds heartbeat_interval{3'000};
};

/// One thread: heartbeats go out only from `heartbeat`, which the owner calls at least once per
/// session timeout. Partitions are given up whole at every rebalance (eager): after a heartbeat
/// that answers `rebalancing` commit what was used, then join again.
class GroupMember {
 public:
  GroupMember(Cluster& cluster, GroupMemberOptions options)
      : cluster_(cluster), options_(std::move(options)) {}

  /// Joins or joins again, and answers what is assigned; takes as long as the other members need to
  /// come.
  Result<std::vector<TopicPartition>> join();

  enum class Standing { member, rebalancing };
  /// Sends a heartbeat if one is due.
  Result<Standing> heartbeat();

  /// Where the group stands; partitions without a committed offset are left out.
  Result<PartitionOffsets> committed(const std::vector<TopicPartition>& partitions);
  /// illegal_generation, unknown_member_id, rebalance_in_progress: the partitions may be somebody
  /// else's by now.
  Result<void> commit(const PartitionOffsets& offsets);
  /// Gives the place up at once. A static member keeps it until its session ends, as Kafka's do.
  Result<void> leave();

  const std::string& member_id() const { return member_id_; }
  int32_t generation() const { return generation_; }

 private:
  Result<wire::JoinGroupResponse> request_place(CallLimits limits);
  Result<std::vector<TopicPartition>> join_once(CallLimits limits);
  /// As leader: who gets what.
  Result<std::map<std::string, std::vector<TopicPartition>>> share_out(
      const wire::JoinGroupResponse& joined, CallLimits limits);
  Error lost_place(Error error);

  Cluster& cluster_;
  const GroupMemberOptions options_;
  std::string member_id_;
  int32_t generation_ = -1;
  SteadyTime next_heartbeat_;
};

}  // namespace millrace::client
