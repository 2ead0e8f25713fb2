// One member's steps towards its target.
#include "coordinator/consumer/reconcile.h"

#include <gtest/gtest.h>

namespace millrace::coordinator {
namespace {

Uuid topic(int number) {
  Uuid id;
  id.bytes.fill(static_cast<std::byte>(number));
  return id;
}

class ReconcileTest : public ::testing::Test {
 protected:
  std::optional<CurrentAssignmentValue> step(std::optional<PartitionSets> owned = {}) {
    return reconcile({.current = current,
                      .target_epoch = target_epoch,
                      .target = target,
                      .subscribed = subscribed,
                      .has_new_subscription = has_new_subscription,
                      .owned = owned,
                      .is_taken = [this](const Uuid& id, int32_t partition) {
                        const auto found = taken.find(id);
                        return found != taken.end() && found->second.contains(partition);
                      }});
  }

  CurrentAssignmentValue current = {.member_epoch = 4,
                                    .previous_member_epoch = 3,
                                    .state = MemberState::stable,
                                    .assigned = {{topic(1), {{0, 2}, {1, 4}}}},
                                    .pending_revocation = {}};
  int32_t target_epoch = 5;
  PartitionSets target = {{topic(1), {0, 1}}};
  std::set<Uuid> subscribed = {topic(1), topic(2)};
  bool has_new_subscription = false;
  PartitionSets taken;
};

TEST_F(ReconcileTest, WhoHasItsTargetGoesToItsEpoch) {
  const auto next = step();
  EXPECT_EQ(next->state, MemberState::stable);
  EXPECT_EQ(next->member_epoch, 5);
  EXPECT_EQ(next->previous_member_epoch, 4);
  EXPECT_EQ(next->assigned, current.assigned) << "with the epochs in which it got them";
}

TEST_F(ReconcileTest, InTheTargetsEpochNothingChanges) {
  target_epoch = 4;
  EXPECT_EQ(step(), current);
}

TEST_F(ReconcileTest, FreePartitionsAreGivenAtOnce) {
  target = {{topic(1), {0, 1}}, {topic(2), {7}}};
  const auto next = step();
  EXPECT_EQ(next->state, MemberState::stable);
  EXPECT_EQ(next->assigned, (PartitionEpochs{{topic(1), {{0, 2}, {1, 4}}}, {topic(2), {{7, 5}}}}));
}

TEST_F(ReconcileTest, FirstOfAllPartitionsAreGivenUp) {
  target = {{topic(1), {0}}, {topic(2), {7}}};
  const auto next = step();
  EXPECT_EQ(next->state, MemberState::unrevoked_partitions);
  EXPECT_EQ(next->member_epoch, 4) << "it stays in its epoch until it gave them up";
  EXPECT_EQ(next->assigned, (PartitionEpochs{{topic(1), {{0, 2}}}}));
  EXPECT_EQ(next->pending_revocation, (PartitionEpochs{{topic(1), {{1, 4}}}}));
}

TEST_F(ReconcileTest, WhoSaysItOwnsThemNotIsDoneWithGivingUp) {
  target = {{topic(1), {0}}, {topic(2), {7}}};
  current = *step();
  EXPECT_EQ(step(), current) << "it did not say";
  EXPECT_EQ(step(PartitionSets{{topic(1), {0, 1}}}), current) << "it still owns them";
  const auto next = step(PartitionSets{{topic(1), {0}}});
  EXPECT_EQ(next->state, MemberState::stable);
  EXPECT_EQ(next->member_epoch, 5);
  EXPECT_EQ(next->assigned, (PartitionEpochs{{topic(1), {{0, 2}}}, {topic(2), {{7, 5}}}}));
  EXPECT_TRUE(next->pending_revocation.empty());
}

TEST_F(ReconcileTest, WhatOthersOwnIsWaitedFor) {
  target = {{topic(1), {0, 1}}, {topic(2), {7, 8}}};
  taken = {{topic(2), {8}}};
  current = *step();
  EXPECT_EQ(current.state, MemberState::unreleased_partitions);
  EXPECT_EQ(current.member_epoch, 5);
  EXPECT_EQ(current.assigned.at(topic(2)), (std::map<int32_t, int32_t>{{7, 5}}));
  taken.clear();
  const auto next = step();
  EXPECT_EQ(next->state, MemberState::stable);
  EXPECT_EQ(next->assigned.at(topic(2)), (std::map<int32_t, int32_t>{{7, 5}, {8, 5}}));
}

TEST_F(ReconcileTest, ATopicThatIsNotSubscribedAnyMoreIsGivenUpWithoutANewTarget) {
  target_epoch = 4;
  subscribed = {topic(2)};
  EXPECT_EQ(step(), current) << "what ceased to exist is given up with the next target";
  has_new_subscription = true;
  current = *step();
  EXPECT_EQ(current.state, MemberState::unrevoked_partitions);
  EXPECT_EQ(current.member_epoch, 4);
  EXPECT_TRUE(current.assigned.empty());
  const auto next = step(PartitionSets());
  EXPECT_EQ(next->state, MemberState::stable);
  EXPECT_TRUE(next->assigned.empty()) << "its target does not bring the topic back";
}

TEST_F(ReconcileTest, AnUnknownStateIsFencedUnlessNothingIsOwned) {
  current.state = MemberState::unknown;
  EXPECT_FALSE(step());
  EXPECT_FALSE(step(PartitionSets{{topic(1), {0}}}));
  EXPECT_TRUE(step(PartitionSets()));
}

}  // namespace
}  // namespace millrace::coordinator
