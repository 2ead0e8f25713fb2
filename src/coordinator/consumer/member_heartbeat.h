// ConsumerGroupHeartbeat: what a member's heartbeat changes of its group, and its answer.
#pragma once

#include "coordinator/consumer/consumer_change.h"
#include "coordinator/consumer/consumer_messages.h"

namespace millrace::coordinator {

ConsumerHeartbeatResponse heartbeat_refusal(ErrorCode error, std::string message);

/// What can be told without the group: Kafka's code and sentence, or nothing.
std::optional<ConsumerHeartbeatResponse> refuse_heartbeat(const ConsumerHeartbeatRequest& request,
                                                          const CoordinatorConfig& config);

/// Joins, rejoins and regular heartbeats (member epoch 0 and above; the member id is set). With an
/// error nothing of `change` counts. `must_look_at_topics` where they may have changed since the
/// group was last looked at.
ConsumerHeartbeatResponse member_heartbeat(ConsumerChange& change,
                                           const ConsumerHeartbeatRequest& request,
                                           bool must_look_at_topics);

/// Who leaves or is away for a while (member epochs -1 and -2): the member, or the answer to give.
struct LeavingConsumer {
  const ConsumerMember* member = nullptr;
  ConsumerHeartbeatResponse refusal;
};
LeavingConsumer find_leaving(const ConsumerGroup& group, const ConsumerHeartbeatRequest& request);

/// A static member says that it will be back: it keeps all it has.
void leave_for_a_while(ConsumerChange& change, const ConsumerMember& member);
/// Members are gone for good: the group goes on without them in the next epoch.
void fence_members(ConsumerChange& change, const std::set<std::string>& member_ids);

}  // namespace millrace::coordinator
