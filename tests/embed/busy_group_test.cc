// A member that commits while others come and go: of what it has no commit is refused, whatever the
// coordinator is at.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "base/text.h"
#include "millrace/broker.h"
#include "millrace/client.h"

namespace millrace::embed {
namespace {

constexpr int32_t kPartitions = 4;
constexpr int kRounds = 20;

struct Kind {
  std::string name;
  GroupProtocol protocol = GroupProtocol::classic;
  Assignor assignor = Assignor::range;
};

class BusyGroups : public ::testing::TestWithParam<Kind> {
 protected:
  Consumer member() const {
    ConsumerOptions options{.group = "g",
                            .topics = {"t"},
                            .group_protocol = GetParam().protocol,
                            .assignors = {GetParam().assignor},
                            .auto_offset_reset = OffsetReset::earliest,
                            .auto_commit = false};
    options.heartbeat_interval = milliseconds(5);
    return client_.consumer(std::move(options)).value();
  }
  /// Somebody who stays until there is something to read.
  void come_and_go() const {
    Consumer other = member();
    while (other.assignment().empty()) EXPECT_TRUE(other.poll(milliseconds(5)));
    EXPECT_TRUE(other.close());
  }

  Broker broker_ = Broker::open({.dir = std::string(in_memory),
                                 .config = {{"group.initial.rebalance.delay.ms", "0"},
                                            {"group.consumer.assignment.interval.ms", "0"},
                                            {"group.consumer.min.heartbeat.interval.ms", "5"},
                                            {"group.consumer.heartbeat.interval.ms", "5"}}})
                       .value();
  Topic log_ = broker_.ensure_topic({.name = "t", .partitions = kPartitions}).value();
  const Client client_ =
      Client::connect({.bootstrap = broker_.listen("127.0.0.1:0").value()}).value();
};

INSTANTIATE_TEST_SUITE_P(
    Kinds, BusyGroups,
    ::testing::Values(Kind{.name = "Eager"},
                      Kind{.name = "Cooperative", .assignor = Assignor::cooperative_sticky},
                      Kind{.name = "Consumer", .protocol = GroupProtocol::consumer}),
    [](const auto& kind) { return kind.param.name; });

TEST_P(BusyGroups, RefuseNoCommitOfWhatAMemberHas) {
  Consumer consumer = member();
  while (consumer.assignment().empty()) ASSERT_TRUE(consumer.poll(milliseconds(5)));
  std::atomic<bool> is_over = false;
  std::thread others([&] {
    for (int round = 0; round < kRounds; ++round) come_and_go();
    is_over = true;
  });
  int64_t commits = 0;
  while (!is_over) {
    for (int32_t i = 0; i < kPartitions; ++i) EXPECT_TRUE(log_.append(i, {.value = "x"}));
    const auto records = consumer.poll(milliseconds(1));
    EXPECT_TRUE(records) << records.error().to_string();
    if (!records || records->empty()) continue;
    const auto committed = consumer.commit(*records);
    EXPECT_TRUE(committed) << committed.error().to_string();
    ++commits;
  }
  others.join();
  EXPECT_GT(commits, 0);
}

}  // namespace
}  // namespace millrace::embed
