// Membership: a consumer's place in its group, and who is told of partitions that come and go.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/task.h"
#include "client/topic_partition.h"
#include "millrace/clock.h"
#include "millrace/result.h"

namespace millrace::client {

/// By which the coordinator recognizes whose commit it is. A consumer that assigns itself is no
/// member: then only the group is there.
struct GroupIdentity {
  std::string group;
  std::string member_id;
  /// The classic protocol's generation, or the member epoch of KIP-848.
  int32_t generation = -1;
  std::string instance_id;
  /// Another one each time that the member has lost its place: what it had may have been read by
  /// others since. The coordinator is not told.
  uint64_t place = 0;
};

/// Topics by name, or all that match.
struct Subscription {
  std::vector<std::string> topics;
  /// RE2 syntax, the whole name; not together with topics.
  std::string pattern;

  bool operator==(const Subscription&) const = default;
};

/// A consumer as its membership sees it. Inside the driver only; outlives the membership. The
/// program's callbacks run inside its next poll: tasks that wait for them end then, or when the
/// consumer closes.
class MemberHost {
 public:
  virtual ~MemberHost() = default;

  /// What revoke and lose take away is not there any more when their tasks end.
  virtual std::vector<TopicPartition> assigned() const = 0;
  /// Stops reading these, at once, commits where auto_commit says so, calls `revoked`. Nothing
  /// happens for no partitions.
  virtual Task<void> revoke(std::vector<TopicPartition> partitions) = 0;
  /// They are somebody else's already: stops reading them, at once, and calls `lost`; no commit.
  virtual Task<void> lose(std::vector<TopicPartition> partitions) = 0;
  /// Reads these too, from what the group has committed; calls `assigned`, also for none where
  /// `even_none` (an eager member's callback tells it everything it has).
  virtual Task<void> assign(std::vector<TopicPartition> added, bool even_none) = 0;
  /// Membership cannot go on until it is subscribed again; the next poll answers this. What is
  /// assigned is taken away with `lose`.
  virtual void fail(Error error) = 0;
  /// When the program last polled, for max_poll_interval.
  virtual SteadyTime last_polled() const = 0;
};

/// Used inside the driver only. Heartbeats go on by themselves; joining, revoking and assigning
/// wait for the program's polls where they call it back, one call at a time. Held by a shared_ptr,
/// which its coroutines share.
class Membership {
 public:
  virtual ~Membership() = default;

  /// Joins, or changes what was subscribed before.
  virtual void subscribe(Subscription subscription) = 0;
  virtual GroupIdentity identity() const = 0;
  /// The program polls: joins again where max_poll_interval had put the member out.
  virtual void on_poll() = 0;
  /// A commit was refused with this: the identity may be over.
  virtual void on_commit_refused(const Error& error) = 0;
  /// Gives the place up, until the deadline at most; a static member keeps it. Calls nobody back:
  /// the host has revoked everything before.
  virtual Task<void> leave(SteadyTime deadline) = 0;
  /// Ends at once: what is under way comes to its end soon and asks nothing of the host any more.
  virtual void abandon() = 0;
};

}  // namespace millrace::client
