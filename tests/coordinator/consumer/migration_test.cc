// Groups that change their protocol while members consume, and members of the classic protocol in a
// group of the consumer protocol.
#include <gtest/gtest.h>

#include "consumer_harness.h"
#include "coordinator/consumer/consumer_protocol.h"

namespace millrace::coordinator {
namespace {

/// A member of the classic protocol, as its client keeps it.
struct ClassicClient {
  std::string id;
  int32_t generation = -1;
  NamedPartitions owned = {};
  std::optional<std::string> instance = {};
  std::vector<std::string> topics = {"orders"};
};

class MigrationTest : public ConsumerTest {
 protected:
  /// A subscription of version 1, which tells what is owned.
  static MemberProtocol cooperative(const ClassicClient& client) {
    ByteWriter out;
    out.write<int16_t>(1);
    out.write<int32_t>(static_cast<int32_t>(client.topics.size()));
    for (const std::string& topic : client.topics) {
      out.write<int16_t>(static_cast<int16_t>(topic.size()));
      out.text(topic);
    }
    out.write<int32_t>(-1);
    const Bytes owned = encode_assignment(0, client.owned);
    // An assignment without its version and user data is what a subscription says of the owned.
    out.bytes(ByteView(owned).subspan(2, owned.size() - 6));
    return {"cooperative-sticky", out.take()};
  }

