// How a consumer's commits reach its group: order, refusals, moments.
#include "client/scripted_partitions.h"
#include "millrace/client_error.h"

namespace millrace::client {
namespace {

Offsets at(int64_t offset) { return {{part(0), {.offset = offset}}}; }

class ConsumerCommits : public ScriptedConsumer {
 protected:
  ConsumerCore& make_committing(millrace::ConsumerOptions options = {}) {
    options.group = "g";
    return make_reading({part(0), part(1)}, std::move(options));
  }
  /// The first partition's offsets, in the order of the commits that were answered.
  std::vector<int64_t> committed() {
    std::vector<int64_t> offsets;
    for (const Offsets& each : broker_->committed_in_order) {
      const auto first = each.find(part(0));
      offsets.push_back(first == each.end() ? -1 : first->second.offset);
    }
    return offsets;
  }
  CommitCallback note(const std::string& name) {
    return [this, name](const Result<void>& outcome) {
      const auto code = outcome ? ErrorCode::none : outcome.error().kafka_code().value();
      told_.emplace_back(name, code);
    };
  }
  using Told = std::vector<std::pair<std::string, ErrorCode>>;
  Told told_;
};

TEST_F(ConsumerCommits, ComeAsFromNobodyWhereTheConsumerIsNoMember) {
  make_committing({.auto_commit = false});
  ASSERT_TRUE(core_->commit({{part(0), {.offset = 3, .metadata = "m", .leader_epoch = 4}}}));
  ASSERT_EQ(broker_->committed_as.size(), 1U);
  EXPECT_EQ(broker_->committed_as[0].group, "g");
  EXPECT_EQ(broker_->committed_as[0].member_id, "");
  EXPECT_EQ(broker_->committed_as[0].generation, -1);
  const auto& sent = broker_->committed_in_order.at(0).at(part(0));
  EXPECT_EQ(sent.offset, 3);
  EXPECT_EQ(sent.metadata, "m");
  EXPECT_EQ(sent.leader_epoch, 4);
  EXPECT_EQ(core_->group_identity().group, "g");
  EXPECT_EQ(core_->statistics().commits, 1);
}

TEST_F(ConsumerCommits, OfAllPositionsNameWhatWasPolled) {
  make_committing({.auto_commit = false, .max_poll_records = 1});
  broker_->answer({{0, {batch_of(0, {"a", "b"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  ASSERT_TRUE(core_->commit());
  const Offsets& sent = broker_->committed_in_order.at(0);
  EXPECT_EQ(sent.at(part(0)).offset, 1) << "not what was only fetched";
  EXPECT_EQ(sent.at(part(0)).leader_epoch, 5);
  EXPECT_EQ(sent.at(part(1)).offset, 0);
}

TEST_F(ConsumerCommits, KeepTheirOrderOneAtATime) {
  make_committing({.auto_commit = false});
  broker_->commits_at_once = false;
  core_->commit_async(at(1), note("first"));
  core_->commit_async(at(2), note("second"));
  EXPECT_EQ(broker_->commits.size(), 1U);
  EXPECT_TRUE(told_.empty());
  broker_->answer_commit();
  EXPECT_EQ(broker_->commits.size(), 1U);
  EXPECT_TRUE(told_.empty()) << "not before the program calls";
  broker_->commits_at_once = true;
  broker_->answer_commit(ErrorCode::offset_metadata_too_large);
  ASSERT_TRUE(core_->commit(at(3)));
  EXPECT_EQ(committed(), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(told_,
            (Told{{"first", ErrorCode::none}, {"second", ErrorCode::offset_metadata_too_large}}));
}

TEST_F(ConsumerCommits, CallbacksRunInsideAPoll) {
  make_committing({.auto_commit = false});
  core_->commit_async(at(1), note("a"));
  core_->commit_async(at(2), {});
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(told_, (Told{{"a", ErrorCode::none}}));
  EXPECT_EQ(committed(), (std::vector<int64_t>{1, 2}));
}

TEST_F(ConsumerCommits, ACallbackMayCommitButNotPoll) {
  make_committing({.auto_commit = false});
  Result<void> inner;
  std::optional<Error> refused;
  core_->commit_async(at(1), [&](const Result<void>&) {
    inner = core_->commit(at(2));
    refused = poll_error();
  });
  const auto polled = core_->poll(milliseconds(0));
  EXPECT_TRUE(polled);
  EXPECT_TRUE(inner);
  ASSERT_TRUE(refused);
  EXPECT_TRUE(refused->is(ClientErrc::wrong_state));
  EXPECT_EQ(committed(), (std::vector<int64_t>{1, 2}));
}

TEST_F(ConsumerCommits, WhatPassesIsTriedAgainWhereTheProgramWaits) {
  make_committing({.auto_commit = false});
  for (const ErrorCode passing :
       {ErrorCode::not_coordinator, ErrorCode::coordinator_not_available,
        ErrorCode::coordinator_load_in_progress, ErrorCode::request_timed_out}) {
    broker_->commits_at_once = false;
    driver_->schedule(driver_->now() + milliseconds(10), [&, passing] {
      broker_->answer_commit(passing);
      broker_->commits_at_once = true;
    });
    const size_t before = broker_->committed_in_order.size();
    EXPECT_TRUE(core_->commit(at(1))) << static_cast<int>(passing);
    EXPECT_EQ(broker_->committed_in_order.size(), before + 2);
  }
}

TEST_F(ConsumerCommits, WhatStaysIsToldAtOnce) {
  make_committing({.auto_commit = false});
  broker_->commits_at_once = false;
  for (const ErrorCode code :
       {ErrorCode::illegal_generation, ErrorCode::unknown_member_id, ErrorCode::fenced_instance_id,
        ErrorCode::rebalance_in_progress, ErrorCode::stale_member_epoch,
        ErrorCode::group_authorization_failed, ErrorCode::offset_metadata_too_large}) {
    driver_->schedule(driver_->now() + milliseconds(10), [&] { broker_->answer_commit(code); });
    const auto outcome = core_->commit(at(1));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kafka_code(), code);
    EXPECT_TRUE(broker_->commits.empty());
  }
}

TEST_F(ConsumerCommits, WithoutWaitingNothingIsRepeated) {
  make_committing({.auto_commit = false});
  broker_->commits_at_once = false;
  core_->commit_async(at(1), note("a"));
  broker_->answer_commit(ErrorCode::coordinator_not_available);
  pause();
  EXPECT_TRUE(broker_->commits.empty());
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(told_, (Told{{"a", ErrorCode::coordinator_not_available}}));
}

TEST_F(ConsumerCommits, WaitAtMostTheApiTimeout) {
  make_committing({.auto_commit = false});
  broker_->commits_at_once = false;
  const SteadyTime before = driver_->now();
  const auto outcome = core_->commit(at(1));
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(ClientErrc::timed_out)) << outcome.error().to_string();
  EXPECT_LE(driver_->now() - before, milliseconds(60'000));
}

TEST_F(ConsumerCommits, AreEndedByAWakeup) {
  make_committing({.auto_commit = false});
  broker_->commits_at_once = false;
  driver_->schedule(driver_->now() + milliseconds(10), [&] { core_->wakeup(); });
  EXPECT_TRUE(core_->commit(at(1)).error().is(ClientErrc::interrupted));
  EXPECT_TRUE(core_->poll(milliseconds(0))) << "once";
}

TEST_F(ConsumerCommits, OffsetsThatCannotBeAreRefused) {
  make_committing({.auto_commit = false});
  EXPECT_TRUE(core_->commit(at(-1)).error().is(ClientErrc::invalid_argument));
  std::optional<Error> told;
  core_->commit_async(at(-1), [&](const Result<void>& outcome) { told = outcome.error(); });
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->is(ClientErrc::invalid_argument));
  EXPECT_TRUE(broker_->committed_in_order.empty());
}

TEST_F(ConsumerCommits, ByThemselvesNameWhatEarlierPollsHandedOut) {
  make_committing({.auto_commit_interval = milliseconds(1'000), .max_poll_records = 1});
  broker_->answer({{0, {batch_of(0, {"a", "b", "c"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  driver_->pass(milliseconds(1'000));
  EXPECT_TRUE(committed().empty()) << "the program may not have done it yet";
  EXPECT_EQ(poll(), Values{"b"});
  EXPECT_EQ(committed(), (std::vector<int64_t>{1}));
  EXPECT_EQ(poll(), Values{"c"});
  EXPECT_EQ(committed().size(), 1U) << "once an interval";
  driver_->pass(milliseconds(1'000));
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(committed(), (std::vector<int64_t>{1, 3}));
}

TEST_F(ConsumerCommits, ByThemselvesAreRepeatedSoonAfterWhatPasses) {
  make_committing({.auto_commit_interval = milliseconds(60'000)});
  EXPECT_EQ(poll(), Values{});
  driver_->pass(milliseconds(60'000));
  broker_->commits_at_once = false;
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(poll(), Values{});
  ASSERT_EQ(broker_->commits.size(), 1U) << "one at a time";
  broker_->answer_commit(ErrorCode::coordinator_load_in_progress);
  EXPECT_EQ(poll(), Values{});
  EXPECT_TRUE(broker_->commits.empty());
  driver_->pass(milliseconds(100));
  EXPECT_EQ(poll(), Values{});
  ASSERT_EQ(broker_->commits.size(), 1U);
  broker_->answer_commit();
}

TEST_F(ConsumerCommits, WhoIsAssignedNoMoreIsCommitted) {
  make_committing();
  broker_->answer({{0, {batch_of(0, {"a"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  ASSERT_TRUE(core_->assign({part(1)}));
  ASSERT_EQ(broker_->committed_in_order.size(), 1U);
  EXPECT_EQ(broker_->committed_in_order[0].size(), 1U);
  EXPECT_EQ(committed(), (std::vector<int64_t>{1}));
  ASSERT_TRUE(core_->unsubscribe());
  EXPECT_TRUE(broker_->committed_in_order.at(1).contains(part(1)));
}

TEST_F(ConsumerCommits, CloseWaitsForThemAndCommitsAtLast) {
  make_committing();
  broker_->answer({{0, {batch_of(0, {"a"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  broker_->commits_at_once = false;
  core_->commit_async(at(0), note("a"));
  driver_->schedule(driver_->now() + milliseconds(10), [&] {
    broker_->commits_at_once = true;
    broker_->answer_commit();
  });
  ASSERT_TRUE(core_->close(milliseconds(1'000)));
  EXPECT_EQ(committed(), (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(told_, (Told{{"a", ErrorCode::none}}));
}

TEST_F(ConsumerCommits, CloseGivesUpAtItsLimit) {
  make_committing();
  broker_->answer({{0, {batch_of(0, {"a"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  broker_->commits_at_once = false;
  const SteadyTime before = driver_->now();
  EXPECT_TRUE(core_->close(milliseconds(500)).error().is(ClientErrc::timed_out));
  EXPECT_LE(driver_->now() - before, milliseconds(500));
  EXPECT_TRUE(core_->poll(milliseconds(0)).error().is(ClientErrc::closed));
}

TEST_F(ConsumerCommits, TheEndOfAConsumerCommitsNothing) {
  make_committing();
  broker_->answer({{0, {batch_of(0, {"a"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  core_.reset();
  EXPECT_TRUE(broker_->committed_in_order.empty());
  EXPECT_TRUE(broker_->commits.empty());
}

TEST_F(ConsumerCommits, WhatIsCommittedIsAsked) {
  make_committing({.auto_commit = false});
  broker_->committed = {{0, {.offset = 4, .leader_epoch = 2}}};
  const auto committed = core_->committed({part(1), part(0)});
  ASSERT_TRUE(committed) << committed.error().to_string();
  ASSERT_EQ(committed->size(), 1U);
  EXPECT_EQ(committed->at(part(0)).offset, 4);
  EXPECT_EQ(committed->at(part(0)).leader_epoch, 2);
  broker_->offset_fetch_error = ErrorCode::group_authorization_failed;
  EXPECT_EQ(core_->committed({part(0)}).error().kafka_code(),
            ErrorCode::group_authorization_failed);
}

}  // namespace
}  // namespace millrace::client
