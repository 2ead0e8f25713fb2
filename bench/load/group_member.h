// A member of a group that does nothing but keep its place, as Kafka's consumers do.
#pragma once

#include <asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "group_link.h"
#include "standing.h"

namespace load {

/// How all members of one group behave.
struct GroupPlan {
  std::string group;
  std::string topic;
  int32_t partitions = 1;
  asio::ip::tcp::endpoint coordinator;
  /// Classic members send heartbeats so often; the new protocol has the broker say it.
  std::chrono::milliseconds heartbeat_interval{500};
};

/// `live` connects, joins, and ends after `leave` was called and the member has left. One thread.
class GroupMember {
 public:
  GroupMember(asio::io_context& io, const GroupPlan& plan, Standing& standing);
  virtual ~GroupMember() = default;

  asio::awaitable<void> live();
  void leave();

 protected:
  /// From joining until `leaving`.
  virtual asio::awaitable<void> keep_place() = 0;
  virtual asio::awaitable<void> give_up_place() = 0;

  /// Returns early when the member is to leave.
  asio::awaitable<void> pause(std::chrono::milliseconds time);
  bool leaving() const { return leaving_; }
  void stand(Standing::Place place);

  const GroupPlan& plan_;
  GroupLink link_;
  Standing::Place place_;

 private:
  Standing& standing_;
  asio::steady_timer timer_;
  bool leaving_ = false;
};

/// JoinGroup, SyncGroup, Heartbeat, LeaveGroup; eager: what a member owns it gives up to join
/// again.
std::unique_ptr<GroupMember> make_classic_member(asio::io_context& io, const GroupPlan& plan,
                                                 Standing& standing);
/// ConsumerGroupHeartbeat (KIP-848).
std::unique_ptr<GroupMember> make_consumer_member(asio::io_context& io, const GroupPlan& plan,
                                                  Standing& standing);

}  // namespace load
