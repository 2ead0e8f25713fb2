// How far groups are behind, as the client library tells it.
#include <chrono>

#include "three_links/three_links.h"

namespace millrace::three_links {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

int64_t now_ms() { return SystemClock().wall_ms(); }

class GroupLags : public ThreeLinks {
 protected:
  /// So many records of that age.
  void fill_aged(int32_t partition, int count, milliseconds age) const {
    Producer writer = make_producer();
    for (int i = 0; i < count; ++i) {
      const auto sent = writer.send({.topic = topic_,
                                     .value = "x",
                                     .partition = partition,
                                     .timestamp_ms = now_ms() - age.count()});
      ASSERT_TRUE(sent.get()) << sent.get().error().to_string();
    }
  }
  /// One record in a transaction.
  void transact(Producer& producer, bool is_committed) const {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction) << transaction.error().to_string();
    ASSERT_TRUE(producer.send({.topic = topic_, .value = "x", .partition = 0}).get());
    const auto ended = is_committed ? transaction->commit() : transaction->abort();
    ASSERT_TRUE(ended) << ended.error().to_string();
  }
  void commit(const std::map<int32_t, int64_t>& offsets) {
    Offsets commits;
    for (const auto& [partition, offset] : offsets) commits[part(partition)] = {.offset = offset};
    const auto done = admin_.alter_committed_offsets(group_, commits);
    ASSERT_TRUE(done) << done.error().to_string();
  }
  GroupLag look(const GroupLagOptions& options = {}) {
    const auto lag = admin_.group_lag(group_, options);
    EXPECT_TRUE(lag) << lag.error().to_string();
    return lag ? *lag : GroupLag();
  }
  PartitionLag look_at(int32_t partition, Isolation isolation = Isolation::read_uncommitted) {
    const GroupLag lag = look({.isolation = isolation});
    const auto found = lag.partitions.find(part(partition));
    EXPECT_NE(found, lag.partitions.end());
    return found == lag.partitions.end() ? PartitionLag() : found->second;
  }
  /// Markers may come a moment after the end of a transaction was answered.
  void wait_for_stable_end(int64_t end) {
    wait_until([&] { return look_at(0, Isolation::read_committed).readable_end == end; });
  }

  Admin admin_ = admin();
  const std::string group_ = name("g");
};

INSTANTIATE_TEST_SUITE_P(Links, GroupLags, ::testing::ValuesIn(every_link()), name_of_link);

TEST_P(GroupLags, AreToldInRecordsAndInTime) {
  make_topic(3);
  fill_aged(0, 3, hours(2));
  fill_aged(0, 2, minutes(5));
  fill_aged(1, 4, minutes(1));
  commit({{0, 3}, {1, 4}});
  const GroupLag lag = look();
  ASSERT_EQ(lag.partitions.size(), 2U) << "nothing was committed in the third one";
  const PartitionLag& behind = lag.partitions.at(part(0));
  EXPECT_EQ(behind.committed, 3);
  EXPECT_EQ(behind.log_start, 0);
  EXPECT_EQ(behind.readable_end, 5);
  EXPECT_EQ(behind.first_unread->offset, 3);
  EXPECT_EQ(behind.records(), 2);
  EXPECT_GE(behind.time, minutes(5));
  EXPECT_LT(behind.time, minutes(6)) << "the age of the first unread record, not of older ones";
  EXPECT_FALSE(behind.caught_up());
  const PartitionLag& done = lag.partitions.at(part(1));
  EXPECT_EQ(done.records(), 0);
  EXPECT_EQ(done.time, milliseconds(0));
  EXPECT_TRUE(done.caught_up());
  EXPECT_EQ(lag.records(), 2);
  EXPECT_EQ(lag.time(), behind.time);
  EXPECT_FALSE(lag.caught_up());
}

TEST_P(GroupLags, AControlBatchAtTheEndIsNothingToRead) {
  make_topic(1);
  Producer producer = make_producer({.transactional_id = name("tx")});
  transact(producer, true);
  commit({{0, 1}});
  wait_for_stable_end(2);
  for (const auto isolation : {Isolation::read_uncommitted, Isolation::read_committed}) {
    const PartitionLag lag = look_at(0, isolation);
    EXPECT_EQ(lag.readable_end, 2);
    EXPECT_TRUE(lag.caught_up());
    EXPECT_EQ(lag.records(), 0);
    EXPECT_EQ(lag.time, milliseconds(0));
  }
}

TEST_P(GroupLags, AbortedRecordsAreNothingToReadForReadCommitted) {
  make_topic(1);
  Producer producer = make_producer({.transactional_id = name("tx")});
  transact(producer, false);
  transact(producer, false);
  wait_until([&] {
    const auto ends = admin_.list_offsets({{part(0), kLatest}});
    return ends && ends->at(part(0)) == 4;
  });
  commit({{0, 0}});
  wait_for_stable_end(4);
  EXPECT_TRUE(look_at(0, Isolation::read_committed).caught_up());
  EXPECT_EQ(look_at(0).first_unread->offset, 0);
  transact(producer, true);
  wait_for_stable_end(6);
  const PartitionLag lag = look_at(0, Isolation::read_committed);
  EXPECT_EQ(lag.first_unread->offset, 4) << "behind two aborted transactions";
  EXPECT_EQ(lag.records(), 2) << "the record and its marker";
}

