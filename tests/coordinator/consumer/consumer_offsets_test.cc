// Offsets of groups of the consumer protocol, their expiry, and what a restart finds.
#include <gtest/gtest.h>

#include "consumer_harness.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {
namespace {

class ConsumerOffsetsTest : public ConsumerTest {
 protected:
  /// Of a producer's transaction, on behalf of the member.
  ErrorCode commit_in_transaction(const std::string& member_id, int32_t epoch) {
    OffsetCommitRequest request;
    request.group_id = "g";
    request.member_id = member_id;
    request.generation_id = epoch;
    request.transaction = TransactionalCommit{.producer_id = ProducerId(7), .producer_epoch = 0};
    request.topics.push_back({"orders", {{PartitionId(0), Offset(1), kNoLeaderEpoch, {}}}});
    Answer<OffsetCommitResponse> answer;
    groups->commit_offsets(std::move(request), answer.reply());
    return answer->topics.at(0).partitions.at(0).error;
  }
  ErrorCode fetch_as(const std::string& member_id, int32_t epoch) {
    FetchGroupOffsetsRequest request;
    request.group_id = "g";
    request.member_id = member_id;
    request.member_epoch = epoch;
    return groups->fetch_offsets(request).error;
  }
};
using ConsumerLoadTest = ConsumerTest;

TEST_F(ConsumerOffsetsTest, MembersCommitInTheirEpoch) {
  Client a{.id = "a"};
  join_consumer(a);
  EXPECT_EQ(commit_as(a, a.epoch), ErrorCode::none);
  EXPECT_EQ(fetched(), 1);
  EXPECT_EQ(commit_as(a, a.epoch + 2), ErrorCode::stale_member_epoch);
  EXPECT_EQ(commit_as({.id = "b"}, a.epoch), ErrorCode::unknown_member_id);
  EXPECT_EQ(commit_as(a, a.epoch, 0, false), ErrorCode::unsupported_version);
  EXPECT_EQ(commit_standalone({.offset = 7}), ErrorCode::unknown_member_id);
}

TEST_F(ConsumerOffsetsTest, ACommitOfAnEpochBeforeCountsForWhatWasKept) {
  Client a{.id = "a"};
  Client b{.id = "b"};
  join_consumer(a);
  const int32_t alone = a.epoch;
  join_consumer(b);
  settle({&a, &b});
  ASSERT_EQ(a.epoch, alone + 1);
  const int32_t kept = *a.owned.begin()->second.begin();
  const int32_t lost = *b.owned.begin()->second.begin();
  EXPECT_EQ(commit_as(a, alone, kept), ErrorCode::none);
  EXPECT_EQ(commit_as(a, alone, lost), ErrorCode::stale_member_epoch);
  EXPECT_EQ(commit_as(b, alone, lost), ErrorCode::stale_member_epoch)
      << "it got it in the epoch after that";
}

TEST_F(ConsumerOffsetsTest, ATransactionCommitsForItsMemberOrForNobody) {
  Client a{.id = "a"};
  join_consumer(a);
  EXPECT_EQ(commit_in_transaction("a", a.epoch), ErrorCode::none);
  EXPECT_EQ(commit_in_transaction("a", a.epoch + 1), ErrorCode::illegal_generation);
  EXPECT_EQ(commit_in_transaction("b", a.epoch), ErrorCode::unknown_member_id);
  EXPECT_EQ(commit_in_transaction("", kNoGeneration), ErrorCode::none)
      << "a producer that names no member vouches for itself";
  EXPECT_EQ(fetched(), -1) << "the transaction is open";
}

TEST_F(ConsumerOffsetsTest, FetchesAreCheckedWhereTheyNameAMember) {
  Client a{.id = "a"};
  join_consumer(a);
  EXPECT_EQ(fetch_as("a", a.epoch), ErrorCode::none);
  EXPECT_EQ(fetch_as("a", a.epoch - 1), ErrorCode::stale_member_epoch);
  EXPECT_EQ(fetch_as("b", a.epoch), ErrorCode::unknown_member_id);
  EXPECT_EQ(fetch_all().error, ErrorCode::none);
}

TEST_F(ConsumerOffsetsTest, AnEmptyGroupTakesCommitsOfAnybody) {
  Client a{.id = "a"};
  join_consumer(a);
  leave_consumer(a);
  EXPECT_EQ(commit_standalone({.offset = 7}), ErrorCode::none);
  EXPECT_EQ(fetched(), 7);
}

TEST_F(ConsumerOffsetsTest, OffsetsOfSubscribedTopicsAreNotDeleted) {
  Client a{.id = "a"};
  join_consumer(a);
  commit_as(a, a.epoch);
  EXPECT_EQ(delete_offsets("orders", 0)->topics.at(0).partitions.at(0).error,
            ErrorCode::group_subscribed_to_topic);
  EXPECT_EQ(delete_offsets("payments", 0)->topics.at(0).partitions.at(0).error, ErrorCode::none);
}

TEST_F(ConsumerOffsetsTest, OffsetsOfTopicsThatNobodyReadsExpire) {
  config.offsets_retention_ms = 1'000'000;
  restart();
  Client a{.id = "a"};
  join_consumer(a);
  commit_as(a, a.epoch);
  for (int i = 0; i < 60; ++i) {
    pass(30'000);
    idle(a);
  }
  EXPECT_EQ(fetched(), 1) << "it is subscribed";
  leave_consumer(a);
  pass(600'000);
  EXPECT_EQ(fetched(), -1);
  EXPECT_EQ(describe().error, ErrorCode::group_id_not_found) << "the empty group goes with them";
}

TEST_F(ConsumerLoadTest, ARestartGivesMembersTargetsAndEpochsBack) {
  Client a{.id = "a", .instance = "one"};
  Client b{.id = "b", .topics = {}, .regex = "ord.*", .assignor = "range"};
  join_consumer(a);
  join_consumer(b);
  const auto before = describe();
  restart();
  const auto after = describe();
  EXPECT_EQ(after.state, before.state);
  EXPECT_EQ(after.epoch, before.epoch);
  EXPECT_EQ(after.target_epoch, before.target_epoch);
  EXPECT_EQ(after.assignor, before.assignor);
  ASSERT_EQ(after.members.size(), 2u);
  for (size_t m = 0; m < 2; ++m) {
    EXPECT_EQ(after.members[m].member_epoch, before.members[m].member_epoch);
    EXPECT_EQ(after.members[m].instance_id, before.members[m].instance_id);
    EXPECT_EQ(after.members[m].subscribed_regex, before.members[m].subscribed_regex);
    EXPECT_EQ(after.members[m].assignment.size(), before.members[m].assignment.size());
  }
  settle({&a, &b});
  EXPECT_EQ(a.owned_count(), 4u);
  EXPECT_EQ(b.owned_count(), 4u);
}

TEST_F(ConsumerLoadTest, CompactionTakesNothingAway) {
  Client a{.id = "a"};
  Client b{.id = "b"};
  join_consumer(a);
  join_consumer(b);
  settle({&a, &b});
  leave_consumer(b);
  settle({&a});
  const auto before = describe();
  log.compact();
  EXPECT_EQ(restart().unknown_record_count, 0);
  EXPECT_EQ(describe().epoch, before.epoch);
  EXPECT_EQ(describe().members.size(), 1u);
  EXPECT_EQ(idle(a).error, ErrorCode::none);
  EXPECT_EQ(a.owned_count(), 8u);
}

TEST_F(ConsumerLoadTest, ATopicThatGrewMeanwhileIsNoticed) {
  Client a{.id = "a"};
  join_consumer(a);
  groups.reset();
  log.add_topic("orders", 10);
  restart();
  EXPECT_EQ(idle(a).assignment->begin()->second.size(), 10u);
}

TEST_F(ConsumerLoadTest, PartitionMetadataOfAnOlderKafkaIsRemoved) {
  Client a{.id = "a"};
  join_consumer(a);
  const Bytes key = encode_key("g", PartitionMetadataRecord{});
  record::BatchBuilder batch;
  const Bytes value = bytes_of("whatever it is");
  batch.add({.timestamp = 0, .key = key, .value = value});
  log.put(home(), *batch.build());
  EXPECT_EQ(restart().unknown_record_count, 0);
  idle(a);
  log.compact();
  for (const auto& record : log.records()) EXPECT_FALSE(record.key == key && record.value);
}

TEST_F(ConsumerLoadTest, OffsetsBelongToTheGroupAfterARestart) {
  Client a{.id = "a"};
  join_consumer(a);
  commit_as(a, a.epoch);
  restart();
  EXPECT_EQ(fetched(), 1);
  EXPECT_EQ(commit_as(a, a.epoch), ErrorCode::none);
}

}  // namespace
}  // namespace millrace::coordinator
