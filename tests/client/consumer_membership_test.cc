// What a membership asks of its consumer, and when the program hears of it.
#include <array>
#include <thread>

#include "client/scripted_partitions.h"
#include "millrace/client_error.h"

namespace millrace::client {
namespace {

/// Does nothing by itself; the test does, inside the driver.
struct ScriptedMembership final : Membership {
  struct Seen {
    MemberHost* host = nullptr;
    std::vector<Subscription> subscriptions;
    GroupIdentity identity{.group = "g", .member_id = "m", .generation = 3, .instance_id = "i"};
    int polls = 0;
    std::vector<ErrorCode> refused;
    bool has_left = false;
    bool is_abandoned = false;
    bool is_gone = false;
  };

  explicit ScriptedMembership(std::shared_ptr<Seen> seen) : seen_(std::move(seen)) {}
  ~ScriptedMembership() override { seen_->is_gone = true; }

  void subscribe(Subscription subscription) override {
    seen_->subscriptions.push_back(std::move(subscription));
  }
  GroupIdentity identity() const override { return seen_->identity; }
  void on_poll() override { ++seen_->polls; }
  void on_commit_refused(const Error& error) override {
    seen_->refused.push_back(*error.kafka_code());
  }
  Task<void> leave(SteadyTime) override {
    seen_->has_left = true;
    co_return;
  }
  void abandon() override { seen_->is_abandoned = true; }

 private:
  const std::shared_ptr<Seen> seen_;
};

class ConsumerMembership : public ScriptedConsumer {
 protected:
  using Names = std::vector<TopicPartition>;

  ConsumerCore& make_member(millrace::ConsumerOptions options = {}) {
    options.group = "g";
    options.auto_offset_reset = OffsetReset::earliest;
    const auto note = [this](const std::string& what) {
      return [this, what](const Names& partitions) {
        std::string told = what;
        for (const TopicPartition& each : partitions) told += ' ' + std::to_string(each.partition);
        told_.push_back(std::move(told));
        if (const auto inside = std::exchange(inside_, nullptr)) inside();
      };
    };
    options.on_rebalance.assigned = note("assigned");
    options.on_rebalance.revoked = note("revoked");
    if (has_lost_) options.on_rebalance.lost = note("lost");
    make(options, [this](const auto&, MemberHost& host) {
      seen_ = std::make_shared<ScriptedMembership::Seen>();
      seen_->host = &host;
      return std::make_shared<ScriptedMembership>(seen_);
    });
    EXPECT_TRUE(core_->subscribe({.topics = {"t"}}));
    return *core_;
  }
  static Task<void> run(Task<void> task, std::shared_ptr<bool> is_done) {
    co_await task;
    *is_done = true;
  }
  /// Runs a task of the host; whether it has ended.
  template <class Make>
  std::shared_ptr<bool> ask(Make make) {
    auto is_done = std::make_shared<bool>(false);
    driver_->post([this, make, is_done] { spawn(run(make(*seen_->host), is_done)); });
    return is_done;
  }
  std::shared_ptr<bool> assign(const Names& names, bool even_none = false) {
    return ask([=](MemberHost& host) { return host.assign(names, even_none); });
  }
  std::shared_ptr<bool> revoke(const Names& names) {
    return ask([=](MemberHost& host) { return host.revoke(names); });
  }
  std::shared_ptr<bool> lose(const Names& names) {
    return ask([=](MemberHost& host) { return host.lose(names); });
  }
  /// A member that reads partition 0.
  void join(millrace::ConsumerOptions options = {}) {
    make_member(std::move(options));
    const auto is_done = assign({part(0)});
    EXPECT_EQ(poll(), Values{});
    EXPECT_TRUE(*is_done);
    told_.clear();
  }

