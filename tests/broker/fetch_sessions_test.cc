#include "broker/fetch_sessions.h"

#include <gtest/gtest.h>

#include "millrace/clock.h"

namespace millrace::broker {
namespace {

FetchTarget target(int32_t partition, int64_t from = 0) {
  return {.topic = "t", .partition = PartitionId(partition), .from = Offset(from)};
}
FetchSessionKey key(int32_t partition) {
  return {.topic = "t", .partition = PartitionId(partition)};
}
FetchedPartition nothing_new(int64_t high_watermark = 0) {
  return {.data = {.high_watermark = Offset(high_watermark), .log_start_offset = Offset(0)}};
}
FetchedPartition with_data(int64_t high_watermark) {
  auto fetched = nothing_new(high_watermark);
  fetched.data.bytes = 100;
  return fetched;
}

class FetchSessionsTest : public ::testing::Test {
 protected:
  FetchContext begin(int32_t id, int32_t epoch, std::vector<FetchTarget> targets = {},
                     std::vector<FetchSessionKey> forgotten = {}) {
    auto context = sessions_.begin({.session_id = id,
                                    .epoch = epoch,
                                    .targets = std::move(targets),
                                    .forgotten = std::move(forgotten)});
    EXPECT_TRUE(context) << context.error().to_string();
    return *std::move(context);
  }
  ErrorCode error_of(int32_t id, int32_t epoch) {
    return *sessions_.begin({.session_id = id, .epoch = epoch}).error().kafka_code();
  }
  /// A session over partitions 0 to count - 1, whose first answer was given.
  int32_t session_over(int32_t count) {
    std::vector<FetchTarget> targets;
    for (int32_t i = 0; i < count; ++i) targets.push_back(target(i));
    auto context = begin(0, 0, std::move(targets));
    const auto selected =
        context.select(std::vector<FetchedPartition>(static_cast<size_t>(count), nothing_new()));
    EXPECT_EQ(selected, std::vector<bool>(static_cast<size_t>(count), true))
        << "a full answer names every partition";
    return context.session_id();
  }
  static std::vector<int32_t> partitions_of(const FetchContext& context) {
    std::vector<int32_t> partitions;
    for (const auto& t : context.targets()) partitions.push_back(t.partition.value());
    return partitions;
  }

  ManualClock clock_;
  FetchSessions sessions_{clock_, 2};
};

TEST_F(FetchSessionsTest, AFullFetchOpensASession) {
  EXPECT_NE(session_over(1), 0);
  EXPECT_EQ(sessions_.count(), 1U);
}

TEST_F(FetchSessionsTest, TheFinalEpochAsksForNoSession) {
  const auto context = begin(0, kFinalFetchEpoch, {target(0)});
  EXPECT_EQ(context.session_id(), 0);
  EXPECT_EQ(context.targets().size(), 1U);
  EXPECT_EQ(sessions_.count(), 0U);
}

TEST_F(FetchSessionsTest, AnIncrementalFetchReadsAllAndAnswersOnlyWhatChanged) {
  const int32_t id = session_over(3);
  auto context = begin(id, 1);
  EXPECT_EQ(partitions_of(context), (std::vector<int32_t>{0, 1, 2}));
  EXPECT_EQ(context.select({nothing_new(), with_data(5), nothing_new(7)}),
            (std::vector<bool>{false, true, true}));
}

TEST_F(FetchSessionsTest, AnErrorIsAnsweredAndSoIsItsEnd) {
  const int32_t id = session_over(1);
  FetchedPartition failed{.error = ErrorCode::kafka_storage_error};
  EXPECT_EQ(begin(id, 1).select({failed}), std::vector<bool>{true});
  EXPECT_EQ(begin(id, 2).select({failed}), std::vector<bool>{true});
  EXPECT_EQ(begin(id, 3).select({nothing_new()}), std::vector<bool>{true});
  EXPECT_EQ(begin(id, 4).select({nothing_new()}), std::vector<bool>{false});
}

TEST_F(FetchSessionsTest, AMovedLogStartIsAnswered) {
  const int32_t id = session_over(1);
  auto moved = nothing_new();
  moved.data.log_start_offset = Offset(3);
  EXPECT_EQ(begin(id, 1).select({moved}), std::vector<bool>{true});
}

TEST_F(FetchSessionsTest, TargetsAreAddedMovedAndForgotten) {
  const int32_t id = session_over(2);
  auto context = begin(id, 1, {target(1, 42), target(5)}, {key(0)});
  EXPECT_EQ(partitions_of(context), (std::vector<int32_t>{1, 5}));
  EXPECT_EQ(context.targets()[0].from, Offset(42));
}

TEST_F(FetchSessionsTest, APartitionThatHadDataIsReadLastNextTime) {
  const int32_t id = session_over(3);
  auto context = begin(id, 1);
  context.select({with_data(5), nothing_new(), nothing_new()});
  EXPECT_EQ(partitions_of(begin(id, 2)), (std::vector<int32_t>{1, 2, 0}));
}

TEST_F(FetchSessionsTest, ASessionWithoutPartitionsEnds) {
  const int32_t id = session_over(1);
  EXPECT_EQ(begin(id, 1, {}, {key(0)}).session_id(), 0);
  EXPECT_EQ(error_of(id, 2), ErrorCode::fetch_session_id_not_found);
}

TEST_F(FetchSessionsTest, AnotherEpochThanTheNextIsRefused) {
  const int32_t id = session_over(1);
  EXPECT_EQ(error_of(id, 2), ErrorCode::invalid_fetch_session_epoch);
  begin(id, 1);
  EXPECT_EQ(error_of(id, 1), ErrorCode::invalid_fetch_session_epoch);
  EXPECT_EQ(begin(id, 2).session_id(), id);
}

TEST_F(FetchSessionsTest, AnUnknownSessionIsRefused) {
  EXPECT_EQ(error_of(12345, 1), ErrorCode::fetch_session_id_not_found);
}

TEST_F(FetchSessionsTest, AFullFetchEndsTheSessionItNames) {
  const int32_t id = session_over(1);
  const auto renewed = begin(id, kInitialFetchEpoch, {target(0)});
  EXPECT_NE(renewed.session_id(), 0);
  EXPECT_EQ(error_of(id, 1), ErrorCode::fetch_session_id_not_found);
  begin(renewed.session_id(), kFinalFetchEpoch, {target(0)});
  EXPECT_EQ(sessions_.count(), 0U);
}

TEST_F(FetchSessionsTest, WithoutAFreeSlotAFetchGoesWithoutSession) {
  session_over(1);
  session_over(1);
  EXPECT_EQ(begin(0, 0, {target(0)}).session_id(), 0);
}

TEST_F(FetchSessionsTest, TheSessionIdleForLongestGivesWayAfterTwoMinutes) {
  const int32_t first = session_over(1);
  const int32_t second = session_over(1);
  clock_.advance(std::chrono::minutes(2));
  begin(second, 1);
  EXPECT_NE(session_over(1), 0);
  EXPECT_EQ(error_of(first, 1), ErrorCode::fetch_session_id_not_found);
  EXPECT_EQ(begin(second, 2).session_id(), second);
}

TEST_F(FetchSessionsTest, TellsWhatASessionStandsFor) {
  const int32_t id = session_over(2);
  begin(id, 1, {target(2)}, {key(0)});
  EXPECT_EQ(sessions_.partitions_of(id), (std::vector<FetchSessionKey>{key(1), key(2)}));
  EXPECT_TRUE(sessions_.partitions_of(id + 1).empty());
}

}  // namespace
}  // namespace millrace::broker
