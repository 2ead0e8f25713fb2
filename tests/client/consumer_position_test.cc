// Where a consumer begins, and how it notices that a log was cut.
#include "client/scripted_partitions.h"
#include "millrace/client_error.h"

namespace millrace::client {
namespace {

class ConsumerPositions : public ScriptedConsumer {
 protected:
  void make_with(OffsetReset reset, const std::string& group = "") {
    make({.group = group, .auto_offset_reset = reset, .auto_commit = false});
    ASSERT_TRUE(core_->assign({part(0)}));
  }
  /// A reader at offset 10, whose last record is of epoch 5, and a leader of a later one.
  void make_behind_a_new_leader(OffsetReset reset) {
    broker_->committed[0] = {.offset = 10, .leader_epoch = 5};
    broker_->leader_epoch = 6;
    make_with(reset, "g");
  }
  int64_t position() { return core_->position(part(0)).value(); }
};

TEST_F(ConsumerPositions, WithoutAGroupThePolicyDecides) {
  make_with(OffsetReset::earliest);
  EXPECT_EQ(position(), 0);
  EXPECT_EQ(broker_->listed.size(), 1U);
  EXPECT_EQ(broker_->listed[0].topics.at(0).partitions.at(0).current_leader_epoch, 5);
  make_with(OffsetReset::latest);
  EXPECT_EQ(position(), 100);
  EXPECT_EQ(broker_->offset_fetches, 0);
}

TEST_F(ConsumerPositions, WithoutAPolicyAMissingPositionIsToldUntilTheProgramSeeks) {
  make_with(OffsetReset::none);
  EXPECT_EQ(poll_code(), ErrorCode::offset_out_of_range);
  EXPECT_EQ(poll_code(), ErrorCode::offset_out_of_range);
  EXPECT_EQ(core_->position(part(0)).error().kafka_code(), ErrorCode::offset_out_of_range);
  ASSERT_TRUE(core_->seek(part(0), 3));
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(broker_->asked(), (Asked{{0, 3}}));
}

TEST_F(ConsumerPositions, TheCommittedOffsetIsBegunAt) {
  broker_->committed[0] = {.offset = 42};
  make_with(OffsetReset::none, "g");
  EXPECT_EQ(position(), 42);
  EXPECT_EQ(broker_->asked(), (Asked{{0, 42}}));
  EXPECT_TRUE(broker_->listed.empty());
}

TEST_F(ConsumerPositions, WhoseGroupHasNoneBeginsByThePolicy) {
  make_with(OffsetReset::latest, "g");
  EXPECT_EQ(position(), 100);
  EXPECT_EQ(broker_->offset_fetches, 1);
  make_with(OffsetReset::none, "g");
  EXPECT_EQ(poll_code(), ErrorCode::offset_out_of_range);
  broker_->committed[0] = {.offset = 7};
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(position(), 7) << "somebody has committed meanwhile";
}

TEST_F(ConsumerPositions, WhatPassesIsWaitedForAndWhatStaysIsTold) {
  broker_->offset_fetch_error = ErrorCode::coordinator_load_in_progress;
  make_with(OffsetReset::earliest, "g");
  EXPECT_EQ(poll(), Values{});
  broker_->committed[0] = {.offset = 8, .error = ErrorCode::unstable_offset_commit};
  broker_->offset_fetch_error = ErrorCode::none;
  pause();
  EXPECT_EQ(poll(), Values{}) << "a transaction may still change it";
  broker_->committed[0].error = ErrorCode::none;
  pause();
  EXPECT_EQ(position(), 8);
  broker_->offset_fetch_error = ErrorCode::group_authorization_failed;
  make_with(OffsetReset::earliest, "g");
  EXPECT_EQ(poll_code(), ErrorCode::group_authorization_failed);
}

TEST_F(ConsumerPositions, LookupsAreTriedAgainWhereLeadersMove) {
  broker_->places[kEarliest].error = ErrorCode::not_leader_or_follower;
  make_with(OffsetReset::earliest);
  EXPECT_EQ(poll(), Values{});
  broker_->places[kEarliest].error = ErrorCode::none;
  pause();
  EXPECT_EQ(position(), 0);
}

TEST_F(ConsumerPositions, APartitionWithoutLeaderIsWaitedFor) {
  broker_->leaders = {{0, -1}};
  make_with(OffsetReset::earliest);
  EXPECT_EQ(poll(), Values{});
  EXPECT_TRUE(broker_->listed.empty());
  broker_->leaders.clear();
  pause();
  EXPECT_EQ(position(), 0);
}

TEST_F(ConsumerPositions, WaitsAtMostTheApiTimeout) {
  broker_->is_reachable = false;
  make_with(OffsetReset::earliest);
  const SteadyTime before = driver_->now();
  EXPECT_TRUE(core_->position(part(0)).error().is(ClientErrc::timed_out));
  EXPECT_LE(driver_->now() - before, milliseconds(60'000));
  EXPECT_GT(driver_->now() - before, milliseconds(59'000));
}

TEST_F(ConsumerPositions, ATimeWithoutRecordsIsTheEnd) {
  make_with(OffsetReset::none);
  broker_->places[500] = {.offset = 20};
  ASSERT_TRUE(core_->seek_to_time({part(0)}, 500));
  EXPECT_EQ(position(), 20);
  ASSERT_TRUE(core_->seek_to_time({part(0)}, 900));
  EXPECT_EQ(position(), 100);
}

TEST_F(ConsumerPositions, AnOffsetThatIsGoneIsResetByThePolicy) {
  make_with(OffsetReset::latest);
  broker_->answer({{0, {.error = ErrorCode::offset_out_of_range}}});
  broker_->places[kLatest] = {.offset = 60};
  EXPECT_EQ(position(), 100) << "the lookup came before";
  broker_->answer({{0, {.error = ErrorCode::offset_out_of_range}}});
  EXPECT_EQ(position(), 60);
  EXPECT_EQ(broker_->asked(), (Asked{{0, 60}}));
}

TEST_F(ConsumerPositions, AnOffsetThatIsGoneIsAnErrorWithoutAPolicy) {
  make_with(OffsetReset::none);
  ASSERT_TRUE(core_->seek(part(0), 5));
  broker_->answer({{0, {.error = ErrorCode::offset_out_of_range}}});
  const auto error = poll_error();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kafka_code(), ErrorCode::offset_out_of_range);
  EXPECT_NE(error->message().find("t-0 at offset 5"), std::string::npos) << error->message();
  EXPECT_EQ(position(), 5) << "it stays";
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(broker_->asked(), (Asked{{0, 5}})) << "asked about once more";
}

TEST_F(ConsumerPositions, WhatWasFetchedBeforeComesBeforeAReset) {
  make({.auto_offset_reset = OffsetReset::earliest, .max_poll_records = 1});
  ASSERT_TRUE(core_->assign({part(0)}));
  broker_->answer({{0, {batch_of(0, {"a", "b"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  broker_->places[kEarliest] = {.offset = 30};
  broker_->answer({{0, {.error = ErrorCode::offset_out_of_range}}});
  EXPECT_EQ(poll(), Values{"b"});
  pause();
  broker_->answer({{0, {.error = ErrorCode::offset_out_of_range}}});
  EXPECT_EQ(position(), 30);
}

TEST_F(ConsumerPositions, AreCheckedUnderANewLeader) {
  broker_->epoch_ends[0] = {.offset = 10, .leader_epoch = 5};
  make_behind_a_new_leader(OffsetReset::none);
  EXPECT_EQ(poll(), Values{});
  ASSERT_EQ(broker_->epochs_asked.size(), 1U);
  const auto& asked = broker_->epochs_asked[0].topics.at(0).partitions.at(0);
  EXPECT_EQ(asked.leader_epoch, 5);
  EXPECT_EQ(asked.current_leader_epoch, 6);
  EXPECT_EQ(broker_->asked(), (Asked{{0, 10}}));
  broker_->answer({{0, {batch_of(10, {"k"}, {.leader_epoch = LeaderEpoch(6)})}}});
  EXPECT_EQ(poll(), Values{"k"});
  EXPECT_EQ(broker_->asked(), (Asked{{0, 11}}));
  EXPECT_EQ(broker_->epochs_asked.size(), 1U) << "once a leader";
}

TEST_F(ConsumerPositions, OfTheLeadersOwnEpochNeedNoCheck) {
  broker_->committed[0] = {.offset = 10, .leader_epoch = 5};
  make_with(OffsetReset::none, "g");
  EXPECT_EQ(broker_->asked(), (Asked{{0, 10}}));
  EXPECT_TRUE(broker_->epochs_asked.empty());
}

TEST_F(ConsumerPositions, ACutLogIsReadFromWhereItWasCut) {
  broker_->epoch_ends[0] = {.offset = 7, .leader_epoch = 4};
  make_behind_a_new_leader(OffsetReset::latest);
  EXPECT_EQ(position(), 7);
  EXPECT_EQ(broker_->asked(), (Asked{{0, 7}}));
  EXPECT_EQ(broker_->epochs_asked.size(), 1U);
}

TEST_F(ConsumerPositions, ACutLogIsAnErrorWithoutAPolicy) {
  broker_->epoch_ends[0] = {.offset = 7, .leader_epoch = 4};
  make_behind_a_new_leader(OffsetReset::none);
  EXPECT_EQ(poll_code(), ErrorCode::offset_out_of_range);
  EXPECT_EQ(position(), 10) << "it stays";
  EXPECT_EQ(poll_code(), ErrorCode::offset_out_of_range) << "and so does the error";
  EXPECT_TRUE(broker_->fetches.empty());
  ASSERT_TRUE(core_->seek(part(0), 7));
  EXPECT_EQ(broker_->asked(), (Asked{{0, 7}}));
}

TEST_F(ConsumerPositions, WithoutACommonEpochThePolicyDecides) {
  make_behind_a_new_leader(OffsetReset::latest);
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(position(), 100);
}

TEST_F(ConsumerPositions, RecordsThatWereFetchedAheadOfACutAreDropped) {
  make({.auto_offset_reset = OffsetReset::earliest, .max_poll_records = 1});
  ASSERT_TRUE(core_->assign({part(0)}));
  broker_->answer({{0, {batch_of(0, {"a", "b", "c"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  broker_->epoch_ends[0] = {.offset = 2, .leader_epoch = 5};
  broker_->leader_epoch = 6;
  broker_->answer({{0, {.error = ErrorCode::fenced_leader_epoch}}});
  pause();
  EXPECT_EQ(broker_->asked(), (Asked{{0, 1}})) << "from the position on, which is still there";
  broker_->answer({{0, {batch_of(1, {"b"}) + batch_of(2, {"other"})}}});
  EXPECT_EQ(poll(), Values{"b"});
  EXPECT_EQ(poll(), Values{"other"});
}

TEST_F(ConsumerPositions, AChecksRefusalIsTriedAgain) {
  broker_->epoch_ends[0] = {.error = ErrorCode::fenced_leader_epoch};
  make_behind_a_new_leader(OffsetReset::none);
  EXPECT_EQ(poll(), Values{});
  EXPECT_TRUE(broker_->fetches.empty());
  broker_->epoch_ends[0] = {.offset = 10, .leader_epoch = 5};
  pause();
  EXPECT_EQ(broker_->asked(), (Asked{{0, 10}}));
}

}  // namespace
}  // namespace millrace::client
