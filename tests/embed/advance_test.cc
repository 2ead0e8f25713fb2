// A clock that tests turn: everything that is due happens, each at its own time.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/text.h"
#include "embed/wire_ways.h"
#include "millrace/client_error.h"
#include "millrace/testing_gtest.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/join_group.h"

namespace millrace {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Advance : public testing::BrokerTest {
 protected:
  static constexpr milliseconds kTick{1};

  using Keys = std::map<std::string, int>;
  static Keys count_keys(const Topic& log, Isolation isolation = Isolation::read_uncommitted) {
    Keys keys;
    ReadOptions at{.offset = log.log_start_offset(0), .isolation = isolation};
    for (;;) {
      const auto read = log.read(0, at);
      EXPECT_TRUE(read) << read.error().to_string();
      if (!read || read->next_offset() == at.offset) return keys;
      for (const auto& record : *read) ++keys[std::string(record.key.value_or("<null>"))];
      at.offset = read->next_offset();
    }
  }
};

TEST_F(Advance, RetentionDeletesWhatIsOldEnough) {
  Topic log =
      broker()
          .ensure_topic({.name = "t",
                         .partitions = 1,
                         .configs = {{"retention.ms", "259200000"}, {"segment.ms", "86400000"}}})
          .value();
  for (int day = 0; day < 3; ++day) {
    ASSERT_TRUE(log.append(0, {.value = "x"}));
    advance(hours(25));
  }
  // 75 hours: the first is older than three days, the second is not.
  advance(minutes(5));
  EXPECT_EQ(log.log_start_offset(0), 1);
  advance(hours(24 * 7));
  EXPECT_EQ(log.log_start_offset(0), 3);
}

TEST_F(Advance, ATransactionIsAbortedAtItsTimeout) {
  const Topic log = broker().ensure_topic({.name = "t", .partitions = 1}).value();
  Producer producer =
      broker().producer({.transactional_id = "tx", .transaction_timeout = minutes(10)}).value();
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction) << transaction.error().to_string();
  ASSERT_TRUE(producer.send({.topic = "t", .key = "open"}).get());
  ASSERT_TRUE(broker().ensure_topic({.name = "t"})->append(0, {.key = "behind"}));
  EXPECT_EQ(count_keys(log, Isolation::read_committed), Keys());
  advance(minutes(10) - kTick);
  EXPECT_EQ(count_keys(log, Isolation::read_committed), Keys());
  // Transactions are looked at every ten seconds.
  advance(seconds(10));
  EXPECT_EQ(count_keys(log, Isolation::read_committed), (Keys{{"behind", 1}}));
  EXPECT_FALSE(transaction->commit());
}

TEST_F(Advance, CompactionRunsOnceThereIsEnoughToDo) {
  Topic log = broker()
                  .ensure_topic({.name = "t",
                                 .partitions = 1,
                                 .configs = {{"cleanup.policy", "compact"},
                                             {"segment.ms", "60000"},
                                             {"min.compaction.lag.ms", "3600000"}}})
                  .value();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(log.append(0, {.key = "k", .value = "v"}));
  advance(minutes(2));
  ASSERT_TRUE(log.append(0, {.key = "begins a segment", .value = "v"}));
  EXPECT_EQ(count_keys(log)["k"], 10);
  advance(minutes(57));
  EXPECT_EQ(count_keys(log)["k"], 10) << "too young";
  advance(minutes(5));
  EXPECT_EQ(count_keys(log)["k"], 1);
  EXPECT_EQ(count_keys(log)["begins a segment"], 1);
}

TEST_F(Advance, EachPieceOfWorkSeesItsOwnTime) {
  ASSERT_TRUE(broker().ensure_topic({.name = "t", .partitions = 1}));
  const SteadyTime began = clock().steady_now();
  std::vector<milliseconds> sent_at;
  std::vector<Producer> producers;
  for (const auto linger : {hours(72), hours(1), hours(24)}) {
    producers.push_back(
        broker().producer({.linger = linger, .delivery_timeout = hours(200)}).value());
    producers.back().send({.topic = "t", .value = "x"}, [&](const Result<RecordMetadata>& at) {
      ASSERT_TRUE(at) << at.error().to_string();
      sent_at.push_back(std::chrono::duration_cast<milliseconds>(clock().steady_now() - began));
    });
  }
  advance(hours(24 * 7));
  EXPECT_EQ(sent_at, (std::vector<milliseconds>{hours(1), hours(24), hours(72)}));
  EXPECT_EQ(clock().steady_now() - began, hours(24 * 7));
}