  std::shared_ptr<ScriptedMembership::Seen> seen_;
  std::vector<std::string> told_;
  /// What the program does inside its next callback.
  std::function<void()> inside_;
  bool has_lost_ = true;
};

using Told = std::vector<std::string>;

TEST_F(ConsumerMembership, PartitionsComeInsideAPoll) {
  make_member();
  ASSERT_EQ(seen_->subscriptions.size(), 1U);
  EXPECT_EQ(seen_->subscriptions[0].topics, std::vector<std::string>{"t"});
  broker_->committed[1] = {.offset = 9};
  const auto is_done = assign({part(0), part(1)});
  EXPECT_FALSE(*is_done);
  EXPECT_TRUE(core_->assignment().empty()) << "not behind the program's back";
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(poll(), Values{});
  EXPECT_TRUE(*is_done);
  EXPECT_EQ(told_, Told{"assigned 0 1"});
  EXPECT_EQ(core_->assignment(), (Names{part(0), part(1)}));
  EXPECT_EQ(seen_->host->assigned(), (Names{part(0), part(1)}));
  EXPECT_EQ(core_->position(part(0)).value(), 0);
  EXPECT_EQ(core_->position(part(1)).value(), 9);
  EXPECT_EQ(core_->statistics().rebalances, 1);
}

TEST_F(ConsumerMembership, AnEmptyAssignmentIsToldWhereAsked) {
  make_member();
  EXPECT_TRUE(*assign({}, false));
  const auto is_done = assign({}, true);
  EXPECT_EQ(poll(), Values{});
  EXPECT_TRUE(*is_done);
  EXPECT_EQ(told_, Told{"assigned"});
}

TEST_F(ConsumerMembership, AnAssignedCallbackMaySeek) {
  make_member();
  inside_ = [this] { EXPECT_TRUE(core_->seek(part(0), 33)); };
  assign({part(0)});
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(broker_->asked(), (Asked{{0, 33}}));
}

TEST_F(ConsumerMembership, APollThatWaitsHearsOfARebalance) {
  make_member();
  driver_->schedule(driver_->now() + milliseconds(10), [&] { assign({part(0)}); });
  ASSERT_TRUE(core_->poll(milliseconds(100)));
  EXPECT_EQ(told_, Told{"assigned 0"});
}

TEST_F(ConsumerMembership, RevokedPartitionsAreCommittedAndTold) {
  join();
  broker_->answer({{0, {batch_of(0, {"a"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  const auto is_done = revoke({part(0)});
  EXPECT_FALSE(*is_done);
  EXPECT_TRUE(broker_->committed_in_order.empty());
  inside_ = [this] {
    EXPECT_EQ(broker_->committed_in_order.size(), 1U) << "before";
    EXPECT_EQ(core_->assignment(), Names{part(0)}) << "still";
    EXPECT_TRUE(core_->commit({{part(0), {.offset = 1, .metadata = "mine"}}}));
  };
  EXPECT_EQ(poll(), Values{});
  EXPECT_TRUE(*is_done);
  EXPECT_EQ(told_, Told{"revoked 0"});
  EXPECT_TRUE(core_->assignment().empty());
  ASSERT_EQ(broker_->committed_as.size(), 2U);
  EXPECT_EQ(broker_->committed_in_order[0].at(part(0)).offset, 1);
  EXPECT_EQ(broker_->committed_as[0].member_id, "m");
  EXPECT_EQ(broker_->committed_as[0].generation, 3);
  EXPECT_EQ(broker_->committed_as[0].instance_id, "i");
}

TEST_F(ConsumerMembership, WhatWasCommittedBeforeIsDecidedBeforePartitionsGo) {
  join({.auto_commit = false});
  broker_->commits_at_once = false;
  core_->commit_async({{part(0), {.offset = 1}}}, {});
  core_->commit_async({{part(0), {.offset = 2}}}, {});
  const auto is_done = revoke({part(0)});
  driver_->schedule(driver_->now() + milliseconds(10), [&] {
    broker_->commits_at_once = true;
    EXPECT_TRUE(told_.empty());
    broker_->answer_commit();
  });
  EXPECT_EQ(poll(), Values{});
  EXPECT_TRUE(*is_done);
  EXPECT_EQ(broker_->committed_in_order.size(), 2U);
}

TEST_F(ConsumerMembership, RevokedAndLostPartitionsAreNotReadAnyMore) {
  join({.auto_commit = false});
  ASSERT_TRUE(*assign({}, false));
  broker_->answer({{0, {batch_of(0, {"a"})}}});
  inside_ = [this] { lose({part(0)}); };
  assign({part(1)});
  EXPECT_EQ(poll(), Values{}) << "although it came while the program was told of another";
  EXPECT_EQ(told_, (Told{"assigned 1", "lost 0"}));
}

TEST_F(ConsumerMembership, LostPartitionsAreNotCommitted) {
  join();
  broker_->answer({{0, {batch_of(0, {"a"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  const auto is_done = lose({part(0)});
  EXPECT_EQ(poll(), Values{});
  EXPECT_TRUE(*is_done);
  EXPECT_EQ(told_, Told{"lost 0"});
  EXPECT_TRUE(broker_->committed_in_order.empty());
  EXPECT_TRUE(core_->assignment().empty());
}

TEST_F(ConsumerMembership, WithoutALostCallbackTheyAreRevoked) {
  has_lost_ = false;
  join();
  lose({part(0)});
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(told_, Told{"revoked 0"});
}

TEST_F(ConsumerMembership, AFailureIsToldUntilTheProgramDoesSomethingElse) {
  join();
  const auto is_done = lose({part(0)});
  driver_->post([&] { seen_->host->fail(kafka_error(ErrorCode::fenced_instance_id, "fenced")); });
  EXPECT_EQ(poll_code(), ErrorCode::fenced_instance_id);
  EXPECT_EQ(told_, Told{"lost 0"}) << "first";
  EXPECT_TRUE(*is_done);
  EXPECT_EQ(poll_code(), ErrorCode::fenced_instance_id);
  ASSERT_TRUE(core_->subscribe({.topics = {"t"}}));
  EXPECT_EQ(seen_->subscriptions.size(), 2U);
  EXPECT_EQ(poll(), Values{});
}

TEST_F(ConsumerMembership, ASubscriptionIsChanged) {
  make_member();
  ASSERT_TRUE(core_->subscribe({.pattern = "t.*"}));
  ASSERT_EQ(seen_->subscriptions.size(), 2U);
  EXPECT_EQ(seen_->subscriptions[1].pattern, "t.*");
  EXPECT_TRUE(core_->assign({part(0)}).error().is(ClientErrc::wrong_state));
  EXPECT_TRUE(core_->subscribe({}).error().is(ClientErrc::invalid_argument));
  EXPECT_TRUE(core_->subscribe({.topics = {"a/b"}}).error().is(ClientErrc::invalid_argument));
}

TEST_F(ConsumerMembership, UnsubscribingGivesEverythingUp) {
  join();
  broker_->answer({{0, {batch_of(0, {"a"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  ASSERT_TRUE(core_->unsubscribe());
  EXPECT_EQ(told_, Told{"revoked 0"});
  EXPECT_EQ(broker_->committed_in_order.size(), 1U);
  EXPECT_TRUE(seen_->has_left && seen_->is_abandoned && seen_->is_gone);
  EXPECT_TRUE(core_->assignment().empty());
  EXPECT_TRUE(core_->assign({part(1)})) << "it may go on by itself";
}

TEST_F(ConsumerMembership, CloseTellsWhatIsLeftAndLeaves) {
  join();
  const auto lost = lose({part(0)});
  ASSERT_TRUE(core_->close(milliseconds(1'000)));
  EXPECT_TRUE(*lost);
  EXPECT_EQ(told_, Told{"lost 0"});
  EXPECT_TRUE(broker_->committed_in_order.empty());
  EXPECT_TRUE(seen_->has_left);
}

TEST_F(ConsumerMembership, CloseEndsWhatWaitsForThePrograms) {
  join();
  const auto coming = assign({part(1)});
  ASSERT_TRUE(core_->close(milliseconds(1'000)));
  EXPECT_TRUE(*coming);
  EXPECT_EQ(told_, Told{"revoked 0"});
}

TEST_F(ConsumerMembership, TheEndOfAConsumerLeavesWithoutCallbacks) {
  join();
  const auto going = revoke({part(0)});
  core_.reset();
  EXPECT_TRUE(*going);
  EXPECT_TRUE(told_.empty());
  EXPECT_TRUE(broker_->committed_in_order.empty());
  EXPECT_TRUE(seen_->has_left && seen_->is_gone);
}

TEST_F(ConsumerMembership, HearsOfRefusedCommits) {
  join({.auto_commit = false});
  broker_->commits_at_once = false;
  core_->commit_async({{part(0), {.offset = 1}}}, {});
  broker_->answer_commit(ErrorCode::coordinator_not_available);
  core_->commit_async({{part(0), {.offset = 1}}}, {});
  broker_->answer_commit(ErrorCode::illegal_generation);
  EXPECT_EQ(seen_->refused, std::vector{ErrorCode::illegal_generation});
}

TEST_F(ConsumerMembership, ACommitOutsideOfTheGroupIsRefused) {
  join({.auto_commit = false});
  seen_->identity.generation = -1;
  EXPECT_EQ(core_->commit().error().kafka_code(), ErrorCode::unknown_member_id);
  EXPECT_TRUE(broker_->committed_in_order.empty());
}

// What a commit is told that came in the middle of a rebalance.
constexpr std::array kOvertaken{ErrorCode::illegal_generation, ErrorCode::rebalance_in_progress,
                                ErrorCode::stale_member_epoch};

TEST_F(ConsumerMembership, ACommitThatWasOvertakenIsRepeatedUnderTheNewGeneration) {
  join({.auto_commit = false});
  for (const ErrorCode code : kOvertaken) {
    SCOPED_TRACE(error_name(code));
    seen_->identity.generation = 3;
    broker_->committed_as.clear();
    broker_->commits_at_once = false;
    driver_->schedule(driver_->now() + milliseconds(10), [&] { broker_->answer_commit(code); });
    driver_->schedule(driver_->now() + milliseconds(500), [&] {
      broker_->answer_commit(code);
      seen_->identity.generation = 4;
      broker_->commits_at_once = true;
    });
    EXPECT_TRUE(core_->commit());
    ASSERT_EQ(broker_->committed_as.size(), 3U);
    EXPECT_EQ(broker_->committed_as[1].generation, 3) << "the member has not heard of it yet";
    EXPECT_EQ(broker_->committed_as[2].generation, 4);
  }
}

TEST_F(ConsumerMembership, ACommitThatWasOvertakenIsToldWhereOthersMayReadByNow) {
  join({.auto_commit = false});
  const auto refused = [this](ErrorCode code, int32_t partition,
                              const std::function<void()>& meanwhile) {
    broker_->commits_at_once = false;
    driver_->schedule(driver_->now() + milliseconds(10), [&] {
      seen_->identity.generation = 4;
      meanwhile();
      broker_->answer_commit(code);
    });
    const auto outcome = core_->commit({{part(partition), {.offset = 7}}});
    return !outcome && outcome.error().is(code) && broker_->commits.empty();
  };
  for (const ErrorCode code : kOvertaken) {
    SCOPED_TRACE(error_name(code));
    EXPECT_TRUE(refused(code, 0, [this] { ++seen_->identity.place; })) << "it has lost its place";
    EXPECT_TRUE(refused(code, 0, [this] { seen_->identity.member_id += 'x'; })) << "it is new";
    EXPECT_TRUE(refused(code, 1, [] {})) << "it does not have that partition";
  }
}

TEST_F(ConsumerMembership, HearsOfPollsThatFindNothingOrComeLate) {
  join({.max_poll_interval = milliseconds(1'000), .max_poll_records = 1});
  const int before = seen_->polls;
  EXPECT_EQ(poll(), Values{});
  EXPECT_EQ(seen_->polls, before + 1);
  broker_->answer({{0, {batch_of(0, {"a", "b"})}}});
  EXPECT_EQ(poll(), Values{"a"});
  EXPECT_EQ(seen_->polls, before + 1) << "nothing to hear on the way of records";
  driver_->pass(milliseconds(1'000));
  EXPECT_EQ(poll(), Values{"b"});
  EXPECT_EQ(seen_->polls, before + 2);
  EXPECT_EQ(seen_->host->last_polled(), driver_->now());
}

TEST_F(ConsumerMembership, MissingTopicsAreTheGroupsBusiness) {
  join();
  broker_->topic_error = ErrorCode::unknown_topic_or_partition;
  broker_->answer({{0, {.error = ErrorCode::unknown_topic_or_partition}}});
  pause();
  EXPECT_EQ(poll(), Values{});
}

TEST_F(ConsumerMembership, IdentityIsTheMembers) {
  join();
  EXPECT_EQ(core_->group_identity().member_id, "m");
  EXPECT_EQ(core_->group_identity().generation, 3);
}

TEST_F(ConsumerMembership, AnotherThreadIsRefusedDuringACall) {
  make_member();
  std::optional<Error> refused;
  inside_ = [&] {
    std::thread other([&] {
      refused = core_->seek(part(0), 0).error();
      core_->wakeup();
    });
    other.join();
    EXPECT_TRUE(core_->seek(part(0), 3)) << "the same thread goes on";
    EXPECT_TRUE(core_->close(milliseconds(0)).error().is(ClientErrc::wrong_state));
    EXPECT_TRUE(core_->unsubscribe().error().is(ClientErrc::wrong_state));
  };
  assign({part(0)});
  (void)core_->poll(milliseconds(0));
  ASSERT_TRUE(refused);
  EXPECT_TRUE(refused->is(ClientErrc::wrong_state));
  EXPECT_EQ(refused->message(), "another thread uses the consumer");
}

}  // namespace
}  // namespace millrace::client
