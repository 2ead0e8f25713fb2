// Random members of the consumer protocol, random time, failing appends, restarts, and topics that
// come, grow and go: nobody ever owns what another owns, and once it is quiet everything is
// assigned exactly once. Prints its seed; MILL_SEED repeats a run.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "consumer_harness.h"

namespace millrace::coordinator {
namespace {

class ConsumerRandomTest : public ConsumerTest {
 protected:
  void run(uint64_t seed) {
    SCOPED_TRACE("MILL_SEED=" + std::to_string(seed));
    random_.seed(seed);
    const ConsumerGroupTimes times{.assignment_interval_ms = below(2) == 0 ? 0 : 1'000};
    config.consumer_times = [times](auto) { return times; };
    restart();
    for (int step = 0; step < 300 && !HasFailure(); ++step) {
      act();
      expect_no_partition_twice();
    }
    if (!HasFailure()) expect_all_assigned_once_quiet();
  }

 private:
  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }

  void act() {
    switch (below(14)) {
      case 0: return newcomer();
      case 1: return leave_somebody();
      case 2: return change_subscription();
      case 3: return change_topics();
      case 4: return log.fail_next(ErrorCode::kafka_storage_error);
      case 5:
        if (below(4) != 0) return;
        if (below(2) == 0) log.compact();
        restart();
        return;
      case 6: return pass(below(8) == 0 ? 30'000 : below(3'000));
      case 7: return forget_answer();
      default: return heartbeat_somebody();
    }
  }

  void newcomer() {
    if (clients_.size() >= 6) return;
    Client client;
    client.id = "m" + std::to_string(++last_id_);
    if (below(3) == 0) client.instance = "instance-" + std::to_string(below(3));
    if (below(3) == 0) client.assignor = below(2) == 0 ? "range" : "uniform";
    choose_subscription(client);
    if (join_consumer(client).error == ErrorCode::none) clients_[client.id] = client;
  }

  void choose_subscription(Client& client) {
    client.topics = {"orders"};
    client.regex.clear();
    if (below(3) == 0) client.topics.insert("payments");
    if (below(4) == 0) client.regex = below(2) == 0 ? "t[0-3]" : "pay.*|t1";
  }

  Client* somebody() {
    if (clients_.empty()) return nullptr;
    return &std::next(clients_.begin(), below(static_cast<int>(clients_.size())))->second;
  }

  void leave_somebody() {
    Client* client = somebody();
    if (!client) return;
    const bool comes_back = client->instance && below(2) == 0;
    if (leave_consumer(*client, comes_back ? kStaticLeaveEpoch : kLeaveEpoch) == ErrorCode::none) {
      clients_.erase(client->id);
    }
  }

  void change_subscription() {
    Client* client = somebody();
    if (!client) return;
    choose_subscription(*client);
    auto request = full_request(*client);
    request.subscribed_regex = client->regex;
    follow(*client, *send(request));
  }

  void change_topics() {
    const std::string name = "t" + std::to_string(below(4));
    if (below(3) == 0) return log.remove_topic(name);
    const auto known = log.find_topic(name);
    log.add_topic(name, (known ? known->partition_count : 0) + 1 + below(3));
  }

  void heartbeat_somebody() {
    Client* client = somebody();
    if (!client) return;
    beat_as_clients_do(*client);
  }

  void beat_as_clients_do(Client& client) {
    if (lost_answers_.erase(client.id) > 0) return follow(client, *send(full_request(client)));
    Client copy = client;
    follow(client, beat(copy));
  }

  /// The request arrives, its answer does not: the next request tells everything.
  void forget_answer() {
    Client* client = somebody();
    if (!client) return;
    Client copy = *client;
    beat(copy);
    lost_answers_.insert(client->id);
  }

