#include "consumer_harness.h"

namespace millrace::coordinator {

void ConsumerTest::SetUp() {
  // One test has newcomers wait for each other; elsewhere every heartbeat may assign.
  config.consumer_times = [](auto) { return ConsumerGroupTimes{.assignment_interval_ms = 0}; };
  CoordinatorTest::SetUp();
}

ConsumerHeartbeatRequest ConsumerTest::full_request(const Client& client) {
  ConsumerHeartbeatRequest request;
  request.group_id = client.group;
  request.member_id = client.id;
  request.member_epoch = client.epoch;
  request.instance_id = client.instance;
  request.rebalance_timeout_ms = client.rebalance_timeout_ms;
  request.subscribed_topics = client.topics;
  if (!client.regex.empty()) request.subscribed_regex = client.regex;
  request.server_assignor = client.assignor;
  request.owned = client.owned;
  request.client_id = "client";
  request.client_host = "/127.0.0.1";
  request.brings_member_id = true;
  return request;
}

Answer<ConsumerHeartbeatResponse> ConsumerTest::send(const ConsumerHeartbeatRequest& request) {
  Answer<ConsumerHeartbeatResponse> answer;
  groups->consumer_heartbeat(request, answer.reply());
  return answer;
}

void ConsumerTest::take_over(Client& client, const ConsumerHeartbeatResponse& response) {
  if (response.error != ErrorCode::none) return;
  client.id = *response.member_id;
  client.epoch = response.member_epoch;
  if (response.assignment) client.owned = *response.assignment;
}

ConsumerHeartbeatResponse ConsumerTest::join_consumer(Client& client) {
  client.epoch = kJoinEpoch;
  client.owned.clear();
  const auto answer = send(full_request(client));
  take_over(client, *answer);
  return *answer;
}

ConsumerHeartbeatResponse ConsumerTest::beat(Client& client) {
  ConsumerHeartbeatRequest request;
  request.group_id = client.group;
  request.member_id = client.id;
  request.member_epoch = client.epoch;
  request.instance_id = client.instance;
  request.owned = client.owned;
  request.client_id = "client";
  request.client_host = "/127.0.0.1";
  request.brings_member_id = true;
  const auto answer = send(request);
  take_over(client, *answer);
  return *answer;
}

ConsumerHeartbeatResponse ConsumerTest::idle(Client& client) {
  ConsumerHeartbeatRequest request;
  request.group_id = client.group;
  request.member_id = client.id;
  request.member_epoch = client.epoch;
  request.instance_id = client.instance;
  request.client_id = "client";
  request.client_host = "/127.0.0.1";
  request.brings_member_id = true;
  const auto answer = send(request);
  take_over(client, *answer);
  return *answer;
}

ErrorCode ConsumerTest::leave_consumer(Client& client, int32_t epoch) {
  ConsumerHeartbeatRequest request;
  request.group_id = client.group;
  request.member_id = client.id;
  request.member_epoch = epoch;
  request.instance_id = client.instance;
  request.brings_member_id = true;
  return send(request)->error;
}

void ConsumerTest::settle(const std::vector<Client*>& clients) {
  bool has_news = true;
  for (int round = 0; has_news && round < 20; ++round) {
    has_news = false;
    for (Client* client : clients) {
      const int32_t epoch = client->epoch;
      const auto response = beat(*client);
      EXPECT_EQ(response.error, ErrorCode::none) << client->id;
      has_news |= response.assignment.has_value() || client->epoch != epoch;
    }
  }
  EXPECT_FALSE(has_news) << "the group does not settle";
}

ErrorCode ConsumerTest::commit_as(const Client& client, int32_t epoch, int32_t partition,
                                  bool is_v9) {
  OffsetCommitRequest request;
  request.group_id = client.group;
  request.member_id = client.id;
  request.generation_id = epoch;
  request.knows_group_id_not_found = is_v9;
  request.topics.push_back(
      {"orders", {{PartitionId(partition), Offset(1), kNoLeaderEpoch, std::nullopt}}});
  Answer<OffsetCommitResponse> answer;
  groups->commit_offsets(std::move(request), answer.reply());
  return answer->topics.at(0).partitions.at(0).error;
}

}  // namespace millrace::coordinator
