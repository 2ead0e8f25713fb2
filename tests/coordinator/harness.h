// Verbs for the tests of the coordinator: members that join, sync and commit, a clock turned by
// hand, a log in memory.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/timers.h"
#include "coordinator/group_coordinator.h"
#include "memory_offsets_log.h"
#include "millrace/clock.h"

namespace millrace::coordinator {

/// An answer that may still be on its way. Answering twice fails the test.
template <class T>
class Answer {
 public:
  Reply<T> reply() {
    return [state = state_](T value) {
      EXPECT_FALSE(state->has_value()) << "answered twice";
      *state = std::move(value);
    };
  }
  bool is_here() const { return state_->has_value(); }
  /// Throws, which fails the test, while there is no answer.
  const T& operator*() const { return state_->value(); }
  const T* operator->() const { return &state_->value(); }

 private:
  std::shared_ptr<std::optional<T>> state_ = std::make_shared<std::optional<T>>();
};

/// A consumer's subscription as consumers encode it.
Bytes subscription(const std::vector<std::string>& topics);
MemberProtocol protocol(const std::string& name,
                        const std::vector<std::string>& topics = {"orders"});
Bytes bytes_of(std::string_view text);

/// Who joins, and how.
struct As {
  std::string id = {};
  std::optional<std::string> instance = {};
  std::string group = "g";
  std::vector<MemberProtocol> protocols = {protocol("range")};
  int32_t session_ms = 10'000;
  int32_t rebalance_ms = 60'000;
  std::string type = "consumer";
  /// JoinGroup v4 and later.
  bool needs_id = false;
  /// JoinGroup v9 and later.
  bool may_skip = false;
};

/// Who does something in a group, in which generation.
struct Who {
  std::string id = {};
  int32_t generation = -1;
  std::optional<std::string> instance = {};
  std::string group = "g";
};

/// A stable group.
struct Formed {
  int32_t generation = 0;
  std::string leader;
  /// In the order of joining.
  std::vector<std::string> ids;

  Who who(size_t at) const { return {.id = ids.at(at), .generation = generation}; }
};

struct Commit {
  std::string topic = "orders";
  int32_t partition = 0;
  int64_t offset = 0;
  std::optional<std::string> metadata = "";
  int32_t leader_epoch = -1;
};

class CoordinatorTest : public ::testing::Test {
 protected:
  void SetUp() override;

  /// Ends the coordinator, if there is one, and starts another on the same log.
  LoadSummary restart();
  /// Time passes, and everything due happens at its time.
  void pass(int64_t ms);
  /// Time passes for members that send heartbeats every second.
  void pass_with_heartbeats(int64_t ms, const std::vector<Who>& members);

  Answer<JoinResponse> join(const As& as);
  /// The id that a member is told to join with.
  std::string given_id(As as);
  Answer<SyncResponse> sync(const Who& who, const std::vector<SyncAssignment>& assignments = {});
  ErrorCode heartbeat(const Who& who);
  ErrorCode leave(const Who& who);
  Answer<LeaveResponse> leave_all(std::vector<LeavingMember> members);
  /// All join at once; the leader assigns "for <id>" to each.
  Formed form_group(const std::vector<As>& members);
  /// The leader syncs for everybody, then the others do; all must succeed.
  void sync_all(const Formed& formed, const std::string& group = "g");

  Answer<OffsetCommitResponse> start_commit(const Who& who, const std::vector<Commit>& commits);
  /// The error of the one partition.
  ErrorCode commit(const Who& who, const Commit& what);
  ErrorCode commit_standalone(const Commit& what, const std::string& group = "g");
  FetchedOffset fetch(const std::string& topic, int32_t partition, const std::string& group = "g");
  int64_t fetched(const std::string& topic = "orders", int32_t partition = 0,
                  const std::string& group = "g") {
    return fetch(topic, partition, group).offset.value();
  }
  FetchedGroupOffsets fetch_all(const std::string& group = "g", bool require_stable = false);
  Answer<OffsetDeleteResponse> delete_offsets(const std::string& topic, int32_t partition,
                                              const std::string& group = "g");
  ErrorCode delete_group(const std::string& group = "g");
  std::string state(const std::string& group = "g") { return groups->describe(group).state; }
  size_t member_count(const std::string& group = "g") {
    return groups->describe(group).members.size();
  }
  /// The partition of `__consumer_offsets` in which the group lives.
  PartitionId home(const std::string& group = "g") const;

  CoordinatorConfig config;
  ManualClock clock;
  Timers timers;
  MemoryOffsetsLog log;
  std::unique_ptr<GroupCoordinator> groups;
};

}  // namespace millrace::coordinator
