// Membership by the consumer protocol against a coordinator that answers as each test says.
#include "client/consumer/consumer_member.h"

#include <gtest/gtest.h>

#include "client/scripted_group.h"
#include "millrace/client_error.h"

namespace millrace::client {
namespace {

using Request = wire::ConsumerGroupHeartbeatRequest;
using Response = wire::ConsumerGroupHeartbeatResponse;
using Topics = std::vector<std::string>;
using std::chrono::milliseconds;

constexpr milliseconds kInterval{3'000};

class ConsumerMembers : public ::testing::Test {
 protected:
  ConsumerMembers() {
    beats_.take(*group_);
    group_->add_topic("t", 4);
    group_->add_topic("u", 2);
    options_.group = "g";
    options_.group_protocol = GroupProtocol::consumer;
    options_.allow_auto_create_topics = false;
  }
  ~ConsumerMembers() override {
    if (member_) member_->abandon();
    if (gateway_) gateway_->close();
    host_.is_busy = false;
    host_.poll();
  }

  void subscribe(Subscription subscription = {.topics = {"t"}, .pattern = {}}) {
    gateway_ = std::make_shared<Gateway>(*driver_, group_, client_options_);
    member_ = std::make_shared<ConsumerMember>(gateway_, host_, options_);
    driver_->post([&] { member_->subscribe(std::move(subscription)); });
  }
  void resubscribe(Subscription subscription) {
    driver_->post([&] { member_->subscribe(std::move(subscription)); });
  }
  void poll() {
    driver_->post([this] {
      host_.poll();
      member_->on_poll();
    });
  }
  /// Polls once a second meanwhile.
  void pass(milliseconds time) {
    for (; time > milliseconds(0); time -= milliseconds(1'000)) {
      driver_->pass(std::min(time, milliseconds(1'000)));
      poll();
    }
  }
  void leave() {
    driver_->post([this] {
      spawn([](ConsumerMember& member, SteadyTime deadline) -> Task<void> {
        auto leaving = member.leave(deadline);
        co_await leaving;
      }(*member_, driver_->now() + milliseconds(1'000)));
    });
  }

  using Wanted = std::map<std::string, std::vector<int32_t>>;
  /// Answers a heartbeat, with a new target where one is given.
  void answer(int32_t epoch, std::optional<Wanted> target = std::nullopt) {
    Response response{.member_epoch = epoch, .heartbeat_interval_ms = 3'000};
    if (target) {
      auto& assignment = response.assignment.emplace();
      for (const auto& [topic, partitions] : *target) {
        assignment.topic_partitions.push_back(
            {.topic_id = group_->id_of(topic), .partitions = partitions});
      }
    }
    beats_.answer(std::move(response));
  }
  /// The next heartbeat, which is due at its interval.
  void answer_next(int32_t epoch, std::optional<Wanted> target = std::nullopt) {
    pass(kInterval);
    answer(epoch, std::move(target));
  }
  /// A member in epoch 1 that has these and has told so.
  void join(const Wanted& partitions) {
    subscribe();
    answer(1, partitions);
    answer(1);
    ASSERT_TRUE(beats_.waiting.empty());
    (void)host_.told();
  }
  const Request& last() const { return beats_.requests.back(); }
  /// What the last heartbeat told of partitions: "t-0 t-1", or "-" where it told nothing.
  std::string owned() const {
    if (!last().topic_partitions) return "-";
    std::vector<TopicPartition> partitions;
    for (const auto& [id, numbers] : *last().topic_partitions) {
      const std::string name = id == group_->id_of("t") ? "t" : "u";
      for (const int32_t number : numbers) {
        partitions.push_back({.topic = name, .partition = number});
      }
    }
    return text_of(std::move(partitions));
  }

  const std::shared_ptr<ScriptedDriver> driver_ = std::make_shared<ScriptedDriver>();
  const std::shared_ptr<ScriptedGroup> group_ = std::make_shared<ScriptedGroup>(*driver_);
  Questions<Request, Response> beats_;
  ScriptedHost host_{*driver_};
  ConsumerOptions options_;
  ClientOptions client_options_;
  std::shared_ptr<Gateway> gateway_;
  std::shared_ptr<ConsumerMember> member_;
};

TEST_F(ConsumerMembers, TellsAllFirstAndThenOnlyWhatIsNew) {
  options_.max_poll_interval = milliseconds(60'000);
  options_.remote_assignor = "range";
  subscribe();
  ASSERT_EQ(beats_.requests.size(), 1U);
  const Request first = last();
  EXPECT_EQ(first.group_id, "g");
  EXPECT_TRUE(Uuid::parse(first.member_id)) << "made by the client";
  EXPECT_EQ(first.member_epoch, 0);
  EXPECT_EQ(first.instance_id, std::nullopt);
  EXPECT_EQ(first.rebalance_timeout_ms, 60'000);
  EXPECT_EQ(first.subscribed_topic_names, Topics{"t"});
  EXPECT_EQ(first.subscribed_topic_regex, std::nullopt);
  EXPECT_EQ(first.server_assignor, "range");
  EXPECT_EQ(owned(), "");

  answer(1, Wanted{{"t", {0, 1}}});
  EXPECT_EQ(host_.told(), "assign t-0 t-1");
  ASSERT_EQ(beats_.requests.size(), 2U) << "what it has is told at once";
  EXPECT_EQ(last().member_id, first.member_id);
  EXPECT_EQ(last().member_epoch, 1);
  EXPECT_EQ(last().rebalance_timeout_ms, -1);
  EXPECT_EQ(last().subscribed_topic_names, std::nullopt);
  EXPECT_EQ(last().server_assignor, std::nullopt);
  EXPECT_EQ(owned(), "t-0 t-1");

  answer(2);
  EXPECT_EQ(member_->identity().member_id, first.member_id);
  EXPECT_EQ(member_->identity().generation, 2);
  pass(kInterval);
  ASSERT_EQ(beats_.requests.size(), 3U);
  EXPECT_EQ(last().member_epoch, 2);
  EXPECT_EQ(owned(), "-");
}

TEST_F(ConsumerMembers, BeatsAsOftenAsTheCoordinatorSays) {
  join({{"t", {0}}});
  pass(kInterval - milliseconds(1'000));
  EXPECT_EQ(beats_.requests.size(), 2U);
  pass(milliseconds(1'000));
  EXPECT_EQ(beats_.requests.size(), 3U);
  beats_.answer({.member_epoch = 1, .heartbeat_interval_ms = 10'000});
  pass(milliseconds(9'000));
  EXPECT_EQ(beats_.requests.size(), 3U);
  pass(milliseconds(1'000));
  EXPECT_EQ(beats_.requests.size(), 4U);
}

TEST_F(ConsumerMembers, GivesUpThenTellsThenGets) {
  join({{"t", {0, 1}}});
  host_.is_busy = true;
  answer_next(1, Wanted{{"t", {1}}, {"u", {0}}});
  EXPECT_EQ(host_.told(), "revoke t-0");
  EXPECT_EQ(beats_.requests.size(), 3U);
  driver_->pass(kInterval);
  ASSERT_EQ(beats_.requests.size(), 4U);
  EXPECT_EQ(owned(), "-") << "it still has all of it";
  poll();
  EXPECT_EQ(host_.told(), "assign u-0");
  answer(1);
  ASSERT_EQ(beats_.requests.size(), 5U);
  EXPECT_EQ(owned(), "t-1 u-0") << "what the host begins to read counts already";
  host_.is_busy = false;
  poll();
  answer(2);
  EXPECT_EQ(host_.has(), "t-1 u-0");
}

TEST_F(ConsumerMembers, WhatIsWantedMeanwhileComesNext) {
  join({{"t", {0, 1}}});
  host_.is_busy = true;
  answer_next(1, Wanted{{"t", {1}}, {"u", {0}}});
  driver_->pass(kInterval);
  answer(2, Wanted{{"t", {1, 2}}});
  EXPECT_EQ(host_.told(), "revoke t-0") << "one after the other";
  host_.is_busy = false;
  poll();
  EXPECT_EQ(host_.told(), "assign t-2") << "u-0 is somebody else's by now";
  EXPECT_EQ(host_.has(), "t-1 t-2");
}

TEST_F(ConsumerMembers, TopicsWithoutANameAreWaitedFor) {
  subscribe({.topics = {"t", "u"}, .pattern = {}});
  group_->hides_ids = true;
  answer(1, Wanted{{"t", {0}}});
  EXPECT_EQ(host_.told(), "");
  pass(milliseconds(1'000));
  EXPECT_GT(group_->metadata_requests, 1);
  answer(1);
  EXPECT_EQ(owned(), "");
  group_->hides_ids = false;
  pass(milliseconds(1'000));
  EXPECT_EQ(host_.told(), "assign t-0");
  answer(1);
  group_->hides_ids = true;
  answer_next(2, Wanted{{"t", {0, 1}}, {"u", {0}}});
  EXPECT_EQ(host_.told(), "assign t-1") << "what has a name does not wait for the rest";
  EXPECT_EQ(owned(), "t-0 t-1");
  answer(2);
  group_->hides_ids = false;
  pass(milliseconds(2'000));
  EXPECT_EQ(host_.told(), "assign u-0");
}

TEST_F(ConsumerMembers, NothingIsAddedWhileTheCoordinatorIsToldOfLess) {
  join({{"t", {0}}});
  group_->hides_ids = true;
  answer_next(2, Wanted{{"t", {0}}, {"u", {0}}});
  ASSERT_EQ(beats_.waiting.size(), 1U) << "u is nameless, and the rest is acknowledged";
  EXPECT_EQ(owned(), "t-0");
  group_->hides_ids = false;
  pass(milliseconds(1'000));
  EXPECT_EQ(host_.told(), "");
  answer(2, Wanted{{"t", {0}}});
  EXPECT_EQ(host_.told(), "") << "it was taken back";
}

TEST_F(ConsumerMembers, ATargetThatIsThereAlreadyIsAcknowledged) {
  join({{"t", {0}}});
  host_.is_busy = true;
  answer_next(2, Wanted{{"t", {0, 1}}});
  driver_->pass(kInterval);
  EXPECT_EQ(owned(), "t-0 t-1");
  // It comes and goes before the member gets to it.
  answer(2, Wanted{{"t", {0, 1}}, {"u", {0}}});
  driver_->pass(kInterval);
  answer(2, Wanted{{"t", {0, 1}}});
  host_.is_busy = false;
  poll();
  ASSERT_EQ(beats_.waiting.size(), 1U);
  EXPECT_EQ(owned(), "t-0 t-1") << "the coordinator waits to be told without u-0";
}

TEST_F(ConsumerMembers, ALossDoesNotWaitForNames) {
  join({{"t", {0}}});
  group_->is_silent = true;
  answer_next(2, Wanted{{"t", {0}}, {"u", {0}}});
  pass(kInterval);
  beats_.refuse(ErrorCode::fenced_member_epoch);
  EXPECT_EQ(host_.told(), "lose t-0");
}

TEST_F(ConsumerMembers, NamesAreAskedForAgain) {
  join({{"t", {0}}});
  group_->is_silent = true;
  answer_next(2, Wanted{{"t", {0}}, {"u", {0}}});
  beats_.answer_at_once = [](const Request& request) {
    return Response{.member_epoch = request.member_epoch, .heartbeat_interval_ms = 3'000};
  };
  pass(client_options_.request_timeout);
  group_->is_silent = false;
  EXPECT_EQ(host_.told(), "");
  pass(milliseconds(1'000));
  EXPECT_EQ(host_.told(), "assign u-0");
}

TEST_F(ConsumerMembers, TopicsAreCreatedByWhoSubscribesToThem) {
  options_.allow_auto_create_topics = true;
  subscribe({.topics = {"t", "new"}, .pattern = {}});
  ASSERT_EQ(group_->creations.size(), 1U);
  EXPECT_EQ(group_->creations[0], (Topics{"new", "t"}));
  answer(1, Wanted{{"t", {0}}});
  EXPECT_EQ(group_->metadata_requests, 1) << "the names are known from that";
  answer(1);
  resubscribe({.topics = {"u"}, .pattern = {}});
  EXPECT_EQ(group_->creations.size(), 2U);
}

TEST_F(ConsumerMembers, AFencedMemberLosesAllAndJoinsAnew) {
  for (const ErrorCode error : {ErrorCode::fenced_member_epoch, ErrorCode::unknown_member_id}) {
    SCOPED_TRACE(error_name(error));
    join({{"t", {0, 1}}});
    pass(kInterval);
    const std::string id = last().member_id;
    const uint64_t place = member_->identity().place;
    beats_.refuse(error);
    EXPECT_EQ(host_.told(), "lose t-0 t-1");
    EXPECT_NE(member_->identity().place, place);
    EXPECT_EQ(last().member_epoch, 0) << "at once";
    EXPECT_EQ(last().member_id, id);
    EXPECT_EQ(last().subscribed_topic_names, Topics{"t"});
    EXPECT_EQ(owned(), "");
    EXPECT_EQ(member_->identity().generation, 1) << "its commits are to be refused";
    answer(5, Wanted{{"t", {0}}});
    EXPECT_EQ(host_.told(), "assign t-0");
    EXPECT_TRUE(host_.failures.empty());
    member_->abandon();
    gateway_->close();
    beats_.waiting.clear();
    driver_->post([this] { spawn(host_.lose(host_.assigned())); });
  }
}

TEST_F(ConsumerMembers, AFencedMemberJoinsOnlyWhenAllIsGivenUp) {
  join({{"t", {0}}});
  pass(kInterval);
  host_.is_busy = true;
  beats_.refuse(ErrorCode::fenced_member_epoch);
  driver_->pass(milliseconds(20'000));
  EXPECT_EQ(beats_.requests.size(), 3U);
  poll();
  EXPECT_EQ(beats_.requests.size(), 4U);
  EXPECT_EQ(last().member_epoch, 0);
}

TEST_F(ConsumerMembers, FencedWhileTheProgramIsAskedLosesTheRest) {
  join({{"t", {0, 1}}});
  host_.is_busy = true;
  answer_next(1, Wanted{{"t", {1}}, {"u", {0}}});
  driver_->pass(kInterval);
  beats_.refuse(ErrorCode::fenced_member_epoch);
  EXPECT_EQ(host_.told(), "revoke t-0");
  host_.is_busy = false;
  poll();
  EXPECT_EQ(host_.told(), "lose t-1");
  EXPECT_EQ(last().member_epoch, 0);
}

TEST_F(ConsumerMembers, AMemberThatIsFencedAgainAndAgainPauses) {
  subscribe();
  beats_.answer_at_once = [](const Request&) {
    return Response{.error_code = ErrorCode::unknown_member_id};
  };
  beats_.refuse(ErrorCode::unknown_member_id);
  pass(milliseconds(10'000));
  EXPECT_GT(beats_.requests.size(), 5U);
  EXPECT_LT(beats_.requests.size(), 20U);
}

TEST_F(ConsumerMembers, AfterAFailureAllIsToldAgain) {
  join({{"t", {0}}});
  pass(kInterval);
  beats_.hang_up(*group_);
  pass(milliseconds(1'000));
  ASSERT_EQ(beats_.requests.size(), 4U);
  EXPECT_EQ(group_->coordinator_requests, 2);
  EXPECT_EQ(last().member_epoch, 1);
  EXPECT_EQ(last().rebalance_timeout_ms, options_.max_poll_interval.count());
  EXPECT_EQ(last().subscribed_topic_names, Topics{"t"});
  EXPECT_EQ(owned(), "t-0");
  answer(1, Wanted{{"t", {0}}});
  EXPECT_EQ(host_.told(), "");
}

TEST_F(ConsumerMembers, ACoordinatorThatMovedIsFoundAgain) {
  subscribe();
  beats_.refuse(ErrorCode::not_coordinator);
  pass(milliseconds(1'000));
  EXPECT_EQ(group_->coordinator_requests, 2);
  beats_.refuse(ErrorCode::coordinator_load_in_progress);
  pass(milliseconds(1'000));
  EXPECT_EQ(group_->coordinator_requests, 2);
  beats_.refuse(ErrorCode::coordinator_not_available);
  pass(milliseconds(1'000));
  EXPECT_EQ(group_->coordinator_requests, 3);
  EXPECT_EQ(beats_.requests.size(), 4U);
  EXPECT_TRUE(host_.failures.empty());
}

TEST_F(ConsumerMembers, ASilentCoordinatorIsALostOne) {
  join({{"t", {0}}});
  pass(kInterval);
  pass(client_options_.request_timeout + milliseconds(1'000));
  EXPECT_EQ(beats_.requests.size(), 4U);
  EXPECT_EQ(host_.told(), "");
}

TEST_F(ConsumerMembers, WhatCannotHealIsToldOnceAndAllIsLost) {
  for (const ErrorCode error :
       {ErrorCode::unreleased_instance_id, ErrorCode::fenced_instance_id,
        ErrorCode::unsupported_version, ErrorCode::unsupported_assignor,
        ErrorCode::group_id_not_found, ErrorCode::group_authorization_failed,
        ErrorCode::group_max_size_reached, ErrorCode::invalid_request,
        ErrorCode::invalid_regular_expression}) {
    SCOPED_TRACE(error_name(error));
    ScriptedHost host(*driver_);
    const auto gateway = std::make_shared<Gateway>(*driver_, group_, client_options_);
    const auto member = std::make_shared<ConsumerMember>(gateway, host, options_);
    driver_->post([&] { member->subscribe({.topics = {"t"}, .pattern = {}}); });
    answer(1, Wanted{{"t", {0}}});
    const size_t asked = beats_.requests.size();
    beats_.refuse(error);
    driver_->pass(milliseconds(60'000));
    ASSERT_EQ(host.failures.size(), 1U);
    EXPECT_EQ(host.failures[0].kafka_code(), error);
    EXPECT_EQ(host.told(), "assign t-0; lose t-0");
    EXPECT_EQ(beats_.requests.size(), asked);
    driver_->post([&] { member->subscribe({.topics = {"t"}, .pattern = {}}); });
    EXPECT_EQ(beats_.requests.size(), asked + 1) << "subscribing again begins anew";
    member->abandon();
    beats_.waiting.clear();
  }
}

TEST_F(ConsumerMembers, AnotherSubscriptionIsToldAtOnce) {
  join({{"t", {0}}});
  resubscribe({.topics = {"t"}, .pattern = {}});
  EXPECT_TRUE(beats_.waiting.empty()) << "the same one is not";
  resubscribe({.topics = {"u"}, .pattern = {}});
  ASSERT_EQ(beats_.waiting.size(), 1U);
  EXPECT_EQ(last().subscribed_topic_names, Topics{"u"});
  EXPECT_EQ(last().member_epoch, 1);
  EXPECT_EQ(owned(), "-");
  answer(1, Wanted{});
  EXPECT_EQ(host_.told(), "revoke t-0");
  EXPECT_EQ(owned(), "");
}

TEST_F(ConsumerMembers, APatternIsTheCoordinatorsToMatch) {
  subscribe({.topics = {}, .pattern = "t.*"});
  EXPECT_EQ(last().subscribed_topic_regex, "t.*");
  EXPECT_EQ(last().subscribed_topic_names, Topics{});
  answer(1, Wanted{{"t", {0}}});
  EXPECT_EQ(host_.told(), "assign t-0");
  answer(1);
  resubscribe({.topics = {"u"}, .pattern = {}});
  EXPECT_EQ(last().subscribed_topic_regex, "") << "that takes it back";
  EXPECT_EQ(last().subscribed_topic_names, Topics{"u"});
}

TEST_F(ConsumerMembers, WhoDoesNotPollLeaves) {
  join({{"t", {0}}});
  beats_.answer_at_once = [](const Request& request) {
    return Response{.member_epoch = request.member_epoch, .heartbeat_interval_ms = 3'000};
  };
  driver_->pass(options_.max_poll_interval - milliseconds(1));
  EXPECT_EQ(last().member_epoch, 1);
  driver_->pass(milliseconds(1));
  EXPECT_EQ(last().member_epoch, -1);
  EXPECT_EQ(host_.told(), "lose t-0") << "its records must not be handed out any more";
  const size_t asked = beats_.requests.size();
  driver_->pass(milliseconds(600'000));
  EXPECT_EQ(beats_.requests.size(), asked);
  beats_.answer_at_once = nullptr;
  poll();
  ASSERT_EQ(beats_.requests.size(), asked + 1);
  EXPECT_EQ(last().member_epoch, 0);
}

TEST_F(ConsumerMembers, StaticMembersLeaveForAWhile) {
  options_.group_instance_id = "i";
  join({{"t", {0}}});
  EXPECT_EQ(last().instance_id, "i");
  leave();
  ASSERT_EQ(beats_.requests.size(), 3U);
  EXPECT_EQ(last().member_epoch, -2);
  EXPECT_EQ(last().instance_id, "i");
}

TEST_F(ConsumerMembers, LeavesOnce) {
  join({{"t", {0}}});
  const std::string id = last().member_id;
  leave();
  ASSERT_EQ(beats_.requests.size(), 3U);
  EXPECT_EQ(last().member_epoch, -1);
  EXPECT_EQ(last().member_id, id);
  beats_.answer({.member_epoch = -1});
  pass(milliseconds(60'000));
  EXPECT_EQ(beats_.requests.size(), 3U);
  EXPECT_EQ(host_.told(), "");
  EXPECT_EQ(member_->identity().generation, -1);
  resubscribe({.topics = {"t"}, .pattern = {}});
  ASSERT_EQ(beats_.requests.size(), 4U) << "it can come back";
  EXPECT_EQ(last().member_epoch, 0);
}

TEST_F(ConsumerMembers, ARefusedCommitAsksWhatBecameOfTheMember) {
  join({{"t", {0}}});
  driver_->post(
      [this] { member_->on_commit_refused(kafka_error(ErrorCode::stale_member_epoch, "no")); });
  ASSERT_EQ(beats_.requests.size(), 3U);
  answer(2);
  EXPECT_EQ(member_->identity().generation, 2);
  driver_->post(
      [this] { member_->on_commit_refused(kafka_error(ErrorCode::message_too_large, "no")); });
  EXPECT_EQ(beats_.requests.size(), 3U);
}

TEST_F(ConsumerMembers, AfterAbandonTheHostIsNotAsked) {
  for (int stage = 0; stage < 4; ++stage) {
    SCOPED_TRACE(stage);
    auto host = std::make_unique<ScriptedHost>(*driver_);
    host->is_busy = stage == 2;
    auto gateway = std::make_shared<Gateway>(*driver_, group_, client_options_);
    auto member = std::make_shared<ConsumerMember>(gateway, *host, options_);
    driver_->post([&] { member->subscribe({.topics = {"t"}, .pattern = {}}); });
    if (stage == 1) group_->hides_ids = true;
    if (stage > 0) answer(1, Wanted{{"t", {0}}});
    if (stage == 3) answer(1);
    driver_->post([&] { member->abandon(); });
    host->poll();
    host.reset();
    const std::weak_ptr<ConsumerMember> watched = member;
    member.reset();
    gateway->close();
    driver_->pass(milliseconds(1'000));
    EXPECT_TRUE(watched.expired());
    beats_.waiting.clear();
    group_->hides_ids = false;
  }
}

}  // namespace
}  // namespace millrace::client
