#include <algorithm>
#include <vector>

#include "client/consumer/consumer_protocol.h"
#include "group_member.h"
#include "millrace/error_code.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/sync_group.h"

namespace load {
namespace {

using namespace millrace;

constexpr const char* kProtocolType = "consumer";
constexpr const char* kAssignor = "range";
constexpr int32_t kSessionTimeoutMs = 45'000;
constexpr int32_t kRebalanceTimeoutMs = 300'000;

class ClassicMember final : public GroupMember {
 public:
  using GroupMember::GroupMember;

 private:
  asio::awaitable<void> keep_place() override {
    while (!leaving()) {
      co_await join();
      for (bool is_in = true; is_in && !leaving();) {
        co_await pause(plan_.heartbeat_interval);
        is_in = co_await is_still_in();
      }
    }
  }

  asio::awaitable<void> join() {
    wire::JoinGroupRequest request{.group_id = plan_.group,
                                   .session_timeout_ms = kSessionTimeoutMs,
                                   .rebalance_timeout_ms = kRebalanceTimeoutMs,
                                   .member_id = id_,
                                   .protocol_type = kProtocolType};
    request.protocols.push_back(
        {.name = kAssignor, .metadata = client::encode_subscription({.topics = {plan_.topic}})});
    for (;;) {
      const auto joined = co_await link_.ask<wire::JoinGroupResponse>(request);
      id_ = request.member_id = joined.member_id;
      if (joined.error_code == ErrorCode::member_id_required) continue;
      if (joined.error_code != ErrorCode::none) die("JoinGroup was refused");
      generation_ = joined.generation_id;
      const bool is_synced = co_await sync(joined);
      if (is_synced) co_return;
    }
  }

  // False where the group is rebalancing again already.
  asio::awaitable<bool> sync(wire::JoinGroupResponse joined) {
    wire::SyncGroupRequest request{.group_id = plan_.group,
                                   .generation_id = generation_,
                                   .member_id = id_,
                                   .protocol_type = kProtocolType,
                                   .protocol_name = kAssignor};
    if (joined.leader == id_) request.assignments = share_out(joined);
    const auto synced = co_await link_.ask<wire::SyncGroupResponse>(std::move(request));
    if (synced.error_code == ErrorCode::rebalance_in_progress) co_return false;
    if (synced.error_code != ErrorCode::none) die("SyncGroup was refused");
    const auto partitions = client::decode_assignment(synced.assignment);
    if (!partitions) die("an assignment that cannot be read");
    stand({.generation = generation_, .partitions = static_cast<int64_t>(partitions->size())});
    co_return true;
  }

  std::vector<wire::SyncGroupRequest::Assignment> share_out(
      const wire::JoinGroupResponse& joined) const {
    std::vector<std::vector<millrace::TopicPartition>> shares(joined.members.size());
    for (int32_t p = 0; p < plan_.partitions; ++p) {
      shares[static_cast<size_t>(p) % shares.size()].push_back({plan_.topic, p});
    }
    std::vector<wire::SyncGroupRequest::Assignment> assignments;
    for (size_t i = 0; i < shares.size(); ++i) {
      assignments.push_back({.member_id = joined.members[i].member_id,
                             .assignment = client::encode_assignment(shares[i])});
    }
    return assignments;
  }

  asio::awaitable<bool> is_still_in() {
    wire::HeartbeatRequest request{
        .group_id = plan_.group, .generation_id = generation_, .member_id = id_};
    const auto answer = co_await link_.ask<wire::HeartbeatResponse>(std::move(request));
    if (answer.error_code == ErrorCode::none) co_return true;
    if (answer.error_code != ErrorCode::rebalance_in_progress) die("Heartbeat was refused");
    stand({});
    co_return false;
  }

  asio::awaitable<void> give_up_place() override {
    wire::LeaveGroupRequest request{.group_id = plan_.group, .member_id = id_};
    request.members.push_back({.member_id = id_});
    const auto answer = co_await link_.ask<wire::LeaveGroupResponse>(std::move(request));
    if (answer.error_code != ErrorCode::none) die("LeaveGroup was refused");
  }

  std::string id_;
  int32_t generation_ = -1;
};

}  // namespace

std::unique_ptr<GroupMember> make_classic_member(asio::io_context& io, const GroupPlan& plan,
                                                 Standing& standing) {
  return std::make_unique<ClassicMember>(io, plan, standing);
}

}  // namespace load
