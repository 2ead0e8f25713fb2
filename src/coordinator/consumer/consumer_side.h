// ConsumerSide: what a group's cell holds for the consumer protocol.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/timers.h"
#include "coordinator/consumer/consumer_group.h"
#include "coordinator/member.h"

namespace millrace::coordinator {

struct Locked;

/// Fires once, unless it is set again or cancelled before.
struct MemberTimer {
  TimerId id = 0;
  uint64_t stamp = 0;
};

/// What runs for a member and is not in the log.
struct ConsumerTimers {
  Session session;
  /// Runs while the member has partitions to revoke.
  MemberTimer revocation;
  /// Of members of the classic protocol: told to join again; joined and not synced yet.
  MemberTimer join;
  MemberTimer sync;
};

struct ConsumerState {
  ConsumerGroup group;
  std::map<std::string, ConsumerTimers, std::less<>> timers;
  /// The version of the topics (TopicView) that the group was last compared with.
  int64_t topics_seen = -1;
  /// Of timers; never used twice.
  uint64_t last_stamp = 0;
};

/// Invariant: without a state nothing is changing and nothing waits.
struct ConsumerSide {
  /// Null for groups of the classic protocol.
  std::unique_ptr<ConsumerState> state;
  /// A change is being written.
  bool is_changing = false;
  /// What has to wait until it is.
  std::deque<std::function<void(Locked&)>> waiting;

  /// Of a state that is there.
  const ConsumerGroup& group() const { return state->group; }
};

}  // namespace millrace::coordinator
