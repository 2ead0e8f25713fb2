// ConsumerGroup: one group of the consumer protocol (KIP-848), as a fold over its records. Knows no
// locks, timers, topics or logs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "coordinator/consumer/consumer_records.h"

namespace millrace::coordinator {

/// Empty without members; Assigning while the target is older than the group's epoch; Reconciling
/// while a member is not where the target wants it; else Stable.
enum class ConsumerGroupState : uint8_t { empty, assigning, reconciling, stable };

/// Kafka's spelling, for instance "Reconciling".
std::string_view state_name(ConsumerGroupState state);

struct ConsumerMember {
  std::string id;
  ConsumerMemberValue info;
  CurrentAssignmentValue current;

  bool uses_classic_protocol() const { return info.classic.has_value(); }
  bool is_reconciled_to(int32_t epoch) const {
    return current.state == MemberState::stable && current.member_epoch == epoch;
  }
};

/// Invariants: a partition has an owner exactly while a member has it assigned or is to revoke it;
/// static members are members. A value: changes are tried on a copy.
class ConsumerGroup {
 public:
  using Members = std::map<std::string, ConsumerMember, std::less<>>;

  /// Any order of records is taken, because compaction removes some.
  void apply(const ConsumerRecord& record);

  /// Of the group; 1 until a record tells of a change.
  int32_t epoch() const { return std::max(group_.epoch, 1); }
  int64_t metadata_hash() const { return group_.metadata_hash; }
  int32_t target_epoch() const { return target_.epoch; }
  /// When the target was computed; 0 where that is not known.
  int64_t target_timestamp_ms() const { return target_.timestamp_ms; }
  /// The log holds partition metadata of an older Kafka.
  bool has_partition_metadata() const { return has_partition_metadata_; }
  /// Nothing is known of the group: no record, or all were taken away.
  bool is_void() const { return group_.epoch == 0 && members_.empty() && target_.epoch <= 0; }
  ConsumerGroupState state() const;

  const Members& members() const { return members_; }
  /// Or nullptr.
  const ConsumerMember* find(std::string_view member_id) const;
  const ConsumerMember* find_static(std::string_view instance_id) const;
  /// The member's target; empty where it has none.
  const PartitionSets& target(std::string_view member_id) const;
  const std::map<std::string, PartitionSets, std::less<>>& targets() const { return targets_; }
  /// Who owns the partition, or nullptr.
  const std::string* owner(const Uuid& topic, int32_t partition) const;

  const std::map<std::string, RegexValue, std::less<>>& regexes() const { return regexes_; }
  /// Members that subscribe to the expression.
  size_t regex_subscriber_count(std::string_view regex) const;
  /// By name and by expression.
  std::set<std::string> subscribed_topics(const ConsumerMember& member) const;
  std::set<std::string> subscribed_topics() const;

  size_t classic_member_count() const;
  /// True if a classic member that offers `protocols` shares one with all classic members.
  bool supports_classic_protocols(const std::vector<MemberProtocol>& protocols) const;

 private:
  void apply_change(const ConsumerGroupRecord& record);
  void apply_change(const PartitionMetadataRecord& record);
  void apply_change(const ConsumerMemberRecord& record);
  void apply_change(const TargetEpochRecord& record);
  void apply_change(const TargetMemberRecord& record);
  void apply_change(const CurrentAssignmentRecord& record);
  void apply_change(const RegexRecord& record);
  ConsumerMember& member(const std::string& member_id);
  void release(const ConsumerMember& member);
  void own(const ConsumerMember& member);
  void forget_static(const ConsumerMember& member);

  ConsumerGroupValue group_;
  TargetEpochValue target_;
  bool has_partition_metadata_ = false;
  Members members_;
  std::map<std::string, std::string, std::less<>> static_members_;
  std::map<std::string, PartitionSets, std::less<>> targets_;
  std::map<std::string, RegexValue, std::less<>> regexes_;
  std::map<Uuid, std::map<int32_t, std::string>> owners_;
};

}  // namespace millrace::coordinator