  As as(const ClassicClient& client) {
    return {.id = client.id,
            .instance = client.instance,
            .protocols = {cooperative(client)},
            .session_ms = 10'000,
            .rebalance_ms = 30'000};
  }

  /// A classic group of one member that owns all of orders.
  ClassicClient classic_group_of_one() {
    ClassicClient client;
    const auto joined = join(as(client));
    pass(3'000);
    client.id = joined->member_id;
    client.generation = joined->generation_id;
    client.owned = {{"orders", {0, 1, 2, 3, 4, 5, 6, 7}}};
    const auto synced = sync(who(client), {{client.id, encode_assignment(1, client.owned)}});
    EXPECT_EQ(synced->error, ErrorCode::none);
    return client;
  }

  static Who who(const ClassicClient& client) {
    return {.id = client.id, .generation = client.generation, .instance = client.instance};
  }

  /// JoinGroup and SyncGroup; takes over what they say.
  ErrorCode rejoin(ClassicClient& client) {
    const auto joined = join(as(client));
    if (joined->error != ErrorCode::none) return joined->error;
    client.id = joined->member_id;
    client.generation = joined->generation_id;
    const auto synced = sync(who(client));
    if (synced->error == ErrorCode::none) {
      client.owned = parse_assignment(synced->assignment)->partitions;
    }
    return synced->error;
  }

  /// Heartbeats; joins again when told.
  ErrorCode beat_classic(ClassicClient& client) {
    const auto error = heartbeat(who(client));
    return error == ErrorCode::rebalance_in_progress ? rejoin(client) : error;
  }

  void settle_mixed(ClassicClient& classic, Client& client) {
    for (int round = 0; round < 6; ++round) {
      EXPECT_EQ(beat_classic(classic), ErrorCode::none);
      EXPECT_EQ(beat(client).error, ErrorCode::none);
    }
  }

  static size_t count(const NamedPartitions& partitions) {
    size_t size = 0;
    for (const auto& [topic, numbers] : partitions) size += numbers.size();
    return size;
  }
};

TEST_F(MigrationTest, TheFirstConsumerTurnsAClassicGroup) {
  ClassicClient old = classic_group_of_one();
  Client a{.id = "a"};
  const auto joined = join_consumer(a);
  EXPECT_EQ(joined.error, ErrorCode::none);
  EXPECT_EQ(joined.member_epoch, old.generation + 1);
  EXPECT_EQ(joined.assignment, PartitionSets()) << "all is owned by the classic member";
  const auto described = describe();
  EXPECT_EQ(described.state, "Reconciling");
  ASSERT_EQ(described.members.size(), 2u);

  EXPECT_EQ(heartbeat(who(old)), ErrorCode::rebalance_in_progress);
  settle_mixed(old, a);
  EXPECT_EQ(count(old.owned), 4u);
  EXPECT_EQ(a.owned_count(), 4u);
  EXPECT_EQ(consumer_state(), "Stable");
  EXPECT_EQ(heartbeat(who(old)), ErrorCode::none);
  EXPECT_EQ(heartbeat({.id = old.id, .generation = 1}), ErrorCode::illegal_generation);
  EXPECT_EQ(heartbeat({.id = a.id, .generation = a.epoch}), ErrorCode::unknown_member_id)
      << "it does not speak the classic protocol";
}

TEST_F(MigrationTest, TheLogKnowsOneProtocolAtATime) {
  ClassicClient old = classic_group_of_one();
  Client a{.id = "a"};
  join_consumer(a);
  settle_mixed(old, a);
  restart();
  EXPECT_EQ(describe().members.size(), 2u);
  EXPECT_EQ(heartbeat(who(old)), ErrorCode::none);
  EXPECT_EQ(leave_consumer(a), ErrorCode::none);
  log.compact();
  restart();
  EXPECT_EQ(describe().error, ErrorCode::group_id_not_found);
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(member_count(), 1u);
}

TEST_F(MigrationTest, WaitingJoinsAndSyncsAreSentBack) {
  const Formed formed = form_group({{}, {}});
  const auto waiting = join({.id = formed.leader});
  EXPECT_FALSE(waiting.is_here());
  Client a{.id = "a"};
  EXPECT_EQ(join_consumer(a).error, ErrorCode::group_id_not_found)
      << "the harness's assignments are no consumers' ones";
  EXPECT_EQ(waiting->error, ErrorCode::rebalance_in_progress);
  EXPECT_EQ(waiting->member_id, formed.leader);
  EXPECT_EQ(state(), "PreparingRebalance") << "and nothing else happened to the group";
}

TEST_F(MigrationTest, ARebalanceUnderWayIsGivenUp) {
  ClassicClient old = classic_group_of_one();
  const auto second = join({.protocols = {cooperative(ClassicClient())}});
  EXPECT_EQ(state(), "PreparingRebalance");
  Client a{.id = "a"};
  EXPECT_EQ(join_consumer(a).error, ErrorCode::none);
  EXPECT_EQ(second->error, ErrorCode::rebalance_in_progress);
  EXPECT_EQ(describe().members.size(), 3u);
}

TEST_F(MigrationTest, AnEmptyClassicGroupIsTakenOverWithItsOffsets) {
  ClassicClient old = classic_group_of_one();
  EXPECT_EQ(commit(who(old), {.offset = 5}), ErrorCode::none);
  EXPECT_EQ(leave(who(old)), ErrorCode::none);
  pass(3'000);
  Client a{.id = "a"};
  EXPECT_EQ(join_consumer(a).member_epoch, 2);
  EXPECT_EQ(fetched(), 5);
  log.compact();
  restart();
  EXPECT_EQ(consumer_state(), "Stable");
  EXPECT_EQ(fetched(), 5);
}

TEST_F(MigrationTest, AnEmptyConsumerGroupIsTakenOverWithItsOffsets) {
  Client a{.id = "a"};
  join_consumer(a);
  EXPECT_EQ(commit_as(a, a.epoch), ErrorCode::none);
  leave_consumer(a);
  EXPECT_EQ(join({.id = "somebody"})->error, ErrorCode::unknown_member_id);
  ClassicClient old = classic_group_of_one();
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(fetched(), 1);
  log.compact();
  restart();
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(describe().error, ErrorCode::group_id_not_found);
}

TEST_F(MigrationTest, AClassicMemberJoinsAConsumerGroup) {
  Client a{.id = "a"};
  join_consumer(a);
  ClassicClient old;
  As first = as(old);
  first.needs_id = true;
  const auto told = join(first);
  EXPECT_EQ(told->error, ErrorCode::member_id_required);
  old.id = told->member_id;
  EXPECT_EQ(rejoin(old), ErrorCode::none);
  EXPECT_EQ(count(old.owned), 0u);
  settle_mixed(old, a);
  EXPECT_EQ(count(old.owned), 4u);
  EXPECT_EQ(a.owned_count(), 4u);
  const auto described = describe();
  EXPECT_EQ(described.members.size(), 2u);
  EXPECT_EQ(commit(who(old), {.partition = *old.owned.at("orders").begin()}), ErrorCode::none);
  EXPECT_EQ(commit({.id = old.id, .generation = old.generation + 1}, {}),
            ErrorCode::illegal_generation);
}

TEST_F(MigrationTest, OtherProtocolsAndStrangersAreRefused) {
  Client a{.id = "a"};
  join_consumer(a);
  EXPECT_EQ(join({.type = "connect"})->error, ErrorCode::inconsistent_group_protocol);
  ClassicClient old;
  rejoin(old);
  EXPECT_EQ(join({.protocols = {protocol("other")}})->error, ErrorCode::inconsistent_group_protocol)
      << "it shares no protocol with the classic member";
  const auto malformed = join({.protocols = {{"cooperative-sticky", {}}}});
  EXPECT_EQ(malformed->error, ErrorCode::unknown_server_error);
  EXPECT_EQ(malformed->member_id, "") << "nobody was given an id";
  EXPECT_EQ(sync({.id = "nobody"})->error, ErrorCode::unknown_member_id);
  EXPECT_EQ(sync({.id = old.id, .generation = old.generation + 1})->error,
            ErrorCode::illegal_generation);
  EXPECT_EQ(leave({.id = "nobody"}), ErrorCode::unknown_member_id);
}

TEST_F(MigrationTest, WhenTheLastConsumerLeavesTheGroupIsClassicAgain) {
  ClassicClient old = classic_group_of_one();
  Client a{.id = "a"};
  join_consumer(a);
  settle_mixed(old, a);
  EXPECT_EQ(leave_consumer(a), ErrorCode::none);
  EXPECT_EQ(describe().error, ErrorCode::group_id_not_found);
  EXPECT_EQ(heartbeat(who(old)), ErrorCode::rebalance_in_progress);
  const auto rejoined = join(as(old));
  EXPECT_EQ(rejoined->error, ErrorCode::none);
  EXPECT_EQ(rejoined->leader, old.id);
  EXPECT_EQ(state(), "CompletingRebalance");
}

TEST_F(MigrationTest, TheSilenceOfTheLastConsumerDoesTheSame) {
  ClassicClient old = classic_group_of_one();
  Client a{.id = "a"};
  join_consumer(a);
  settle_mixed(old, a);
  for (int i = 0; i < 9; ++i) {
    pass(5'000);
    heartbeat(who(old));
  }
  EXPECT_EQ(describe().error, ErrorCode::group_id_not_found);
  EXPECT_EQ(member_count(), 1u);
}

TEST_F(MigrationTest, ThePolicySaysWhichWayIsOpen) {
  config.consumer_migration_policy = MigrationPolicy::downgrade;
  restart();
  ClassicClient old = classic_group_of_one();
  Client a{.id = "a"};
  const auto refused = join_consumer(a);
  EXPECT_EQ(refused.error, ErrorCode::group_id_not_found);
  EXPECT_EQ(refused.error_message,
            "Cannot upgrade classic group g to consumer group because online upgrade is disabled.");
  config.consumer_migration_policy = MigrationPolicy::upgrade;
  restart();
  EXPECT_EQ(join_consumer(a).error, ErrorCode::none);
  settle_mixed(old, a);
  EXPECT_EQ(leave_consumer(a), ErrorCode::none);
  EXPECT_EQ(describe().members.size(), 1u) << "the group stays what it is";
  config.consumer_migration_policy = MigrationPolicy::disabled;
  restart();
  EXPECT_EQ(rejoin(old), ErrorCode::inconsistent_group_protocol);
}

TEST_F(MigrationTest, GroupsOfOtherTypesAreNotTurned) {
  form_group({{.type = "connect"}});
  Client a{.id = "a"};
  EXPECT_EQ(join_consumer(a).error_message,
            "Cannot upgrade classic group g to consumer group because the group does not use the "
            "consumer embedded protocol.");
}

TEST_F(MigrationTest, AClassicMemberThatDoesNotComeBackIsFenced) {
  ClassicClient old = classic_group_of_one();
  Client a{.id = "a"};
  join_consumer(a);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(heartbeat(who(old)), ErrorCode::rebalance_in_progress);
    pass(5'000);
    beat(a);
  }
  EXPECT_EQ(heartbeat(who(old)), ErrorCode::unknown_member_id) << "it never joined again";
  beat(a);
  EXPECT_EQ(a.owned_count(), 8u);
}

TEST_F(MigrationTest, AClassicMemberThatDoesNotSyncIsFenced) {
  Client a{.id = "a"};
  join_consumer(a);
  ClassicClient old;
  const auto joined = join(as(old));
  old.id = joined->member_id;
  old.generation = joined->generation_id;
  for (int i = 0; i < 6; ++i) {
    pass(5'000);
    idle(a);
    heartbeat(who(old));
  }
  EXPECT_EQ(heartbeat(who(old)), ErrorCode::unknown_member_id);
}

TEST_F(MigrationTest, AStaticMemberMovesToTheConsumerProtocol) {
  ClassicClient old;
  old.instance = "one";
  const auto joined = join(as(old));
  pass(3'000);
  old.id = joined->member_id;
  old.generation = joined->generation_id;
  old.owned = {{"orders", {0, 1, 2, 3, 4, 5, 6, 7}}};
  sync(who(old), {{old.id, encode_assignment(1, old.owned)}});
  Client a{.id = "a", .instance = "one"};
  EXPECT_EQ(join_consumer(a).error, ErrorCode::none);
  EXPECT_EQ(describe().members.size(), 1u);
  EXPECT_EQ(a.owned_count(), 8u) << "with what it had";
  EXPECT_EQ(heartbeat(who(old)), ErrorCode::fenced_instance_id);
}

TEST_F(MigrationTest, AStaticMemberMovesBackToTheClassicProtocol) {
  Client a{.id = "a", .instance = "one"};
  join_consumer(a);
  ClassicClient old;
  old.instance = "one";
  const auto joined = join(as(old));
  pass(3'000);
  EXPECT_EQ(joined->error, ErrorCode::none);
  EXPECT_EQ(describe().error, ErrorCode::group_id_not_found);
  EXPECT_EQ(member_count(), 1u);
}

TEST_F(MigrationTest, AStaticMemberMovesWhileConsumersRemain) {
  Client a{.id = "a", .instance = "one"};
  Client b{.id = "b"};
  join_consumer(a);
  join_consumer(b);
  settle({&a, &b});
  ClassicClient old;
  old.instance = "one";
  EXPECT_EQ(rejoin(old), ErrorCode::none);
  EXPECT_EQ(describe().members.size(), 2u);
  EXPECT_EQ(count(old.owned), 4u);
  EXPECT_EQ(idle(a).error, ErrorCode::fenced_instance_id);
}

TEST_F(MigrationTest, AnUpgradeThatCouldNotBeStoredLeavesTheClassicGroup) {
  ClassicClient old = classic_group_of_one();
  Client a{.id = "a"};
  log.fail_next(ErrorCode::kafka_storage_error);
  EXPECT_EQ(join_consumer(a).error, ErrorCode::not_coordinator);
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(heartbeat(who(old)), ErrorCode::none);
  EXPECT_EQ(groups->describe("g").members.at(0).assignment, encode_assignment(1, old.owned));
}

TEST_F(MigrationTest, ADowngradeThatCouldNotBeStoredLeavesTheConsumerGroup) {
  ClassicClient old = classic_group_of_one();
  Client a{.id = "a"};
  join_consumer(a);
  settle_mixed(old, a);
  log.fail_next(ErrorCode::kafka_storage_error);
  EXPECT_EQ(leave_consumer(a), ErrorCode::not_coordinator);
  EXPECT_EQ(describe().members.size(), 2u);
  EXPECT_EQ(beat(a).error, ErrorCode::none);
  EXPECT_EQ(heartbeat(who(old)), ErrorCode::none);
}

TEST_F(MigrationTest, WhileTheGroupTurnsEverybodyWaits) {
  ClassicClient old = classic_group_of_one();
  Client a{.id = "a"};
  log.hold();
  const auto turning = send(full_request(a));
  EXPECT_EQ(heartbeat(who(old)), ErrorCode::rebalance_in_progress);
  const auto rejoining = join(as(old));
  const auto committing = start_commit(who(old), {{.offset = 3}});
  EXPECT_FALSE(rejoining.is_here());
  EXPECT_FALSE(committing.is_here());
  log.release();
  EXPECT_EQ(turning->error, ErrorCode::none);
  EXPECT_EQ(rejoining->error, ErrorCode::none);
  EXPECT_EQ(committing->topics.at(0).partitions.at(0).error, ErrorCode::none);
}

}  // namespace
}  // namespace millrace::coordinator