  /// As a client does: a fenced one drops everything and joins again.
  void follow(Client& client, const ConsumerHeartbeatResponse& response) {
    switch (response.error) {
      case ErrorCode::none:
        client.epoch = response.member_epoch;
        if (response.assignment) client.owned = *response.assignment;
        return;
      case ErrorCode::unknown_member_id:
      case ErrorCode::fenced_member_epoch: {
        Client again = client;
        if (join_consumer(again).error == ErrorCode::none) {
          client = again;
        } else {
          clients_.erase(std::string(client.id));
        }
        return;
      }
      case ErrorCode::fenced_instance_id:
      case ErrorCode::group_id_not_found: clients_.erase(std::string(client.id)); return;
      default: EXPECT_EQ(response.error, ErrorCode::not_coordinator);
    }
  }

  /// Clients that the coordinator still counts as members; others were fenced and do not know yet.
  void expect_no_partition_twice() {
    std::map<std::pair<Uuid, int32_t>, std::string> owners;
    for (const auto& member : describe().members) {
      const auto client = clients_.find(member.member_id);
      if (client == clients_.end() || member.member_epoch < 0) continue;
      for (const auto& [topic, partitions] : client->second.owned) {
        for (const int32_t partition : partitions) {
          const auto [at, is_free] = owners.try_emplace({topic, partition}, member.member_id);
          EXPECT_TRUE(is_free) << at->second << " and " << member.member_id << " own " << partition;
        }
      }
    }
  }

  void expect_all_assigned_once_quiet() {
    log.fail_next(ErrorCode::kafka_storage_error);
    Client last{.id = "last"};
    join_consumer(last);  // takes the failure, or not
    if (join_consumer(last).error == ErrorCode::none) clients_["last"] = last;
    for (int round = 0; round < 40; ++round) {
      pass(5'000);
      for (const std::string& id : ids()) {
        if (const auto at = clients_.find(id); at != clients_.end()) {
          beat_as_clients_do(at->second);
        }
      }
    }
    EXPECT_EQ(consumer_state(), "Stable");
    const auto before = describe();
    EXPECT_EQ(before.members.size(), clients_.size());
    std::map<std::string, size_t> assigned;
    std::set<std::string> subscribed;
    for (const auto& member : before.members) {
      for (const auto& topic : member.assignment) assigned[topic.topic] += topic.partitions.size();
      EXPECT_EQ(clients_.at(member.member_id).owned_count(), count(member.assignment));
      subscribed.insert(member.subscribed_topics.begin(), member.subscribed_topics.end());
    }
    expect_no_partition_twice();
    for (const std::string& topic : subscribed) {
      EXPECT_EQ(assigned[topic], static_cast<size_t>(log.find_topic(topic)->partition_count));
    }
    log.compact();
    restart();
    const auto after = describe();
    EXPECT_EQ(after.state, "Stable");
    EXPECT_EQ(after.epoch, before.epoch);
    EXPECT_EQ(after.members.size(), before.members.size());
  }

  std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const auto& [id, client] : clients_) ids.push_back(id);
    return ids;
  }
  static size_t count(const std::vector<DescribedTopicPartitions>& topics) {
    size_t size = 0;
    for (const auto& topic : topics) size += topic.partitions.size();
    return size;
  }

  std::mt19937_64 random_;
  std::map<std::string, Client> clients_;
  std::set<std::string> lost_answers_;
  int last_id_ = 0;
};

TEST_F(ConsumerRandomTest, NobodyOwnsWhatAnotherOwns) {
  if (const char* seed = std::getenv("MILL_SEED")) return run(std::strtoull(seed, nullptr, 10));
  run(std::random_device()());
}

class ConsumerRandomSeedTest : public ConsumerRandomTest,
                               public ::testing::WithParamInterface<int> {};

TEST_P(ConsumerRandomSeedTest, NobodyOwnsWhatAnotherOwns) {
  run(static_cast<uint64_t>(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, ConsumerRandomSeedTest, ::testing::Range(1, 60));

}  // namespace
}  // namespace millrace::coordinator
