// Who gets which partitions.
#include "coordinator/consumer/assignor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace millrace::coordinator {
namespace {

Uuid topic(int number) {
  Uuid id;
  id.bytes.fill(static_cast<std::byte>(number));
  return id;
}

size_t size_of(const PartitionSets& partitions) {
  size_t size = 0;
  for (const auto& [id, numbers] : partitions) size += numbers.size();
  return size;
}

/// Members by number, all with the same topics.
GroupToAssign group_of(int member_count, const std::map<Uuid, int32_t>& topics) {
  GroupToAssign group;
  group.partition_counts = topics;
  for (int m = 0; m < member_count; ++m) {
    MemberToAssign& member = group.members["m" + std::to_string(m)];
    for (const auto& [id, count] : topics) member.topics.insert(id);
  }
  return group;
}

void take_over(GroupToAssign& group, const GroupAssignment& assignment) {
  for (auto& [id, member] : group.members) {
    const auto found = assignment.find(id);
    member.target = found == assignment.end() ? PartitionSets() : found->second;
  }
}

/// Every partition has exactly one owner, who subscribes to its topic.
void expect_complete(const GroupToAssign& group, const GroupAssignment& assignment) {
  std::map<std::pair<Uuid, int32_t>, int> owners;
  for (const auto& [id, partitions] : assignment) {
    for (const auto& [topic_id, numbers] : partitions) {
      EXPECT_TRUE(group.members.at(id).topics.contains(topic_id));
      for (const int32_t number : numbers) ++owners[{topic_id, number}];
    }
  }
  size_t expected = 0;
  for (const auto& [topic_id, count] : group.partition_counts) {
    const bool is_subscribed = std::ranges::any_of(
        group.members, [&](const auto& entry) { return entry.second.topics.contains(topic_id); });
    for (int32_t p = 0; is_subscribed && p < count; ++p) {
      EXPECT_EQ((owners[{topic_id, p}]), 1) << "partition " << p;
      ++expected;
    }
  }
  EXPECT_EQ(owners.size(), expected);
}

size_t moved_count(const GroupToAssign& before, const GroupAssignment& after) {
  size_t moved = 0;
  for (const auto& [id, member] : before.members) {
    for (const auto& [topic_id, numbers] : member.target) {
      const auto now = after.at(id).find(topic_id);
      for (const int32_t number : numbers) {
        moved += now == after.at(id).end() || !now->second.contains(number) ? 1 : 0;
      }
    }
  }
  return moved;
}

TEST(UniformAssignor, GivesEverybodyTheSameOrOneMore) {
  const auto group = group_of(3, {{topic(1), 4}, {topic(2), 4}});
  const auto assignment = assign_uniform(group);
  expect_complete(group, assignment);
  for (const auto& [id, partitions] : assignment) {
    EXPECT_GE(size_of(partitions), 2u);
    EXPECT_LE(size_of(partitions), 3u);
  }
}

TEST(UniformAssignor, ANewcomerTakesNoMoreThanItsPart) {
  auto group = group_of(2, {{topic(1), 6}});
  take_over(group, assign_uniform(group));
  group.members["newcomer"].topics = {topic(1)};
  const auto assignment = assign_uniform(group);
  expect_complete(group, assignment);
  EXPECT_EQ(size_of(assignment.at("newcomer")), 2u);
  EXPECT_EQ(moved_count(group, assignment), 2u);
}

TEST(UniformAssignor, WhoStaysKeepsEverythingWhenAMemberGoes) {
  auto group = group_of(3, {{topic(1), 7}});
  take_over(group, assign_uniform(group));
  group.members.erase("m1");
  const auto assignment = assign_uniform(group);
  expect_complete(group, assignment);
  EXPECT_EQ(moved_count(group, assignment), 0u);
}

TEST(UniformAssignor, TheExtraPartitionStaysWhereItIs) {
  GroupToAssign group = group_of(2, {{topic(1), 3}});
  group.members["m0"].target = {{topic(1), {0}}};
  group.members["m1"].target = {{topic(1), {1, 2}}};
  const auto assignment = assign_uniform(group);
  EXPECT_EQ(moved_count(group, assignment), 0u);
}

TEST(UniformAssignor, MoreMembersThanPartitionsLeavesSomeWithout) {
  const auto group = group_of(5, {{topic(1), 2}});
  const auto assignment = assign_uniform(group);
  expect_complete(group, assignment);
  EXPECT_EQ(std::ranges::count_if(assignment,
                                  [](const auto& entry) { return size_of(entry.second) == 1; }),
            2);
  EXPECT_EQ(assignment.size(), 5u) << "who gets nothing has an empty target";
}

TEST(UniformAssignor, DifferentSubscriptionsAreBalancedAsFarAsTheyAllow) {
  GroupToAssign group = group_of(0, {{topic(1), 6}, {topic(2), 2}});
  group.members["both"].topics = {topic(1), topic(2)};
  group.members["first"].topics = {topic(1)};
  const auto assignment = assign_uniform(group);
  expect_complete(group, assignment);
  EXPECT_EQ(size_of(assignment.at("both")), 4u);
  EXPECT_EQ(size_of(assignment.at("first")), 4u);
}

TEST(RangeAssignor, GivesTheSameNumbersOfAllTopicsToTheSameMember) {
  const auto group = group_of(2, {{topic(1), 4}, {topic(2), 4}});
  const auto assignment = assign_range(group);
  expect_complete(group, assignment);
  for (const auto& [id, partitions] : assignment) {
    EXPECT_EQ(partitions.at(topic(1)), partitions.at(topic(2)));
    EXPECT_EQ(partitions.at(topic(1)).size(), 2u);
  }
}

TEST(RangeAssignor, SpreadsEachTopicByItself) {
  const auto group = group_of(2, {{topic(1), 3}, {topic(2), 1}});
  const auto assignment = assign_range(group);
  expect_complete(group, assignment);
  EXPECT_EQ(assignment.at("m0"), (PartitionSets{{topic(1), {0, 1}}, {topic(2), {0}}}));
  EXPECT_EQ(assignment.at("m1"), (PartitionSets{{topic(1), {2}}}));
}

TEST(RangeAssignor, KeepsWhatFitsTheQuota) {
  auto group = group_of(2, {{topic(1), 6}});
  take_over(group, assign_range(group));
  group.members["newcomer"].topics = {topic(1)};
  const auto assignment = assign_range(group);
  expect_complete(group, assignment);
  EXPECT_EQ(moved_count(group, assignment), 2u);
}

TEST(Assignors, AnythingIsAssignedOnceAndKeptBalanced) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&random](int limit) {
    return std::uniform_int_distribution<int>(0, limit - 1)(random);
  };
  for (int round = 0; round < 300; ++round) {
    std::map<Uuid, int32_t> topics;
    for (int t = 0; t < 1 + below(4); ++t) topics[topic(t + 1)] = below(12);
    GroupToAssign group = group_of(1 + below(6), topics);
    const bool is_mixed = below(2) == 0;
    for (auto& [id, member] : group.members) {
      if (is_mixed) std::erase_if(member.topics, [&](const Uuid&) { return below(3) == 0; });
    }
    for (const Assignor assignor : {Assignor::uniform, Assignor::range}) {
      take_over(group, assign(assignor, group));
      // The same group again moves nothing.
      EXPECT_EQ(moved_count(group, assign(assignor, group)), 0u);
      GroupToAssign changed = group;
      if (changed.members.size() > 1) changed.members.erase(changed.members.begin());
      changed.members["z"].topics = group.members.begin()->second.topics;
      const auto assignment = assign(assignor, changed);
      expect_complete(changed, assignment);
      if (is_mixed || assignor == Assignor::range) continue;
      std::vector<size_t> sizes;
      for (const auto& [id, partitions] : assignment) sizes.push_back(size_of(partitions));
      const auto [least, most] = std::ranges::minmax(sizes);
      EXPECT_LE(most, least + 1);
    }
  }
}

}  // namespace
}  // namespace millrace::coordinator
