#include <optional>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "group_member.h"
#include "millrace/error_code.h"
#include "wire/messages/consumer_group_heartbeat.h"

namespace load {
namespace {

using namespace millrace;
using Request = wire::ConsumerGroupHeartbeatRequest;
using Response = wire::ConsumerGroupHeartbeatResponse;

constexpr int32_t kRebalanceTimeoutMs = 300'000;
constexpr int32_t kLeave = -1;

class ConsumerMember final : public GroupMember {
 public:
  using GroupMember::GroupMember;

 private:
  asio::awaitable<void> keep_place() override {
    Request request = heartbeat(0);
    request.rebalance_timeout_ms = kRebalanceTimeoutMs;
    request.subscribed_topic_names = std::vector<std::string>{plan_.topic};
    request.topic_partitions = std::vector<Request::TopicPartitions>();
    while (!leaving()) {
      const auto answer = co_await link_.ask<Response>(request);
      if (answer.error_code != ErrorCode::none) die("ConsumerGroupHeartbeat was refused");
      request = heartbeat(answer.member_epoch);
      int64_t owned = place_.partitions;
      if (answer.assignment) {
        request.topic_partitions = taken_over(*answer.assignment);
        owned = count(*request.topic_partitions);
      }
      stand({.generation = answer.member_epoch, .partitions = owned});
      // A change of what is owned is told at once.
      if (!answer.assignment) {
        co_await pause(std::chrono::milliseconds(answer.heartbeat_interval_ms));
      }
    }
  }

  asio::awaitable<void> give_up_place() override {
    const auto answer = co_await link_.ask<Response>(heartbeat(kLeave));
    if (answer.error_code != ErrorCode::none) die("leaving was refused");
  }

  Request heartbeat(int32_t epoch) const {
    return {.group_id = plan_.group, .member_id = id_, .member_epoch = epoch};
  }

  static std::vector<Request::TopicPartitions> taken_over(const Response::Assignment& assignment) {
    std::vector<Request::TopicPartitions> owned;
    for (const auto& topic : assignment.topic_partitions) {
      owned.push_back({.topic_id = topic.topic_id, .partitions = topic.partitions});
    }
    return owned;
  }

  static int64_t count(const std::vector<Request::TopicPartitions>& owned) {
    size_t partitions = 0;
    for (const auto& topic : owned) partitions += topic.partitions.size();
    return static_cast<int64_t>(partitions);
  }

  const std::string id_ = Uuid::random().to_string();
};

}  // namespace

std::unique_ptr<GroupMember> make_consumer_member(asio::io_context& io, const GroupPlan& plan,
                                                  Standing& standing) {
  return std::make_unique<ConsumerMember>(io, plan, standing);
}

}  // namespace load
