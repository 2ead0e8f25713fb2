// ListOffsets, OffsetForLeaderEpoch and DeleteRecords as the partition answers them.
#include "broker/harness.h"
#include "record/batch_builder.h"

namespace millrace::broker {
namespace {

constexpr auto kUncommitted = Isolation::read_uncommitted;

class LookupsTest : public BrokerTest {
 protected:
  void SetUp() override {
    BrokerTest::SetUp();
    create("t");
  }
  int64_t now() const { return clock_.wall_ms(); }
  ListedOffset list(int64_t timestamp) {
    const auto listed = partition("t").list_offset(timestamp, kUncommitted);
    EXPECT_TRUE(listed) << listed.error().to_string();
    return listed ? *listed : ListedOffset();
  }
  /// One record of a transaction that stays open.
  void begin_transaction() {
    record::BatchBuilder builder({.is_transactional = true,
                                  .producer_id = ProducerId(7),
                                  .producer_epoch = 0,
                                  .base_sequence = 0});
    builder.add_text(now(), "k", "v");
    const Bytes batch = *builder.build();
    const auto guard = partition("t").verification_guard(ProducerId(7), 0, 0);
    ASSERT_TRUE(guard);
    partition("t").append({.records = batch, .guard = *guard}, [](const ProduceOutcome& outcome) {
      EXPECT_EQ(outcome.error, ErrorCode::none) << outcome.message;
    });
  }
  void produce_at(std::vector<int64_t> timestamps) {
    record::BatchBuilder builder;
    for (const int64_t timestamp : timestamps) builder.add_text(timestamp, "k", "v");
    const Bytes batch = *builder.build();
    partition("t").append({.records = batch}, [](const ProduceOutcome& outcome) {
      EXPECT_EQ(outcome.error, ErrorCode::none) << outcome.message;
    });
  }
};

TEST_F(LookupsTest, EarliestAndLatestOfAnEmptyLogAreZero) {
  EXPECT_EQ(list(kEarliestTimestamp).offset, Offset(0));
  EXPECT_EQ(list(kLatestTimestamp).offset, Offset(0));
}

TEST_F(LookupsTest, LatestIsTheHighWatermarkWithTheLeaderEpoch) {
  produce("t", {.values = {"a", "b"}});
  crash();
  EXPECT_EQ(list(kLatestTimestamp).offset, Offset(2));
  EXPECT_EQ(list(kLatestTimestamp).leader_epoch, LeaderEpoch(1));
}

TEST_F(LookupsTest, EarliestFollowsDeletedRecords) {
  produce("t", {.values = {"a", "b", "c"}});
  ASSERT_TRUE(partition("t").delete_records(Offset(2)));
  EXPECT_EQ(list(kEarliestTimestamp).offset, Offset(2));
  EXPECT_EQ(list(kEarliestLocalTimestamp).offset, Offset(2));
}

TEST_F(LookupsTest, ByTimeIsTheFirstRecordNotOlder) {
  produce_at({now(), now() + 10, now() + 20});
  produce_at({now() + 30});
  const auto found = list(now() + 11);
  EXPECT_EQ(found.offset, Offset(2));
  EXPECT_EQ(found.timestamp, now() + 20);
  EXPECT_EQ(found.leader_epoch, LeaderEpoch(0));
  EXPECT_EQ(list(0).offset, Offset(0));
  EXPECT_EQ(list(now() + 30).offset, Offset(3));
}

TEST_F(LookupsTest, ByTimeAfterTheLastRecordIsNothing) {
  produce_at({now()});
  const auto found = list(now() + 1);
  EXPECT_EQ(found.offset, Offset(-1));
  EXPECT_EQ(found.timestamp, -1);
}

TEST_F(LookupsTest, MaxTimestampIsTheFirstRecordThatCarriesIt) {
  produce_at({now() + 5, now() + 50, now() + 7});
  produce_at({now() + 50, now() + 1});
  const auto found = list(kMaxTimestamp);
  EXPECT_EQ(found.offset, Offset(1));
  EXPECT_EQ(found.timestamp, now() + 50);
}

TEST_F(LookupsTest, MaxTimestampOfAnEmptyLogIsNothing) {
  EXPECT_EQ(list(kMaxTimestamp).offset, Offset(-1));
}

TEST_F(LookupsTest, NothingIsEverTiered) {
  produce("t");
  EXPECT_EQ(list(kLatestTieredTimestamp).offset, Offset(-1));
}

TEST_F(LookupsTest, AStaleLeaderEpochIsFenced) {
  crash();
  EXPECT_EQ(code_of(partition("t").list_offset(kLatestTimestamp, kUncommitted, LeaderEpoch(0))),
            ErrorCode::fenced_leader_epoch);
  EXPECT_EQ(code_of(partition("t").list_offset(kLatestTimestamp, kUncommitted, LeaderEpoch(2))),
            ErrorCode::unknown_leader_epoch);
}

TEST_F(LookupsTest, AnEpochEndsWhereTheNextBegins) {
  produce("t", {.values = {"a", "b"}});
  crash();
  produce("t");
  crash();
  produce("t");
  const auto end_of = [&](int32_t epoch) {
    return *partition("t").epoch_end_offset(LeaderEpoch(epoch), kNoLeaderEpoch);
  };
  EXPECT_EQ(end_of(0).end_offset, Offset(2));
  EXPECT_EQ(end_of(1).end_offset, Offset(3));
  EXPECT_EQ(end_of(2).end_offset, Offset(4));
  EXPECT_EQ(end_of(2).epoch, LeaderEpoch(2));
}

TEST_F(LookupsTest, TheHistoryOfEpochsBeginsWithTheFirstRecordThatIsKept) {
  produce("t", {.values = {"a", "b"}});
  crash();
  produce("t", {.values = {"c", "d"}});
  const auto end_of_first = [&] {
    return *partition("t").epoch_end_offset(LeaderEpoch(0), kNoLeaderEpoch);
  };
  ASSERT_TRUE(partition("t").delete_records(Offset(3)));
  EXPECT_EQ(end_of_first().end_offset, Offset(3));
  crash();
  EXPECT_EQ(end_of_first().end_offset, Offset(3));
}

TEST_F(LookupsTest, AnEpochThatNeverWasHasNoEnd) {
  const auto end = partition("t").epoch_end_offset(LeaderEpoch(5), kNoLeaderEpoch);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->epoch, kNoLeaderEpoch);
  EXPECT_EQ(end->end_offset, Offset(-1));
}

TEST_F(LookupsTest, DeletedRecordsAreGoneForReadersAndStayGone) {
  produce("t", {.values = {"a"}});
  produce("t", {.values = {"b"}});
  produce("t", {.values = {"c"}});
  EXPECT_EQ(*partition("t").delete_records(Offset(2)), Offset(2));
  EXPECT_EQ(read_all(partition("t")), std::vector<std::string>{"c"});
  EXPECT_EQ(code_of(partition("t").read({.from = Offset(1), .bytes_max = 100})),
            ErrorCode::offset_out_of_range);
  crash();
  EXPECT_EQ(partition("t").log_start_offset(), Offset(2));
  lose_power(3);
  EXPECT_EQ(partition("t").log_start_offset(), Offset(2));
}

TEST_F(LookupsTest, DeletingToMinusOneMeansTheHighWatermark) {
  produce("t", {.values = {"a", "b"}});
  EXPECT_EQ(*partition("t").delete_records(Offset(-1)), Offset(2));
  EXPECT_EQ(list(kEarliestTimestamp).offset, Offset(2));
  EXPECT_EQ(produce("t").base_offset, Offset(2));
}

TEST_F(LookupsTest, DeletingLessThanBeforeMovesNothing) {
  produce("t", {.values = {"a", "b", "c"}});
  ASSERT_TRUE(partition("t").delete_records(Offset(2)));
  EXPECT_EQ(*partition("t").delete_records(Offset(1)), Offset(2));
}

TEST_F(LookupsTest, DeletingAboveTheHighWatermarkIsOutOfRange) {
  produce("t");
  EXPECT_EQ(code_of(partition("t").delete_records(Offset(2))), ErrorCode::offset_out_of_range);
  EXPECT_EQ(code_of(partition("t").delete_records(Offset(-2))), ErrorCode::offset_out_of_range);
}

TEST_F(LookupsTest, LastStableOffsetFollowsDeletedRecords) {
  produce("t");
  begin_transaction();
  produce("t", {.values = {"a", "b"}});
  const auto stable = [&] {
    return partition("t").list_offset(kLatestTimestamp, Isolation::read_committed)->offset;
  };
  EXPECT_EQ(stable(), Offset(1));
  ASSERT_TRUE(partition("t").delete_records(Offset(3)));
  EXPECT_EQ(stable(), Offset(3)) << "the transaction is open, but nobody sees its first record";
  ASSERT_TRUE(partition("t").delete_records(Offset(-1)));
  EXPECT_EQ(stable(), Offset(4));
}

TEST_F(LookupsTest, RecordsAreDeletedWhereNothingElseDoes) {
  produce("t");
  ASSERT_EQ(alter("t", "cleanup.policy", ""), ErrorCode::none);
  EXPECT_EQ(*partition("t").delete_records(Offset(1)), Offset(1));
}

TEST_F(LookupsTest, RecordsOfCompactedAndInternalTopicsCannotBeDeleted) {
  create("compacted", {{"cleanup.policy", "compact"}});
  EXPECT_EQ(code_of(partition("compacted").delete_records(Offset(0))), ErrorCode::policy_violation);
  ASSERT_TRUE(catalog().auto_create("__consumer_offsets"));
  EXPECT_EQ(code_of(partition("__consumer_offsets").delete_records(Offset(0))),
            ErrorCode::invalid_topic_exception);
}

}  // namespace
}  // namespace millrace::broker
