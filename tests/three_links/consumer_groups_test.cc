// Consumers that are members of groups, by each protocol and assignor.
#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "millrace/client_error.h"
#include "three_links/three_links.h"

namespace millrace::three_links {
namespace {

using Partitions = std::vector<TopicPartition>;
using Counts = std::vector<size_t>;

/// What the members of a group say of themselves.
struct Kind {
  std::string name;
  GroupProtocol protocol = GroupProtocol::classic;
  std::vector<Assignor> assignors = {Assignor::range};
};

/// googletest shows it so.
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

std::vector<Kind> kinds() {
  return {{.name = "Range"},
          {.name = "RoundRobin", .assignors = {Assignor::roundrobin}},
          {.name = "Cooperative", .assignors = {Assignor::cooperative_sticky}},
          {.name = "Consumer", .protocol = GroupProtocol::consumer}};
}

class ConsumerGroups : public Linked, public ::testing::WithParamInterface<std::tuple<Link, Kind>> {
 protected:
  ConsumerGroups() : Linked(std::get<Link>(GetParam())) {}

  Consumer make_member(ConsumerOptions options = {}) const {
    const auto& kind = std::get<Kind>(GetParam());
    options.group = group_;
    options.group_protocol = kind.protocol;
    options.assignors = kind.assignors;
    options.heartbeat_interval = milliseconds(100);
    return make_consumer(std::move(options));
  }
  Consumer join(ConsumerOptions options = {}) const {
    Consumer member = make_member(std::move(options));
    EXPECT_TRUE(member.subscribe({topic_}));
    return member;
  }
  /// Keeps the places of what is polled; all partitions are the topic's.
  void poll(Consumer& member) {
    const auto records = member.poll(milliseconds(10));
    ASSERT_TRUE(records) << records.error().to_string();
    for (const ConsumerRecord& record : *records) {
      EXPECT_TRUE(read_.emplace(record.topic_partition(), record.offset()).second)
          << record.topic_partition().partition << " at " << record.offset() << " came twice";
    }
  }
  template <class Condition>
  void poll_until(const std::vector<Consumer*>& members, const Condition& is_true) {
    wait_until([&] {
      for (Consumer* const member : members) poll(*member);
      return HasFailure() || is_true();
    });
  }
  /// Until each member has so many partitions, and together all of the topic's.
  void settle(const std::vector<Consumer*>& members, const Counts& counts) {
    poll_until(members, [&] {
      std::set<TopicPartition> all;
      Counts now;
      for (const Consumer* const member : members) {
        const auto has = member->assignment();
        now.push_back(has.size());
        all.insert(has.begin(), has.end());
      }
      return now == counts && all.size() == kPartitions;
    });
  }
  void fill_all(int from, int to) const {
    for (int32_t i = 0; i < kPartitions; ++i) fill(i, from, to);
  }

