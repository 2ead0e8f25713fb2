// Verbs for the tests of the consumer protocol: members that heartbeat and do what they are told.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/consumer/consumer_messages.h"
#include "coordinator/harness.h"

namespace millrace::coordinator {

/// A consumer as its client keeps it.
struct Client {
  std::string id;
  int32_t epoch = 0;
  PartitionSets owned = {};
  std::optional<std::string> instance = {};
  std::string group = "g";
  std::set<std::string> topics = {"orders"};
  std::string regex = {};
  std::optional<std::string> assignor = {};
  int32_t rebalance_timeout_ms = 60'000;

  size_t owned_count() const {
    size_t count = 0;
    for (const auto& [topic, partitions] : owned) count += partitions.size();
    return count;
  }
};

class ConsumerTest : public CoordinatorTest {
 protected:
  void SetUp() override;

  static ConsumerHeartbeatRequest full_request(const Client& client);
  Answer<ConsumerHeartbeatResponse> send(const ConsumerHeartbeatRequest& request);
  /// Joins and takes over what the answer says.
  ConsumerHeartbeatResponse join_consumer(Client& client);
  /// A heartbeat that tells what the client owns, and takes over what the answer says: partitions
  /// that are not in the assignment any more are given up at once, and told with the next
  /// heartbeat.
  ConsumerHeartbeatResponse beat(Client& client);
  /// A heartbeat with nothing to tell.
  ConsumerHeartbeatResponse idle(Client& client);
  ErrorCode leave_consumer(Client& client, int32_t epoch = kLeaveEpoch);
  /// Heartbeats of all until nobody is told anything new.
  void settle(const std::vector<Client*>& clients);

  DescribedConsumerGroup describe(const std::string& group = "g") {
    return groups->describe_consumer_group(group);
  }
  std::string consumer_state(const std::string& group = "g") { return describe(group).state; }
  Uuid id_of(const std::string& topic) { return log.find_topic(topic)->id; }
  PartitionSets partitions(const std::string& topic, std::set<int32_t> numbers) {
    return {{id_of(topic), std::move(numbers)}};
  }
  ErrorCode commit_as(const Client& client, int32_t epoch, int32_t partition = 0,
                      bool is_v9 = true);

 private:
  static void take_over(Client& client, const ConsumerHeartbeatResponse& response);
};

}  // namespace millrace::coordinator
