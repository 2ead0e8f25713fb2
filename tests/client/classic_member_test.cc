// Membership by the classic protocol against a coordinator that answers as each test says.
#include "client/consumer/classic_member.h"

#include <gtest/gtest.h>

#include "client/scripted_group.h"
#include "millrace/client_error.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/leave_group.h"

namespace millrace::client {
namespace {

using Partitions = std::vector<TopicPartition>;
using Topics = std::vector<std::string>;
using std::chrono::milliseconds;

class ClassicMembers : public ::testing::Test {
 protected:
  ClassicMembers() {
    joins_.take(*group_);
    syncs_.take(*group_);
    beats_.take(*group_);
    leaves_.take(*group_);
    beats_.answer_at_once = [this](const auto&) {
      return wire::HeartbeatResponse{.error_code = heartbeat_error_};
    };
    leaves_.answer_at_once = [](const auto&) { return wire::LeaveGroupResponse{}; };
    group_->add_topic("t", 2);
    options_.group = "g";
    options_.assignors = {Assignor::range};
  }
  ~ClassicMembers() override {
    if (member_) member_->abandon();
    if (gateway_) gateway_->close();
    host_.is_busy = false;
    host_.poll();
  }

  /// A member that asks to join.
  void subscribe(Subscription subscription = {.topics = {"t"}, .pattern = {}}) {
    gateway_ = std::make_shared<Gateway>(*driver_, group_, client_options_);
    member_ = std::make_shared<ClassicMember>(gateway_, host_, options_);
    driver_->post([&] { member_->subscribe(std::move(subscription)); });
  }
  void resubscribe(Topics topics) {
    driver_->post([&] { member_->subscribe({.topics = std::move(topics), .pattern = {}}); });
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
      spawn([](ClassicMember& member, SteadyTime deadline) -> Task<void> {
        auto leaving = member.leave(deadline);
        co_await leaving;
      }(*member_, driver_->now() + milliseconds(1'000)));
    });
  }

  /// Answers a JoinGroup: somebody else leads.
  void let_in(int32_t generation, const std::string& protocol = "range") {
    joins_.answer({.generation_id = generation,
                   .protocol_type = "consumer",
                   .protocol_name = protocol,
                   .leader = "somebody",
                   .member_id = "m"});
  }
  /// Answers a JoinGroup: the member leads itself and others.
  void let_lead(int32_t generation, std::vector<wire::JoinGroupResponse::Member> others = {},
                const std::string& protocol = "range") {
    wire::JoinGroupResponse response{.generation_id = generation,
                                     .protocol_type = "consumer",
                                     .protocol_name = protocol,
                                     .leader = "m",
                                     .member_id = "m",
                                     .members = std::move(others)};
    for (const auto& offered : joins_.requests.back().protocols) {
      if (offered.name != protocol) continue;
      response.members.push_back({.member_id = "m", .metadata = offered.metadata});
    }
    joins_.answer(std::move(response));
  }
  void assign(const Partitions& partitions) {
    syncs_.answer({.assignment = encode_assignment(partitions)});
  }
  /// Becomes a member with these partitions; the id is asked for first, as with a real broker.
  void join(const Partitions& partitions, int32_t generation = 1,
            const std::string& protocol = "range") {
    subscribe();
    give_id();
    let_in(generation, protocol);
    assign(partitions);
    (void)host_.told();
    EXPECT_EQ(beats_.requests.size(), 1U) << "the session begins now";
    beats_.requests.clear();
  }
  void give_id() { joins_.answer({.error_code = ErrorCode::member_id_required, .member_id = "m"}); }
  void rebalance() {
    heartbeat_error_ = ErrorCode::rebalance_in_progress;
    pass(options_.heartbeat_interval);
    heartbeat_error_ = ErrorCode::none;
  }
  MemberSubscription offered(size_t protocol = 0) {
    return decode_subscription(joins_.requests.back().protocols.at(protocol).metadata).value();
  }

  const std::shared_ptr<ScriptedDriver> driver_ = std::make_shared<ScriptedDriver>();
  const std::shared_ptr<ScriptedGroup> group_ = std::make_shared<ScriptedGroup>(*driver_);
  Questions<wire::JoinGroupRequest, wire::JoinGroupResponse> joins_;
  Questions<wire::SyncGroupRequest, wire::SyncGroupResponse> syncs_;
  Questions<wire::HeartbeatRequest, wire::HeartbeatResponse> beats_;
  Questions<wire::LeaveGroupRequest, wire::LeaveGroupResponse> leaves_;
  ErrorCode heartbeat_error_ = ErrorCode::none;
  ScriptedHost host_{*driver_};
  ConsumerOptions options_;
  ClientOptions client_options_;
  std::shared_ptr<Gateway> gateway_;
  std::shared_ptr<ClassicMember> member_;
};

TEST_F(ClassicMembers, JoinsWithTheIdThatItIsGiven) {
  options_.session_timeout = milliseconds(10'000);
  options_.max_poll_interval = milliseconds(60'000);
  options_.assignors = {Assignor::range, Assignor::roundrobin};
  subscribe();
  ASSERT_EQ(joins_.requests.size(), 1U);
  const auto& first = joins_.requests[0];
  EXPECT_EQ(first.group_id, "g");
  EXPECT_EQ(first.member_id, "");
  EXPECT_EQ(first.group_instance_id, std::nullopt);
  EXPECT_EQ(first.session_timeout_ms, 10'000);
  EXPECT_EQ(first.rebalance_timeout_ms, 60'000);
  EXPECT_EQ(first.protocol_type, "consumer");
  ASSERT_EQ(first.protocols.size(), 2U);
  EXPECT_EQ(first.protocols[0].name, "range");
  EXPECT_EQ(first.protocols[1].name, "roundrobin");
  EXPECT_EQ(offered(1).topics, Topics{"t"});

  give_id();
  ASSERT_EQ(joins_.requests.size(), 2U);
  EXPECT_EQ(joins_.requests[1].member_id, "m");
  let_in(7);
  ASSERT_EQ(syncs_.requests.size(), 1U);
  EXPECT_EQ(syncs_.requests[0].generation_id, 7);
  EXPECT_EQ(syncs_.requests[0].member_id, "m");
  EXPECT_EQ(syncs_.requests[0].protocol_name, "range");
  EXPECT_TRUE(syncs_.requests[0].assignments.empty());
  assign({{"t", 1}});
  EXPECT_EQ(host_.told(), "assign t-1");
  EXPECT_EQ(member_->identity().group, "g");
  EXPECT_EQ(member_->identity().member_id, "m");
  EXPECT_EQ(member_->identity().generation, 7);
  EXPECT_TRUE(host_.failures.empty());
}

TEST_F(ClassicMembers, TheLeaderSharesOut) {
  group_->add_topic("u", 3);
  subscribe();
  let_lead(1,
           {{.member_id = "a", .metadata = encode_subscription({.topics = {"t", "u", "gone"}})}});
  ASSERT_EQ(syncs_.requests.size(), 1U);
  std::map<std::string, std::string> shares;
  for (const auto& [member, share] : syncs_.requests[0].assignments) {
    shares[member] = text_of(decode_assignment(share).value());
  }
  EXPECT_EQ(shares["a"], "t-0 u-0 u-1 u-2");
  EXPECT_EQ(shares["m"], "t-1");
}

TEST_F(ClassicMembers, AStaticLeaderThatIsBackLeavesTheSharesAsTheyAre) {
  options_.group_instance_id = "i";
  subscribe();
  EXPECT_EQ(joins_.requests.at(0).group_instance_id, "i");
  joins_.answer({.generation_id = 3,
                 .protocol_type = "consumer",
                 .protocol_name = "range",
                 .leader = "m",
                 .skip_assignment = true,
                 .member_id = "m",
                 .members = {{.member_id = "m",
                              .group_instance_id = "i",
                              .metadata = encode_subscription({.topics = {"t"}})}}});
  ASSERT_EQ(syncs_.requests.size(), 1U);
  EXPECT_EQ(syncs_.requests[0].group_instance_id, "i");
  EXPECT_TRUE(syncs_.requests[0].assignments.empty());
  assign({{"t", 0}, {"t", 1}});
  // It watches the topics all the same.
  group_->grow_topic("t", 3);
  pass(client_options_.metadata_max_age);
  EXPECT_EQ(joins_.requests.size(), 2U);
}

TEST_F(ClassicMembers, HeartbeatsGoOnByThemselves) {
  join({{"t", 0}}, 4);
  pass(options_.heartbeat_interval - milliseconds(1'000));
  EXPECT_TRUE(beats_.requests.empty());
  pass(milliseconds(1'000));
  ASSERT_EQ(beats_.requests.size(), 1U);
  EXPECT_EQ(beats_.requests[0].generation_id, 4);
  EXPECT_EQ(beats_.requests[0].member_id, "m");
  pass(10 * options_.heartbeat_interval);
  EXPECT_EQ(beats_.requests.size(), 11U);
  EXPECT_EQ(joins_.requests.size(), 2U);
}

TEST_F(ClassicMembers, EagerMembersGiveAllUpAndGetAllAnew) {
  join({{"t", 0}, {"t", 1}});
  rebalance();
  EXPECT_EQ(host_.told(), "revoke t-0 t-1");
  ASSERT_EQ(joins_.requests.size(), 3U);
  EXPECT_EQ(joins_.requests.back().member_id, "m");
  EXPECT_TRUE(offered().owned.empty());
  let_in(2);
  assign({{"t", 1}});
  EXPECT_EQ(host_.told(), "assign t-1");
  rebalance();
  let_in(3);
  assign({});
  EXPECT_EQ(host_.told(), "revoke t-1; assign") << "an eager member is told even of nothing";
}

TEST_F(ClassicMembers, HeartbeatsGoOnWhileTheProgramIsAsked) {
  join({{"t", 0}});
  host_.is_busy = true;
  heartbeat_error_ = ErrorCode::rebalance_in_progress;
  driver_->pass(options_.heartbeat_interval);
  EXPECT_EQ(host_.told(), "revoke t-0");
  driver_->pass(5 * options_.heartbeat_interval);
  EXPECT_EQ(beats_.requests.size(), 6U);
  EXPECT_EQ(joins_.requests.size(), 2U) << "the program has not given it up yet";
  poll();
  EXPECT_EQ(joins_.requests.size(), 3U);
  driver_->pass(5 * options_.heartbeat_interval);
  EXPECT_EQ(beats_.requests.size(), 11U) << "and while it waits to be let in";
  EXPECT_EQ(joins_.requests.size(), 3U);
}

TEST_F(ClassicMembers, CooperativeMembersKeepWhatStays) {
  options_.assignors = {Assignor::cooperative_sticky};
  group_->add_topic("t", 4);
  join({{"t", 0}, {"t", 1}, {"t", 2}}, 5, "cooperative-sticky");
  rebalance();
  EXPECT_EQ(host_.told(), "") << "nothing goes before the join";
  EXPECT_EQ(text_of(offered().owned), "t-0 t-1 t-2");
  EXPECT_EQ(offered().generation, 5);
  EXPECT_EQ(offered().user_data, user_data_of(Assignor::cooperative_sticky, 5));
  let_in(6, "cooperative-sticky");
  assign({{"t", 0}, {"t", 3}});
  EXPECT_EQ(host_.told(), "revoke t-1 t-2; assign t-3");
  EXPECT_EQ(host_.has(), "t-0 t-3");
  ASSERT_EQ(joins_.requests.size(), 4U) << "others get in the next generation what it gave up";
  EXPECT_EQ(text_of(offered().owned), "t-0 t-3");
  EXPECT_EQ(offered().generation, 6);
  let_in(7, "cooperative-sticky");
  assign({{"t", 0}, {"t", 3}});
  EXPECT_EQ(host_.told(), "");
  EXPECT_EQ(joins_.requests.size(), 4U);
}

TEST_F(ClassicMembers, WithAnEagerAssignorOnOfferAllIsGivenUp) {
  options_.assignors = {Assignor::range, Assignor::cooperative_sticky};
  join({{"t", 0}}, 1, "cooperative-sticky");
  rebalance();
  EXPECT_EQ(host_.told(), "revoke t-0");
  EXPECT_TRUE(offered(1).owned.empty());
}

TEST_F(ClassicMembers, ACooperativeMemberTellsInWhichGenerationItGotWhatItHas) {
  options_.assignors = {Assignor::cooperative_sticky};
  join({{"t", 0}}, 5, "cooperative-sticky");
  rebalance();
  let_in(6, "cooperative-sticky");
  syncs_.refuse(ErrorCode::rebalance_in_progress);
  ASSERT_EQ(joins_.requests.size(), 4U);
  EXPECT_EQ(text_of(offered().owned), "t-0");
  EXPECT_EQ(offered().generation, 5) << "it never got its share of the sixth";
}

TEST_F(ClassicMembers, WhoIsUnknownLosesAllAndJoinsAnew) {
  join({{"t", 0}}, 3);
  heartbeat_error_ = ErrorCode::unknown_member_id;
  pass(options_.heartbeat_interval);
  heartbeat_error_ = ErrorCode::none;
  EXPECT_EQ(host_.told(), "lose t-0");
  ASSERT_EQ(joins_.requests.size(), 3U);
  EXPECT_EQ(joins_.requests.back().member_id, "");
  EXPECT_EQ(member_->identity().generation, 3) << "its commits are to be refused";
  EXPECT_EQ(member_->identity().member_id, "m");
  EXPECT_TRUE(host_.failures.empty());
}

TEST_F(ClassicMembers, AnOldGenerationLosesAllAndKeepsItsId) {
  join({{"t", 0}}, 3);
  heartbeat_error_ = ErrorCode::illegal_generation;
  pass(options_.heartbeat_interval);
  EXPECT_EQ(host_.told(), "lose t-0");
  EXPECT_EQ(joins_.requests.back().member_id, "m");
}

TEST_F(ClassicMembers, ACooperativeMemberThatIsUnknownLosesAll) {
  options_.assignors = {Assignor::cooperative_sticky};
  join({{"t", 0}}, 3, "cooperative-sticky");
  rebalance();
  joins_.refuse(ErrorCode::unknown_member_id);
  EXPECT_EQ(host_.told(), "lose t-0");
  EXPECT_EQ(joins_.requests.back().member_id, "");
  EXPECT_EQ(offered().generation, -1);
}

TEST_F(ClassicMembers, APlaceLostWhileTheProgramIsAskedIsLost) {
  options_.assignors = {Assignor::cooperative_sticky};
  join({{"t", 0}, {"t", 1}}, 3, "cooperative-sticky");
  rebalance();
  let_in(4, "cooperative-sticky");
  host_.is_busy = true;
  assign({{"t", 0}});
  EXPECT_EQ(host_.told(), "revoke t-1");
  heartbeat_error_ = ErrorCode::unknown_member_id;
  driver_->pass(options_.heartbeat_interval);
  heartbeat_error_ = ErrorCode::none;
  host_.is_busy = false;
  poll();
  EXPECT_EQ(host_.told(), "lose t-0");
  EXPECT_EQ(joins_.requests.size(), 4U);
}

TEST_F(ClassicMembers, ASyncThatIsOvertakenJoinsAgain) {
  subscribe();
  let_in(1);
  syncs_.refuse(ErrorCode::rebalance_in_progress);
  ASSERT_EQ(joins_.requests.size(), 2U) << "at once";
  let_in(2);
  syncs_.refuse(ErrorCode::rebalance_in_progress);
  EXPECT_EQ(joins_.requests.size(), 2U) << "the second time with a pause";
  pass(milliseconds(1'000));
  ASSERT_EQ(joins_.requests.size(), 3U);
  let_in(3);
  assign({{"t", 0}});
  EXPECT_EQ(host_.told(), "assign t-0");
}

TEST_F(ClassicMembers, ACoordinatorThatMovedIsFoundAgain) {
  subscribe();
  EXPECT_EQ(group_->coordinator_requests, 1);
  joins_.refuse(ErrorCode::not_coordinator);
  EXPECT_EQ(joins_.requests.size(), 1U) << "with a pause";
  pass(milliseconds(1'000));
  EXPECT_EQ(group_->coordinator_requests, 2);
  ASSERT_EQ(joins_.requests.size(), 2U);
  let_in(1);
  assign({{"t", 0}});
  heartbeat_error_ = ErrorCode::coordinator_not_available;
  pass(options_.heartbeat_interval);
  heartbeat_error_ = ErrorCode::none;
  pass(milliseconds(1'000));
  EXPECT_EQ(beats_.requests.size(), 3U) << "again soon";
  EXPECT_EQ(group_->coordinator_requests, 3);
  EXPECT_EQ(joins_.requests.size(), 2U);
  EXPECT_EQ(host_.told(), "assign t-0");
}

TEST_F(ClassicMembers, ACoordinatorThatLoadsIsWaitedFor) {
  subscribe();
  joins_.refuse(ErrorCode::coordinator_load_in_progress);
  pass(milliseconds(1'000));
  EXPECT_EQ(group_->coordinator_requests, 1);
  EXPECT_EQ(joins_.requests.size(), 2U);
}

TEST_F(ClassicMembers, ACoordinatorThatIsNotThereYetIsLookedForAgain) {
  group_->find_coordinator_error = ErrorCode::coordinator_not_available;
  subscribe();
  pass(milliseconds(5'000));
  EXPECT_GT(group_->coordinator_requests, 3);
  EXPECT_LT(group_->coordinator_requests, 15) << "with growing pauses";
  group_->find_coordinator_error = ErrorCode::none;
  pass(milliseconds(2'000));
  EXPECT_EQ(joins_.requests.size(), 1U);
  EXPECT_TRUE(host_.failures.empty());
}

TEST_F(ClassicMembers, ALostConnectionIsMadeAnew) {
  subscribe();
  joins_.hang_up(*group_);
  pass(milliseconds(1'000));
  ASSERT_EQ(joins_.requests.size(), 2U);
  let_in(1);
  syncs_.hang_up(*group_);
  pass(milliseconds(1'000));
  ASSERT_EQ(joins_.requests.size(), 3U);
  let_in(2);
  assign({{"t", 0}});
  EXPECT_EQ(host_.told(), "assign t-0");
}

TEST_F(ClassicMembers, JoiningWaitsAsLongAsTheGroupMay) {
  options_.max_poll_interval = milliseconds(100'000);
  subscribe();
  pass(milliseconds(104'000));
  EXPECT_EQ(joins_.requests.size(), 1U);
  pass(milliseconds(3'000));
  EXPECT_EQ(joins_.requests.size(), 2U) << "the answer is lost";
}

TEST_F(ClassicMembers, HeartbeatsDoNotWaitBehindAJoin) {
  options_.assignors = {Assignor::cooperative_sticky};
  join({{"t", 0}}, 1, "cooperative-sticky");
  rebalance();
  ASSERT_EQ(joins_.waiting.size(), 1U);
  beats_.answer_at_once = nullptr;
  let_in(2, "cooperative-sticky");
  pass(options_.heartbeat_interval);
  ASSERT_EQ(beats_.waiting.size(), 1U);
  ASSERT_EQ(syncs_.waiting.size(), 1U);
  EXPECT_NE(beats_.waiting[0].link(), syncs_.waiting[0].link());
}

TEST_F(ClassicMembers, WithoutAnswersForASessionAllIsLost) {
  join({{"t", 0}}, 2);
  pass(options_.heartbeat_interval);
  group_->is_reachable = false;
  beats_.answer_at_once = nullptr;
  pass(options_.heartbeat_interval);
  beats_.hang_up(*group_);
  pass(options_.session_timeout - options_.heartbeat_interval - milliseconds(1'000));
  EXPECT_EQ(host_.told(), "");
  pass(milliseconds(1'000));
  EXPECT_EQ(host_.told(), "lose t-0");
  group_->is_reachable = true;
  pass(milliseconds(2'000));
  ASSERT_EQ(joins_.requests.size(), 3U);
  EXPECT_EQ(joins_.requests.back().member_id, "m");
}

TEST_F(ClassicMembers, WhatHeartbeatsSayWhileJoiningIsLeftToTheJoin) {
  options_.assignors = {Assignor::cooperative_sticky};
  join({{"t", 0}}, 2, "cooperative-sticky");
  rebalance();
  // The join is done, its answer still on its way.
  heartbeat_error_ = ErrorCode::illegal_generation;
  pass(options_.heartbeat_interval);
  heartbeat_error_ = ErrorCode::none;
  EXPECT_EQ(host_.told(), "");
  let_in(3, "cooperative-sticky");
  assign({{"t", 0}});
  EXPECT_EQ(joins_.requests.size(), 3U);
}

TEST_F(ClassicMembers, WhoIsUnknownWhileJoiningLosesAll) {
  options_.assignors = {Assignor::cooperative_sticky};
  join({{"t", 0}}, 2, "cooperative-sticky");
  rebalance();
  heartbeat_error_ = ErrorCode::unknown_member_id;
  pass(options_.heartbeat_interval);
  heartbeat_error_ = ErrorCode::none;
  EXPECT_EQ(host_.told(), "lose t-0");
  ASSERT_EQ(joins_.requests.size(), 4U);
  EXPECT_EQ(joins_.requests.back().member_id, "");
}

TEST_F(ClassicMembers, WhoIsNotHeardOfWhileJoiningLosesAll) {
  options_.assignors = {Assignor::cooperative_sticky};
  join({{"t", 0}}, 2, "cooperative-sticky");
  rebalance();
  beats_.answer_at_once = nullptr;
  pass(options_.session_timeout - milliseconds(1'000));
  EXPECT_EQ(host_.told(), "");
  pass(milliseconds(3'000));
  EXPECT_EQ(host_.told(), "lose t-0");
  EXPECT_EQ(joins_.requests.size(), 4U);
}

TEST_F(ClassicMembers, WhoCannotJoinForAsLongAsTheGroupWaitsLosesAll) {
  options_.assignors = {Assignor::cooperative_sticky};
  options_.max_poll_interval = milliseconds(20'000);
  join({{"t", 0}}, 2, "cooperative-sticky");
  rebalance();
  group_->is_reachable = false;
  joins_.hang_up(*group_);
  heartbeat_error_ = ErrorCode::rebalance_in_progress;
  pass(milliseconds(20'000) - options_.heartbeat_interval - milliseconds(1'000));
  EXPECT_EQ(host_.told(), "");
  pass(milliseconds(1'000));
  EXPECT_EQ(host_.told(), "lose t-0");
}

TEST_F(ClassicMembers, ALossDoesNotWaitForTheLeadersMetadata) {
  options_.assignors = {Assignor::cooperative_sticky};
  join({{"t", 0}}, 2, "cooperative-sticky");
  rebalance();
  group_->is_silent = true;
  let_lead(3, {}, "cooperative-sticky");
  EXPECT_TRUE(syncs_.waiting.empty());
  heartbeat_error_ = ErrorCode::unknown_member_id;
  pass(options_.heartbeat_interval);
  EXPECT_EQ(host_.told(), "lose t-0");
  EXPECT_EQ(joins_.requests.size(), 4U);
}

TEST_F(ClassicMembers, WhoDoesNotPollLeaves) {
  join({{"t", 0}}, 2);
  driver_->pass(options_.max_poll_interval - milliseconds(1));
  EXPECT_TRUE(leaves_.requests.empty());
  driver_->pass(milliseconds(1));
  ASSERT_EQ(leaves_.requests.size(), 1U);
  EXPECT_EQ(leaves_.requests[0].group_id, "g");
  EXPECT_EQ(leaves_.requests[0].members.at(0).member_id, "m");
  EXPECT_EQ(host_.told(), "lose t-0") << "its records must not be handed out any more";
  driver_->pass(milliseconds(600'000));
  EXPECT_EQ(joins_.requests.size(), 2U);
  poll();
  ASSERT_EQ(joins_.requests.size(), 3U);
  EXPECT_EQ(joins_.requests.back().member_id, "");
}

TEST_F(ClassicMembers, AStaticMemberThatDoesNotPollKeepsItsPlaceAtTheCoordinator) {
  options_.group_instance_id = "i";
  subscribe();
  let_in(1);
  assign({{"t", 0}});
  driver_->pass(options_.max_poll_interval);
  EXPECT_TRUE(leaves_.requests.empty());
  const size_t beats = beats_.requests.size();
  driver_->pass(milliseconds(60'000));
  EXPECT_EQ(beats_.requests.size(), beats) << "until its session ends";
  EXPECT_EQ(host_.told(), "assign t-0; lose t-0");
  poll();
  EXPECT_EQ(joins_.requests.size(), 2U);
}

TEST_F(ClassicMembers, AProgramThatIsAskedForTooLongLeaves) {
  join({{"t", 0}}, 2);
  host_.is_busy = true;
  heartbeat_error_ = ErrorCode::rebalance_in_progress;
  driver_->pass(options_.max_poll_interval);
  heartbeat_error_ = ErrorCode::none;
  EXPECT_EQ(leaves_.requests.size(), 1U);
  EXPECT_EQ(joins_.requests.size(), 2U);
  host_.is_busy = false;
  poll();
  EXPECT_EQ(joins_.requests.size(), 3U);
}

TEST_F(ClassicMembers, WhatCannotHealIsToldOnce) {
  for (const ErrorCode error :
       {ErrorCode::fenced_instance_id, ErrorCode::inconsistent_group_protocol,
        ErrorCode::invalid_session_timeout, ErrorCode::invalid_group_id,
        ErrorCode::group_authorization_failed, ErrorCode::group_max_size_reached,
        ErrorCode::unsupported_version, ErrorCode::unknown_server_error}) {
    SCOPED_TRACE(error_name(error));
    ScriptedHost host(*driver_);
    const auto gateway = std::make_shared<Gateway>(*driver_, group_, client_options_);
    const auto member = std::make_shared<ClassicMember>(gateway, host, options_);
    driver_->post([&] { member->subscribe({.topics = {"t"}, .pattern = {}}); });
    const size_t asked = joins_.requests.size();
    joins_.refuse(error);
    driver_->pass(milliseconds(60'000));
    ASSERT_EQ(host.failures.size(), 1U);
    EXPECT_EQ(host.failures[0].kafka_code(), error);
    EXPECT_EQ(joins_.requests.size(), asked);
    member->abandon();
  }
}

TEST_F(ClassicMembers, AFencedInstanceLosesWhatItHas) {
  options_.group_instance_id = "i";
  subscribe();
  let_in(1);
  assign({{"t", 0}});
  (void)host_.told();
  heartbeat_error_ = ErrorCode::fenced_instance_id;
  pass(options_.heartbeat_interval);
  ASSERT_EQ(host_.failures.size(), 1U);
  EXPECT_EQ(host_.failures[0].kafka_code(), ErrorCode::fenced_instance_id);
  EXPECT_EQ(host_.told(), "lose t-0");
  heartbeat_error_ = ErrorCode::none;
  pass(milliseconds(60'000));
  EXPECT_EQ(beats_.requests.size(), 2U);
  resubscribe({"t"});
  EXPECT_EQ(joins_.requests.size(), 2U) << "subscribing again begins anew";
}

TEST_F(ClassicMembers, AProtocolThatWasNotOfferedIsRefused) {
  subscribe();
  let_in(1, "sticky");
  ASSERT_EQ(host_.failures.size(), 1U);
  EXPECT_EQ(host_.failures[0].kafka_code(), ErrorCode::inconsistent_group_protocol);
}

TEST_F(ClassicMembers, AnotherSubscriptionJoinsAgain) {
  group_->add_topic("u", 1);
  join({{"t", 0}});
  resubscribe({"t"});
  EXPECT_EQ(joins_.requests.size(), 2U) << "the same one does not";
  resubscribe({"u"});
  EXPECT_EQ(host_.told(), "revoke t-0");
  ASSERT_EQ(joins_.requests.size(), 3U);
  EXPECT_EQ(offered().topics, Topics{"u"});
}

TEST_F(ClassicMembers, ACooperativeMemberGivesUpWhatItNoLongerSubscribesTo) {
  options_.assignors = {Assignor::cooperative_sticky};
  group_->add_topic("u", 1);
  join({{"t", 0}}, 1, "cooperative-sticky");
  resubscribe({"t", "u"});
  EXPECT_EQ(host_.told(), "");
  let_in(2, "cooperative-sticky");
  assign({{"t", 0}, {"u", 0}});
  EXPECT_EQ(host_.told(), "assign u-0");
  resubscribe({"u"});
  EXPECT_EQ(host_.told(), "revoke t-0");
  EXPECT_EQ(text_of(offered().owned), "u-0");
}

TEST_F(ClassicMembers, ASubscriptionThatChangesWhileJoiningIsJoinedWithNext) {
  group_->add_topic("u", 1);
  subscribe();
  resubscribe({"u"});
  EXPECT_EQ(joins_.requests.size(), 1U);
  let_in(1);
  assign({{"t", 0}});
  EXPECT_EQ(host_.told(), "") << "that is not subscribed to any more";
  ASSERT_EQ(joins_.requests.size(), 2U);
  EXPECT_EQ(offered().topics, Topics{"u"});
}

TEST_F(ClassicMembers, TheLeaderSeesNewPartitions) {
  subscribe();
  let_lead(1);
  assign({{"t", 0}, {"t", 1}});
  pass(client_options_.metadata_max_age);
  EXPECT_EQ(joins_.requests.size(), 1U);
  group_->grow_topic("t", 4);
  pass(client_options_.metadata_max_age);
  EXPECT_EQ(joins_.requests.size(), 2U);
}

TEST_F(ClassicMembers, AFollowerLeavesThatToTheLeader) {
  join({{"t", 0}});
  group_->grow_topic("t", 4);
  pass(2 * client_options_.metadata_max_age);
  EXPECT_EQ(joins_.requests.size(), 2U);
}

TEST_F(ClassicMembers, TheLeaderSeesSoonThatAMissingTopicIsThere) {
  subscribe({.topics = {"t", "later"}, .pattern = {}});
  let_lead(1);
  assign({{"t", 0}, {"t", 1}});
  pass(milliseconds(10'000));
  EXPECT_EQ(joins_.requests.size(), 1U);
  group_->add_topic("later", 1);
  pass(milliseconds(2'000));
  EXPECT_EQ(joins_.requests.size(), 2U);
}

TEST_F(ClassicMembers, APatternIsResolvedBeforeEachJoin) {
  group_->add_topic("orders-1", 1);
  group_->add_topic("orders-2", 1);
  group_->add_topic("reorders-1", 1);
  group_->add_topic("__orders-3", 1);
  subscribe({.topics = {}, .pattern = "(__)?orders-.*"});
  ASSERT_EQ(joins_.requests.size(), 1U);
  EXPECT_EQ(offered().topics, (Topics{"orders-1", "orders-2"})) << "whole names, none internal";
  let_in(1);
  // The leader knows one that was not there yet.
  assign({{"orders-1", 0}, {"orders-4", 0}});
  EXPECT_EQ(host_.told(), "assign orders-1-0 orders-4-0");
  group_->add_topic("orders-4", 1);
  pass(client_options_.metadata_max_age);
  ASSERT_EQ(joins_.requests.size(), 2U);
  EXPECT_EQ(offered().topics, (Topics{"orders-1", "orders-2", "orders-4"}));
}

TEST_F(ClassicMembers, APatternThatIsNoneIsRefused) {
  subscribe({.topics = {}, .pattern = "orders-("});
  ASSERT_EQ(host_.failures.size(), 1U);
  EXPECT_EQ(host_.failures[0].kafka_code(), ErrorCode::invalid_regular_expression);
  EXPECT_TRUE(joins_.requests.empty());
}

TEST_F(ClassicMembers, ARefusedCommitAsksWhatBecameOfTheMember) {
  join({{"t", 0}}, 2);
  const auto refuse = [this](ErrorCode error) {
    driver_->post([&] { member_->on_commit_refused(kafka_error(error, "no")); });
  };
  refuse(ErrorCode::offset_metadata_too_large);
  EXPECT_TRUE(beats_.requests.empty());
  refuse(ErrorCode::unknown_member_id);
  EXPECT_EQ(beats_.requests.size(), 1U);
  EXPECT_EQ(host_.told(), "") << "a commit of an older generation may have been meant";
  heartbeat_error_ = ErrorCode::unknown_member_id;
  refuse(ErrorCode::unknown_member_id);
  EXPECT_EQ(host_.told(), "lose t-0");
}

TEST_F(ClassicMembers, ItsPlaceIsTheSameAsLongAsItIsNotLost) {
  options_.assignors = {Assignor::cooperative_sticky};
  join({{"t", 0}}, 3, "cooperative-sticky");
  const uint64_t place = member_->identity().place;
  rebalance();
  let_in(4, "cooperative-sticky");
  assign({{"t", 0}});
  EXPECT_EQ(member_->identity().generation, 4);
  EXPECT_EQ(member_->identity().place, place);
  heartbeat_error_ = ErrorCode::illegal_generation;
  pass(options_.heartbeat_interval);
  EXPECT_EQ(host_.told(), "lose t-0");
  EXPECT_NE(member_->identity().place, place);
}

TEST_F(ClassicMembers, LeavesOnce) {
  join({{"t", 0}});
  leave();
  ASSERT_EQ(leaves_.requests.size(), 1U);
  EXPECT_EQ(leaves_.requests[0].members.at(0).member_id, "m");
  EXPECT_EQ(member_->identity().generation, -1);
  pass(milliseconds(60'000));
  EXPECT_TRUE(beats_.requests.empty());
  EXPECT_EQ(host_.told(), "");
  resubscribe({"t"});
  EXPECT_EQ(joins_.requests.size(), 3U) << "it can come back";
}

TEST_F(ClassicMembers, AStaticMemberDoesNotLeave) {
  options_.group_instance_id = "i";
  subscribe();
  let_in(1);
  assign({{"t", 0}});
  leave();
  EXPECT_TRUE(leaves_.requests.empty());
  pass(milliseconds(60'000));
  EXPECT_EQ(beats_.requests.size(), 1U);
}

TEST_F(ClassicMembers, WhoWaitsToBeLetInCanLeave) {
  subscribe();
  give_id();
  ASSERT_EQ(joins_.waiting.size(), 1U);
  const LinkPtr link = joins_.waiting[0].link();
  leave();
  EXPECT_EQ(leaves_.requests.size(), 1U);
  EXPECT_FALSE(link->is_open()) << "nobody waits for that answer any more";
  resubscribe({"u"});
  EXPECT_EQ(joins_.requests.size(), 3U);
}

TEST_F(ClassicMembers, AfterAbandonTheHostIsNotAsked) {
  for (int stage = 0; stage < 4; ++stage) {
    SCOPED_TRACE(stage);
    auto host = std::make_unique<ScriptedHost>(*driver_);
    host->is_busy = stage == 3;
    auto gateway = std::make_shared<Gateway>(*driver_, group_, client_options_);
    auto member = std::make_shared<ClassicMember>(gateway, *host, options_);
    driver_->post([&] { member->subscribe({.topics = {"t"}, .pattern = {}}); });
    if (stage > 0) let_in(1);
    if (stage > 1) assign({{"t", 0}});
    driver_->post([&] { member->abandon(); });
    host->poll();
    host.reset();
    const std::weak_ptr<ClassicMember> watched = member;
    member.reset();
    gateway->close();
    driver_->pass(milliseconds(1'000));
    EXPECT_TRUE(watched.expired());
    joins_.waiting.clear();
    syncs_.waiting.clear();
  }
}

}  // namespace
}  // namespace millrace::client