  static constexpr int32_t kPartitions = 4;
  const std::string group_ = name("g");
  std::set<std::pair<TopicPartition, int64_t>> read_;
};

std::string name_of_both(const ::testing::TestParamInfo<std::tuple<Link, Kind>>& both) {
  return name_of(std::get<Link>(both.param)) + std::get<Kind>(both.param).name;
}

INSTANTIATE_TEST_SUITE_P(Links, ConsumerGroups,
                         ::testing::Combine(::testing::ValuesIn(every_link()),
                                            ::testing::ValuesIn(kinds())),
                         name_of_both);

TEST_P(ConsumerGroups, ReadEverythingOnceAsMembersComeAndGo) {
  make_topic(kPartitions);
  fill_all(0, 10);
  Consumer first = join();
  settle({&first}, {4});
  poll_until({&first}, [&] { return read_.size() == 40; });
  Consumer second = join();
  settle({&first, &second}, {2, 2});
  const auto described = admin().describe_group(group_);
  ASSERT_TRUE(described) << described.error().to_string();
  EXPECT_EQ(described->members.size(), 2U);
  fill_all(10, 20);
  poll_until({&first, &second}, [&] { return read_.size() == 80; });
  ASSERT_TRUE(first.close());
  fill_all(20, 30);
  settle({&second}, {4});
  poll_until({&second}, [&] { return read_.size() == 120; });
  ASSERT_TRUE(second.close());
  const auto committed = admin().committed_offsets(group_);
  ASSERT_TRUE(committed) << committed.error().to_string();
  for (int32_t i = 0; i < kPartitions; ++i) EXPECT_EQ(committed->at(part(i)).offset, 30) << i;
}

TEST_P(ConsumerGroups, AStaticMemberComesBackToWhatItHad) {
  make_topic(kPartitions);
  Consumer stays = join({.group_instance_id = "stays"});
  Consumer leaves = join({.group_instance_id = "leaves"});
  settle({&stays, &leaves}, {2, 2});
  const Partitions had = leaves.assignment();
  const int64_t rebalances = stays.statistics().rebalances;
  ASSERT_TRUE(leaves.close());
  Consumer back = join({.group_instance_id = "leaves"});
  settle({&stays, &back}, {2, 2});
  EXPECT_EQ(back.assignment(), had);
  EXPECT_EQ(stays.statistics().rebalances, rebalances) << "the others notice nothing";
}

TEST_P(ConsumerGroups, AllTopicsThatMatchAreRead) {
  const std::string one = name("match-1"), two = name("match-2"), other = name("other-match-1");
  for (const std::string& topic : {one, two, other}) make_topic(topic, 1);
  Consumer member = make_member();
  ASSERT_TRUE(member.subscribe_pattern(name("match-[0-9]")));
  const Partitions both{{.topic = one}, {.topic = two}};
  poll_until({&member}, [&] { return member.assignment() == both; });
}

TEST_P(ConsumerGroups, ACopyInTransactionsIsExact) {
  make_topic(kPartitions);
  fill_all(0, 5);
  const std::string copy = name("copy");
  make_topic(copy, 1);
  Consumer consumer = join({.auto_commit = false, .max_poll_records = 3});
  Producer producer = make_producer({.transactional_id = name("tx")});
  Texts copied;
  bool commits = false;
  while (copied.size() < 20) {
    const auto records = consumer.poll(kPatience);
    ASSERT_TRUE(records) << records.error().to_string();
    ASSERT_FALSE(records->empty());
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction) << transaction.error().to_string();
    for (const ConsumerRecord& record : *records) {
      (void)producer.send({.topic = copy, .value = record.value()});
    }
    const auto sent = transaction->send_offsets(records->next_offsets(), consumer);
    ASSERT_TRUE(sent) << sent.error().to_string();
    const auto ended = commits ? transaction->commit() : transaction->abort();
    ASSERT_TRUE(ended) << ended.error().to_string();
    if (commits) {
      append_values(*records, copied);
    } else {
      for (const ConsumerRecord& record : *records) {
        ASSERT_TRUE(consumer.seek(record.topic_partition(), 0)) << "it was the first";
      }
    }
    commits = true;
  }
  EXPECT_EQ(values_of({.topic = copy}, Isolation::read_committed), copied);
  const auto committed = consumer.committed({part(0), part(1), part(2), part(3)});
  ASSERT_TRUE(committed) << committed.error().to_string();
  for (int32_t i = 0; i < kPartitions; ++i) EXPECT_EQ(committed->at(part(i)).offset, 5) << i;
}

TEST_P(ConsumerGroups, AnAssignmentTakesTheSubscriptionsPlaceOnlyAfterIt) {
  make_topic(kPartitions);
  fill(0, 0, 1);
  Consumer consumer = join({.auto_commit = false});
  EXPECT_TRUE(consumer.assign({part(0)}).error().is(ClientErrc::wrong_state));
  settle({&consumer}, {4});
  ASSERT_TRUE(consumer.unsubscribe());
  EXPECT_TRUE(consumer.assignment().empty());
  EXPECT_TRUE(admin().describe_group(group_)->members.empty());
  ASSERT_TRUE(consumer.assign({part(0)}));
  EXPECT_EQ(poll_values(consumer, 1), Texts{"0"});
}

TEST_P(ConsumerGroups, WhoIsNoMemberCommitsNothing) {
  make_topic(kPartitions);
  fill_all(0, 1);
  Consumer member = join({.auto_commit = false});
  settle({&member}, {4});
  Consumer stranger = make_member({.auto_commit = false});
  const auto refused = stranger.commit({{part(0), {.offset = 1}}});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(ErrorCode::unknown_member_id)) << refused.error().to_string();
  EXPECT_TRUE(member.committed({part(0)})->empty());
}

}  // namespace
}  // namespace millrace::three_links