TEST_P(GroupLags, AnOpenTransactionEndsTheLogForReadCommitted) {
  make_topic(1);
  fill(0, 0, 2);
  Producer producer = make_producer({.transactional_id = name("tx")});
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction) << transaction.error().to_string();
  ASSERT_TRUE(producer.send({.topic = topic_, .value = "open", .partition = 0}).get());
  commit({{0, 2}});
  EXPECT_EQ(look_at(0, Isolation::read_committed).readable_end, 2);
  EXPECT_TRUE(look_at(0, Isolation::read_committed).caught_up());
  EXPECT_EQ(look_at(0).records(), 1);
  EXPECT_TRUE(transaction->commit());
}

TEST_P(GroupLags, RecordsThatWentBeforeTheyWereReadAreLost) {
  make_topic(1);
  fill(0, 0, 10);
  commit({{0, 3}});
  ASSERT_TRUE(admin_.delete_records({{part(0), 7}}));
  const PartitionLag lag = look_at(0);
  EXPECT_EQ(lag.log_start, 7);
  EXPECT_EQ(lag.lost(), 4);
  EXPECT_EQ(lag.first_unread->offset, 7);
  EXPECT_EQ(lag.records(), 3) << "what is gone cannot be read";
  ASSERT_TRUE(admin_.delete_records({{part(0), -1}}));
  EXPECT_TRUE(look_at(0).caught_up());
  EXPECT_EQ(look_at(0).lost(), 7);
}

TEST_P(GroupLags, RetentionMayTakeUnreadRecordsAfterItsTime) {
  make_topic(2, {{"retention.ms", "3600000"}, {"retention.bytes", "1000000000"}});
  fill_aged(0, 1, minutes(10));
  fill_aged(1, 1, minutes(10));
  commit({{0, 0}, {1, 1}});
  const GroupLag lag = look();
  const PartitionLag& unread = lag.partitions.at(part(0));
  EXPECT_LE(unread.until_retention, minutes(50));
  EXPECT_GT(unread.until_retention, minutes(49));
  EXPECT_TRUE(unread.has_size_limit);
  EXPECT_FALSE(lag.partitions.at(part(1)).until_retention) << "nothing is unread";
  EXPECT_EQ(lag.until_retention(), unread.until_retention);
  EXPECT_FALSE(look({.retention = false}).until_retention());
  ASSERT_TRUE(admin_.alter_topic_config(topic_, {.set = {{"cleanup.policy", "compact"}}}));
  wait_until([&] { return !look_at(0).until_retention; });
  EXPECT_FALSE(look_at(0).has_size_limit);
}

TEST_P(GroupLags, NamedTopicsAreLookedAtWhole) {
  make_topic(2);
  fill(1, 0, 3);
  commit({{0, 0}});
  const GroupLag lag = look({.topics = {topic_}});
  ASSERT_EQ(lag.partitions.size(), 2U);
  const PartitionLag& untouched = lag.partitions.at(part(1));
  EXPECT_FALSE(untouched.committed);
  EXPECT_EQ(untouched.first_unread->offset, 0);
  EXPECT_FALSE(untouched.records()) << "it may begin at the end";
  EXPECT_FALSE(untouched.time);
  EXPECT_FALSE(lag.caught_up());
  const auto missing = admin_.group_lag(group_, {.topics = {name("nobody")}});
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().is(ErrorCode::unknown_topic_or_partition));
}

TEST_P(GroupLags, AssignedPartitionsAreShownBeforeTheyAreCommitted) {
  make_topic(1);
  fill(0, 0, 1);
  Consumer consumer = make_consumer({.group = group_, .topics = {topic_}, .auto_commit = false});
  EXPECT_EQ(poll_values(consumer, 1), Texts{"0"});
  const PartitionLag assigned = look_at(0);
  EXPECT_FALSE(assigned.committed);
  EXPECT_EQ(assigned.first_unread->offset, 0);
  ASSERT_TRUE(consumer.commit());
  EXPECT_TRUE(look_at(0).caught_up());
  EXPECT_TRUE(consumer.close());
}

TEST_P(GroupLags, AGroupThatIsNotThereIsToldSo) {
  const auto lag = admin_.group_lag(group_);
  ASSERT_FALSE(lag);
  EXPECT_TRUE(lag.error().is(ErrorCode::group_id_not_found)) << lag.error().to_string();
}

TEST_P(GroupLags, ManyPartitionsAreFoundInOneLook) {
  constexpr int kPartitions = 60;
  make_topic(kPartitions);
  std::map<int32_t, int64_t> offsets;
  Producer writer = make_producer();
  for (int i = 0; i < kPartitions; ++i) {
    (void)writer.send({.topic = topic_, .value = std::string(100'000, 'x'), .partition = i});
    offsets[i] = i % 2;
  }
  ASSERT_TRUE(writer.close());
  commit(offsets);
  const GroupLag lag = look();
  EXPECT_EQ(lag.records(), kPartitions / 2);
  for (const auto& [name, one] : lag.partitions) {
    EXPECT_EQ(one.caught_up(), name.partition % 2 == 1) << to_string(name);
  }
}

}  // namespace
}  // namespace millrace::three_links