TEST_F(Advance, ARequestIsHeldBackByTheBrokersClock) {
  ASSERT_TRUE(broker().ensure_topic({.name = "t", .partitions = 1}));
  Producer producer = broker().producer().value();
  ASSERT_TRUE(producer.send({.topic = "t"}).get());
  faults().add({.api_key = 0}, {.delay = seconds(20)});
  const auto sent = producer.send({.topic = "t"});
  EXPECT_TRUE(sent.get().error().is(ClientErrc::timed_out));
  advance(seconds(20) - kTick);
  EXPECT_FALSE(sent.ready());
  advance(kTick);
  ASSERT_TRUE(sent.ready());
  EXPECT_EQ(sent.get()->offset, 1);
}

TEST_F(Advance, NetworkClientsAreAnsweredWhenTheirTimeHasCome) {
  ASSERT_TRUE(broker().ensure_topic({.name = "t", .partitions = 1}));
  Producer producer = Client::connect({.bootstrap = address()})->producer().value();
  ASSERT_TRUE(producer.send({.topic = "t"}).get());
  faults().add({.api_key = 0}, {.delay = hours(1)});
  const auto sent = producer.send({.topic = "t"});
  while (faults().met() == 0) std::this_thread::yield();
  EXPECT_FALSE(sent.ready());
  advance(hours(1));
  EXPECT_EQ(sent.get()->offset, 1);
}

TEST_F(Advance, OnlyAManualBrokerAndItsOwnClockGoForward) {
  ManualClock another;
  EXPECT_TRUE(
      testing::advance(broker(), another, seconds(1)).error().is(ClientErrc::invalid_argument));
  EXPECT_TRUE(
      testing::advance(broker(), clock(), seconds(-1)).error().is(ClientErrc::invalid_argument));
  auto working = Broker::open({.dir = std::string(in_memory), .clock = &another});
  EXPECT_TRUE(testing::advance(*working, another, seconds(1)).error().is(ClientErrc::wrong_state));
  EXPECT_EQ(another.steady_now(), SteadyTime());
}

// ---- Sessions of groups, asked for on the wire ------------------------------------------------

TEST(AdvanceGroups, AMemberThatIsNotHeardOfIsOut) {
  ManualClock clock;
  auto broker = embed::BrokerImpl::open({.dir = std::string(in_memory),
                                         .config = {{"group.initial.rebalance.delay.ms", "0"}},
                                         .manual = true,
                                         .clock = &clock},
                                        std::nullopt)
                    .value();
  const auto client = broker->make_client();
  wire::JoinGroupRequest request;
  request.group_id = "g";
  request.session_timeout_ms = 30'000;
  request.rebalance_timeout_ms = 60'000;
  request.group_instance_id = "static";
  request.protocol_type = "consumer";
  request.protocols = {{.name = "range", .metadata = {}}};
  const auto joined = embed::ask<wire::JoinGroupResponse>(client, request);
  ASSERT_TRUE(joined) << joined.error().to_string();
  ASSERT_EQ(joined->error_code, ErrorCode::none);
  const auto members = [&client] {
    wire::DescribeGroupsRequest asked;
    asked.groups = {"g"};
    return embed::ask<wire::DescribeGroupsResponse>(client, asked)->groups.at(0).members.size();
  };
  ASSERT_TRUE(broker->advance(clock, milliseconds(29'999)));
  EXPECT_EQ(members(), 1U);
  ASSERT_TRUE(broker->advance(clock, milliseconds(1)));
  EXPECT_EQ(members(), 0U);
  EXPECT_TRUE(broker->close(milliseconds(0)));
}

}  // namespace
}  // namespace millrace
