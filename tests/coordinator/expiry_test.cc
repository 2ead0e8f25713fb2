// When committed offsets are given up.
#include <gtest/gtest.h>

#include "harness.h"

namespace millrace::coordinator {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kRetention = 60 * kMinute;
constexpr int64_t kCheck = 10 * kMinute;

class ExpiryTest : public CoordinatorTest {
 protected:
  void SetUp() override {
    config.offsets_retention_ms = kRetention;
    config.offsets_retention_check_interval_ms = kCheck;
    config.session_timeout_ms_max = INT32_MAX;
    CoordinatorTest::SetUp();
  }
  /// A member that never times out in a test.
  static As patient() { return {.session_ms = 1'000'000'000, .rebalance_ms = 60'000}; }
};

TEST_F(ExpiryTest, AStandaloneOffsetExpiresAfterItsLastCommit) {
  commit_standalone({.partition = 0, .offset = 1});
  pass(kRetention / 2);
  commit_standalone({.partition = 1, .offset = 2});
  pass(kRetention / 2 + kCheck);
  EXPECT_EQ(fetched("orders", 0), -1);
  EXPECT_EQ(fetched("orders", 1), 2);
}

TEST_F(ExpiryTest, NothingExpiresBeforeItsTime) {
  commit_standalone({.offset = 1});
  pass(kRetention - 1);
  EXPECT_EQ(fetched(), 1);
}

TEST_F(ExpiryTest, AGroupKeepsItsOffsetsUntilItHasBeenEmptyForTheRetention) {
  const Formed formed = form_group({patient()});
  commit(formed.who(0), {.offset = 1});
  pass(3 * kRetention);
  EXPECT_EQ(fetched(), 1) << "the group is alive and subscribed";
  leave(formed.who(0));
  pass(kRetention - 1);
  EXPECT_EQ(fetched(), 1);
  pass(kCheck + 1);
  EXPECT_EQ(fetched(), -1);
}

TEST_F(ExpiryTest, TopicsThatAreNotSubscribedAnyMoreExpire) {
  const Formed formed = form_group({patient()});
  start_commit(formed.who(0), {{.offset = 1}, {.topic = "payments", .offset = 2}});
  pass(kRetention + kCheck);
  EXPECT_EQ(fetched("orders"), 1);
  EXPECT_EQ(fetched("payments"), -1);
}

TEST_F(ExpiryTest, GroupsOfOtherTypesKeepEverythingWhileTheyHaveMembers) {
  As worker = patient();
  worker.type = "connect";
  const Formed formed = form_group({worker});
  start_commit(formed.who(0), {{.offset = 1}, {.topic = "payments", .offset = 2}});
  pass(3 * kRetention);
  EXPECT_EQ(fetched("orders"), 1);
  EXPECT_EQ(fetched("payments"), 2);
}

TEST_F(ExpiryTest, AnUnreadableSubscriptionKeepsEverything) {
  As odd = patient();
  odd.protocols = {{"range", bytes_of("?")}};
  const Formed formed = form_group({odd});
  commit(formed.who(0), {.offset = 1});
  pass(3 * kRetention);
  EXPECT_EQ(fetched(), 1);
}

TEST_F(ExpiryTest, ARetentionThatTheClientChoseOverridesTheBrokers) {
  OffsetCommitRequest request;
  request.group_id = "g";
  request.retention_time_ms = 3 * kRetention;
  request.topics.push_back({"orders", {{PartitionId(0), Offset(1), kNoLeaderEpoch, ""}}});
  Answer<OffsetCommitResponse> answer;
  groups->commit_offsets(request, answer.reply());
  pass(2 * kRetention);
  EXPECT_EQ(fetched(), 1);
  restart();
  EXPECT_EQ(fetched(), 1);
  pass(kRetention + kCheck);
  EXPECT_EQ(fetched(), -1);
}

TEST_F(ExpiryTest, AnEmptyGroupGoesWithItsLastOffset) {
  const Formed formed = form_group({patient()});
  commit(formed.who(0), {.offset = 1});
  leave(formed.who(0));
  pass(kRetention + kCheck);
  EXPECT_EQ(state(), "Dead");
  restart();
  EXPECT_EQ(state(), "Dead");
  EXPECT_TRUE(groups->list({}).groups.empty());
}

TEST_F(ExpiryTest, AGroupWithMembersAndWithoutOffsetsStays) {
  form_group({patient()});
  pass(3 * kRetention);
  EXPECT_EQ(state(), "Stable");
}

TEST_F(ExpiryTest, AGroupThatNeverWroteAnythingIsForgottenWithoutAWrite) {
  const std::string id = given_id({});
  EXPECT_EQ(state(), "Empty");
  pass(2 * kCheck);
  EXPECT_EQ(state(), "Dead");
  EXPECT_EQ(log.append_count(), 0u);
}

TEST_F(ExpiryTest, ACommitOnItsWayKeepsItsOffset) {
  commit_standalone({.offset = 1});
  pass(kRetention - 1);
  log.hold();
  const auto again = start_commit({}, {{.offset = 2}});
  pass(kCheck);
  log.release();
  EXPECT_EQ(again->topics.at(0).partitions.at(0).error, ErrorCode::none);
  EXPECT_EQ(fetched(), 2);
}

TEST_F(ExpiryTest, ExpiredOffsetsStayGoneAfterARestart) {
  commit_standalone({.offset = 1});
  pass(kRetention + kCheck);
  const auto records = log.records(home());
  ASSERT_GE(records.size(), 2u);
  EXPECT_FALSE(records.back().value) << "a tombstone";
  restart();
  EXPECT_EQ(fetched(), -1);
}

TEST_F(ExpiryTest, AnExpiryThatCannotBeWrittenIsTriedAgain) {
  commit_standalone({.offset = 1});
  pass(kRetention - 1);
  log.fail_next(ErrorCode::kafka_storage_error);
  pass(1);
  EXPECT_EQ(fetched(), 1);
  pass(kCheck);
  EXPECT_EQ(fetched(), -1);
}

}  // namespace
}  // namespace millrace::coordinator
