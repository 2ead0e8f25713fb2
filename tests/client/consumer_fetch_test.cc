// What a consumer asks for, and what it makes of the answers.
#include "client/scripted_partitions.h"
#include "millrace/client_error.h"

namespace millrace::client {
namespace {

class ConsumerFetches : public ScriptedConsumer {};

TEST_F(ConsumerFetches, OneRequestWaitsForAllPartitionsOfALeader) {
  make_reading({part(0), part(1)}, {.isolation = Isolation::read_committed,
                                    .fetch_min_bytes = 7,
                                    .fetch_max_wait = milliseconds(70),
                                    .fetch_max_bytes = 70'000,
                                    .partition_fetch_bytes_max = 7'000});
  EXPECT_EQ(poll(), Values{});
  ASSERT_EQ(broker_->fetches.size(), 1U);
  EXPECT_EQ(broker_->asked(), (Asked{{0, 0}, {1, 0}}));
  const auto& request = broker_->fetches.front().request();
  EXPECT_EQ(request.min_bytes, 7);
  EXPECT_EQ(request.max_wait_ms, 70);
  EXPECT_EQ(request.max_bytes, 70'000);
  EXPECT_EQ(request.isolation_level, 1);
  EXPECT_FALSE(request.topics.at(0).topic_id.is_zero());
  EXPECT_EQ(request.topics.at(0).partitions.at(0).partition_max_bytes, 7'000);
  EXPECT_EQ(request.topics.at(0).partitions.at(0).current_leader_epoch, 5);
  broker_->answer({{1, {batch_of(0, {"a", "b"})}}});
  EXPECT_EQ(poll(), (Values{"a", "b"}));
}

TEST_F(ConsumerFetches, NoPartitionOfALeaderIsAskedAboutWhileOneHasDataThatNobodyBegan) {
  make_reading({part(0), part(1)}, {.max_poll_records = 1});
  broker_->answer({{0, {batch_of(0, {"a", "b"})}}, {1, {batch_of(0, {"c"})}}});
  EXPECT_TRUE(broker_->fetches.empty());
  EXPECT_EQ(poll(), Values{"a"});
  EXPECT_TRUE(broker_->fetches.empty()) << "partition 1 has some";
  EXPECT_EQ(poll(), Values{"b"});
  EXPECT_EQ(poll(), Values{"c"});
  ASSERT_EQ(broker_->fetches.size(), 1U);
  EXPECT_EQ(broker_->asked(), (Asked{{0, 2}, {1, 1}})) << "and now all are";
}

TEST_F(ConsumerFetches, WhatIsBeingPolledIsFetchedAhead) {
  make_reading({part(0)}, {.max_poll_records = 1});
  broker_->answer({{0, {batch_of(0, {"a", "b"}) + batch_of(2, {"c"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  EXPECT_EQ(broker_->asked(), (Asked{{0, 3}})) << "behind what is there";
  broker_->answer({{0, {batch_of(3, {"d"})}}});
  EXPECT_TRUE(broker_->fetches.empty());
  EXPECT_EQ(poll(), Values{"b"});
  EXPECT_EQ(poll(), Values{"c"});
  EXPECT_EQ(core_->position(part(0)).value(), 3);
  EXPECT_EQ(poll(), Values{"d"});
  EXPECT_EQ(broker_->asked(), (Asked{{0, 4}}));
}

TEST_F(ConsumerFetches, APollIsFilledFromSeveralAnswers) {
  make_reading({part(0), part(1)}, {.max_poll_records = 4});
  broker_->answer({{0, {batch_of(0, {"a", "b"})}}, {1, {batch_of(0, {"c", "d", "e"})}}});
  const auto records = core_->poll(milliseconds(0));
  ASSERT_TRUE(records);
  EXPECT_EQ(records->size(), 4U);
  ASSERT_EQ(records->next_offsets().size(), 2U);
  EXPECT_EQ(records->next_offsets().at(part(0)).offset, 2);
  EXPECT_EQ(records->next_offsets().at(part(0)).leader_epoch, 5);
  EXPECT_EQ(records->next_offsets().at(part(1)).offset, 2);
  EXPECT_EQ(poll(), Values{"e"});
}

TEST_F(ConsumerFetches, ASeekDropsWhatWasFetchedAndWhatIsUnderWay) {
  make_reading({part(0)}, {.max_poll_records = 1});
  broker_->answer({{0, {batch_of(0, {"a", "b"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  ASSERT_EQ(broker_->asked(), (Asked{{0, 2}}));
  ASSERT_TRUE(core_->seek(part(0), 50));
  EXPECT_EQ(core_->position(part(0)).value(), 50);
  EXPECT_EQ(core_->statistics().prefetched_bytes, 0);
  ASSERT_EQ(broker_->fetches.size(), 2U) << "it does not wait behind the one that waits";
  EXPECT_EQ(broker_->asked(1), (Asked{{0, 50}}));
  EXPECT_EQ(broker_->fetches[1].request().max_wait_ms, 0);
  broker_->answer({{0, {batch_of(2, {"old"})}}});
  EXPECT_EQ(poll(), Values{});
  broker_->answer({{0, {batch_of(50, {"new"})}}});
  EXPECT_EQ(poll(), Values{"new"});
}

TEST_F(ConsumerFetches, ASecondRequestIsRepeatedWithPollsAndNotByItself) {
  make_reading({part(0)});
  ASSERT_EQ(broker_->fetches.size(), 1U);
  ASSERT_TRUE(core_->assign({part(0), part(1)}));
  ASSERT_EQ(broker_->fetches.size(), 2U);
  EXPECT_EQ(broker_->asked(1), (Asked{{1, 0}}));
  broker_->answer({}, 1);
  EXPECT_EQ(broker_->fetches.size(), 1U);
  EXPECT_EQ(poll(), Values{});
  ASSERT_EQ(broker_->fetches.size(), 2U);
  broker_->answer({}, 1);
  broker_->answer({}, 0);
  ASSERT_EQ(broker_->fetches.size(), 1U);
  EXPECT_EQ(broker_->asked(), (Asked{{0, 0}, {1, 0}})) << "now one waits for both";
}

TEST_F(ConsumerFetches, LeadersAreAskedSideBySide) {
  broker_->leaders = {{1, 2}};
  make_reading({part(0), part(1)});
  ASSERT_EQ(broker_->fetches.size(), 2U);
  EXPECT_NE(broker_->fetches[0].link(), broker_->fetches[1].link());
  broker_->answer({{1, {batch_of(0, {"b"})}}}, 1);
  EXPECT_EQ(poll(), Values{"b"});
  EXPECT_EQ(broker_->asked(1), (Asked{{1, 1}}));
}

TEST_F(ConsumerFetches, TheNextRequestBeginsBehindWhoWasReadLast) {
  broker_->partition_count = 3;
  make_reading({part(0), part(1), part(2)});
  broker_->answer({{0, {batch_of(0, {"a"})}}, {1, {batch_of(0, {"b"})}}});
  EXPECT_EQ(poll(), (Values{"a", "b"}));
  ASSERT_EQ(broker_->fetches.size(), 1U);
  const auto& topic = broker_->fetches[0].request().topics.at(0);
  ASSERT_EQ(topic.partitions.size(), 3U);
  EXPECT_EQ(topic.partitions[0].partition, 2);
}

TEST_F(ConsumerFetches, PrefetchingEndsAtItsLimit) {
  const Bytes batch = batch_of(0, {"a", "b"});
  make_reading({part(0)}, {.max_poll_records = 1, .prefetch_bytes = batch.size() + 10});
  EXPECT_EQ(broker_->fetches.at(0).request().max_bytes, static_cast<int32_t>(batch.size() + 10));
  broker_->answer({{0, {batch}}});
  EXPECT_EQ(core_->statistics().prefetched_bytes, static_cast<int64_t>(batch.size()));
  EXPECT_EQ(poll(), Values{"a"});
  EXPECT_EQ(broker_->fetches.at(0).request().max_bytes, 10) << "what is left";
  broker_->answer({{0, {batch_of(2, {"c"})}}});
  EXPECT_EQ(poll(), Values{"b"});
  EXPECT_EQ(poll(), Values{"c"});
  EXPECT_EQ(broker_->fetches.size(), 1U);
  EXPECT_EQ(core_->statistics().prefetched_bytes, 0);
}

TEST_F(ConsumerFetches, PausedPartitionsGiveTheirRoomUp) {
  const Bytes batch = batch_of(0, {"a"});
  make_reading({part(0), part(1)}, {.prefetch_bytes = batch.size()});
  broker_->answer({{0, {batch}}});
  ASSERT_TRUE(core_->set_paused({part(0)}, true));
  EXPECT_EQ(broker_->asked(), (Asked{{1, 0}}));
  EXPECT_EQ(core_->statistics().prefetched_bytes, 0);
  ASSERT_TRUE(core_->set_paused({part(0)}, false));
  EXPECT_EQ(broker_->asked(1), (Asked{{0, 0}})) << "it is fetched once more";
}

TEST_F(ConsumerFetches, APausedPartitionKeepsWhatItHasAndIsNotAskedAbout) {
  make_reading({part(0), part(1)});
  broker_->answer({{0, {batch_of(0, {"a"})}}, {1, {batch_of(0, {"b"})}}});
  ASSERT_TRUE(core_->set_paused({part(0)}, true));
  EXPECT_EQ(poll(), Values{"b"});
  EXPECT_EQ(broker_->asked(), (Asked{{1, 1}}));
  ASSERT_TRUE(core_->set_paused({part(0)}, false));
  EXPECT_EQ(poll(), Values{"a"});
  EXPECT_EQ(core_->paused().size(), 0U);
}

TEST_F(ConsumerFetches, ABatchWithAWrongChecksumIsToldUntilTheProgramSeeks) {
  make_reading({part(0)});
  Bytes damaged = batch_of(1, {"damaged"});
  damaged.back() ^= std::byte{1};
  broker_->answer({{0, {batch_of(0, {"a"}) + damaged + batch_of(2, {"c"})}}});
  EXPECT_EQ(poll(), Values{"a"}) << "those before it";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(core_->position(part(0)).value(), 1) << "in front of it";
    ASSERT_FALSE(broker_->fetches.empty());
    while (broker_->fetches.size() > 1) broker_->answer({});
    ASSERT_EQ(broker_->asked(), (Asked{{0, 1}})) << "it may have been the network";
    broker_->answer({{0, {damaged + batch_of(2, {"c"})}}});
    const auto error = poll_error();
    ASSERT_TRUE(error);
    EXPECT_TRUE(error->is(ErrorCode::corrupt_message));
    EXPECT_NE(error->message().find("t-0: the batch at offset 1"), std::string::npos)
        << error->message();
  }
  ASSERT_TRUE(core_->seek(part(0), 2));
  broker_->answer({}, 1);
  ASSERT_EQ(broker_->asked(1), (Asked{{0, 2}}));
  broker_->answer({{0, {batch_of(2, {"c"})}}}, 1);
  EXPECT_EQ(poll(), Values{"c"});
}

TEST_F(ConsumerFetches, WithoutChecksNobodySees) {
  make_reading({part(0)}, {.check_crcs = false});
  Bytes damaged = batch_of(0, {"damaged"});
  damaged[damaged.size() - 2] ^= std::byte{1};
  broker_->answer({{0, {damaged}}});
  EXPECT_EQ(poll(), Values{"damagee"});
}

TEST_F(ConsumerFetches, AnAnswerThatGoesNowhereIsAnError) {
  make_reading({part(0)});
  broker_->answer({{0, {Bytes(30)}}});
  EXPECT_EQ(poll_code(), ErrorCode::corrupt_message) << "less than a batch's header";
  make_reading({part(0)});
  ASSERT_TRUE(core_->seek(part(0), 10));
  broker_->fetches.pop_front();
  broker_->answer({{0, {batch_of(3, {"old"})}}}, broker_->fetches.size() - 1);
  EXPECT_EQ(poll_code(), ErrorCode::corrupt_message) << "nothing at the position or behind it";
}

TEST_F(ConsumerFetches, RecordsOfAbortedTransactionsAreNotShown) {
  make_reading({part(0)}, {.isolation = Isolation::read_committed});
  const auto by = [](int64_t base, const std::string& value, int64_t producer) {
    return batch_of(base, {value}, {.is_transactional = true, .producer_id = ProducerId(producer)});
  };
  Bytes marker = record::build_marker_batch(
      {.producer_id = ProducerId(7), .marker = {.type = record::MarkerType::abort}});
  store_be<int64_t>(marker.data(), 2);
  Slice slice{by(0, "aborted", 7) + by(1, "kept", 8) + marker + by(3, "later", 7)};
  slice.aborted.push_back({.producer_id = 7, .first_offset = 0});
  broker_->answer({{0, slice}});
  EXPECT_EQ(poll(), (Values{"kept", "later"}));
  EXPECT_EQ(core_->position(part(0)).value(), 4);
}

TEST_F(ConsumerFetches, APositionPassesWhatIsNotShown) {
  make_reading({part(0)});
  Bytes marker = record::build_marker_batch({.producer_id = ProducerId(7)});
  broker_->answer({{0, {marker}}});
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(core_->position(part(0)).value(), 1);
  EXPECT_EQ(broker_->asked(), (Asked{{0, 1}}));
}

TEST_F(ConsumerFetches, AMovedLeaderIsFoundAgain) {
  for (const ErrorCode moved :
       {ErrorCode::not_leader_or_follower, ErrorCode::fenced_leader_epoch,
        ErrorCode::unknown_leader_epoch, ErrorCode::unknown_topic_id,
        ErrorCode::kafka_storage_error, ErrorCode::unknown_topic_or_partition}) {
    broker_->fetches.clear();
    broker_->leaders.clear();
    make_reading({part(0)});
    const int asked_before = broker_->metadata_requests;
    broker_->answer({{0, {.error = moved}}});
    broker_->leaders = {{0, 2}};
    EXPECT_EQ(poll(), Values{}) << "it heals by itself";
    EXPECT_TRUE(broker_->fetches.empty()) << "not at once";
    pause();
    EXPECT_GT(broker_->metadata_requests, asked_before);
    ASSERT_EQ(broker_->asked(), (Asked{{0, 0}}));
    broker_->answer({{0, {batch_of(0, {"a"})}}});
    EXPECT_EQ(poll(), Values{"a"});
  }
}

TEST_F(ConsumerFetches, ALostConnectionIsMadeAnew) {
  make_reading({part(0)});
  broker_->disconnect();
  broker_->is_reachable = false;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(poll(), Values{}) << "what heals by itself is no error";
    pause();
  }
  EXPECT_TRUE(broker_->fetches.empty());
  broker_->is_reachable = true;
  pause();
  broker_->answer({{0, {batch_of(0, {"a"})}}});
  EXPECT_EQ(poll(), Values{"a"});
}

TEST_F(ConsumerFetches, ASilentBrokerIsLeft) {
  make_reading({part(0)});
  ASSERT_EQ(broker_->fetches.size(), 1U);
  driver_->pass(milliseconds(30'000));
  EXPECT_EQ(broker_->fetches.size(), 1U) << "it may wait before it answers";
  driver_->pass(milliseconds(700));
  EXPECT_EQ(broker_->fetches.size(), 2U);
  EXPECT_NE(broker_->fetches[0].link(), broker_->fetches[1].link());
  EXPECT_EQ(poll(), Values{});
}

TEST_F(ConsumerFetches, RefusalsThatStayAreToldAndAskedAboutAgain) {
  make_reading({part(0), part(1)});
  broker_->answer(
      {{0, {.error = ErrorCode::topic_authorization_failed}}, {1, {batch_of(0, {"b"})}}});
  EXPECT_EQ(poll_code(), ErrorCode::topic_authorization_failed);
  EXPECT_EQ(poll(), Values{"b"}) << "other partitions go on";
  ASSERT_FALSE(broker_->fetches.empty());
  EXPECT_EQ(broker_->asked(), (Asked{{0, 0}, {1, 1}}));
}

TEST_F(ConsumerFetches, ATopicThatIsNotThereIsTold) {
  broker_->topic_error = ErrorCode::unknown_topic_or_partition;
  make_reading({part(0)});
  EXPECT_EQ(poll_code(), ErrorCode::unknown_topic_or_partition);
  pause();
  EXPECT_EQ(poll_code(), ErrorCode::unknown_topic_or_partition);
  broker_->topic_error = ErrorCode::none;
  EXPECT_EQ(poll(), Values{});
  pause();
  EXPECT_EQ(broker_->asked(), (Asked{{0, 0}}));
}

TEST_F(ConsumerFetches, APartitionThatIsNotThereIsTold) {
  make_reading({part(7)});
  for (int i = 0; i < 20 && broker_->metadata_requests < 2; ++i) pause();
  EXPECT_EQ(poll_code(), ErrorCode::unknown_topic_or_partition);
}

TEST_F(ConsumerFetches, AnswersAboutWhatIsNoLongerAssignedAreDropped) {
  make_reading({part(0)});
  ASSERT_TRUE(core_->assign({part(1)}));
  broker_->answer({{0, {batch_of(0, {"a"})}}});
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(core_->statistics().prefetched_bytes, 0);
}

TEST_F(ConsumerFetches, StatisticsCount) {
  make_reading({part(0)});
  broker_->answer({{0, {batch_of(0, {"a", "b"})}}});
  EXPECT_GT(core_->statistics().prefetched_bytes, 0);
  EXPECT_EQ(poll().size(), 2U);
  const ConsumerStatistics statistics = core_->statistics();
  EXPECT_EQ(statistics.records_polled, 2);
  EXPECT_EQ(statistics.fetches, 2);
  EXPECT_GT(statistics.bytes_polled, 2);
  EXPECT_EQ(statistics.prefetched_bytes, 0);
}

}  // namespace
}  // namespace millrace::client
