// How partitions are shared out: what each assignor promises, and random groups against that.
#include "client/consumer/assignors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "base/text.h"
#include "test_seed.h"

namespace millrace::client {
namespace {

using Partitions = std::vector<TopicPartition>;
using Topics = std::vector<std::string>;
using Instance = std::optional<std::string>;

Subscriber member(std::string id, Topics topics, Instance instance = std::nullopt) {
  return {.member_id = std::move(id),
          .group_instance_id = std::move(instance),
          .subscription = {.topics = std::move(topics)}};
}

Subscriber owner(std::string id, Topics topics, Partitions owned, int32_t generation = 1) {
  Subscriber subscriber = member(std::move(id), std::move(topics));
  subscriber.subscription.owned = std::move(owned);
  subscriber.subscription.generation = generation;
  return subscriber;
}

TEST(Assignors, HaveKafkasNames) {
  EXPECT_EQ(name_of(Assignor::range), "range");
  EXPECT_EQ(name_of(Assignor::roundrobin), "roundrobin");
  EXPECT_EQ(name_of(Assignor::cooperative_sticky), "cooperative-sticky");
  EXPECT_EQ(assignor_named("roundrobin"), Assignor::roundrobin);
  EXPECT_EQ(assignor_named("sticky"), std::nullopt);
}

TEST(RangeAssignor, FirstMembersTakeWhatDoesNotComeOutEven) {
  const auto shares = assign_ranges({member("m2", {"t"}), member("m1", {"t"})}, {{"t", 5}});
  EXPECT_EQ(shares.at("m1"), (Partitions{{"t", 0}, {"t", 1}, {"t", 2}}));
  EXPECT_EQ(shares.at("m2"), (Partitions{{"t", 3}, {"t", 4}}));
}

TEST(RangeAssignor, OnlySubscribersOfATopicGetItsPartitions) {
  const auto shares =
      assign_ranges({member("m1", {"a"}), member("m2", {"a", "b"})}, {{"a", 2}, {"b", 1}});
  EXPECT_EQ(shares.at("m1"), (Partitions{{"a", 0}}));
  EXPECT_EQ(shares.at("m2"), (Partitions{{"a", 1}, {"b", 0}}));
}

TEST(RangeAssignor, StaticMembersComeFirstByInstance) {
  const auto shares = assign_ranges({member("a", {"t"}), member("z", {"t"}, "i1")}, {{"t", 1}});
  EXPECT_EQ(shares.at("z").size(), 1U);
  EXPECT_TRUE(shares.at("a").empty());
}

TEST(RangeAssignor, AMemberWithoutPartitionsHasAnEmptyEntry) {
  const auto shares = assign_ranges({member("m", {"gone"})}, {{"gone", 0}});
  EXPECT_TRUE(shares.at("m").empty());
}

TEST(RoundRobinAssignor, GoesOverAllTopicsInTurn) {
  const auto shares =
      assign_in_turn({member("m2", {"a", "b"}), member("m1", {"a", "b"})}, {{"a", 3}, {"b", 3}});
  EXPECT_EQ(shares.at("m1"), (Partitions{{"a", 0}, {"a", 2}, {"b", 1}}));
  EXPECT_EQ(shares.at("m2"), (Partitions{{"a", 1}, {"b", 0}, {"b", 2}}));
}

TEST(RoundRobinAssignor, PassesOverThoseWhoDoNotSubscribe) {
  // The example of Java's RoundRobinAssignor.
  const auto shares = assign_in_turn(
      {member("C0", {"t0"}), member("C1", {"t0", "t1"}), member("C2", {"t0", "t1", "t2"})},
      {{"t0", 1}, {"t1", 2}, {"t2", 3}});
  EXPECT_EQ(shares.at("C0"), (Partitions{{"t0", 0}}));
  EXPECT_EQ(shares.at("C1"), (Partitions{{"t1", 0}}));
  EXPECT_EQ(shares.at("C2"), (Partitions{{"t1", 1}, {"t2", 0}, {"t2", 1}, {"t2", 2}}));
}

TEST(RoundRobinAssignor, LeavesTopicsThatNobodySubscribesTo) {
  const auto shares = assign_in_turn({member("m", {"a"})}, {{"a", 1}, {"b", 5}});
  EXPECT_EQ(shares.at("m"), (Partitions{{"a", 0}}));
}

TEST(StickyAssignor, SharesOutEvenlyFromNothing) {
  const auto shares = assign_sticky({member("m1", {"t"}), member("m2", {"t"})}, {{"t", 3}});
  EXPECT_EQ(shares.at("m1"), (Partitions{{"t", 0}, {"t", 2}}));
  EXPECT_EQ(shares.at("m2"), (Partitions{{"t", 1}}));
}

TEST(StickyAssignor, WhatANewMemberWillGetIsGivenUpFirst) {
  const auto first = assign_sticky(
      {owner("m1", {"t"}, {{"t", 0}, {"t", 1}, {"t", 2}}), member("m2", {"t"})}, {{"t", 3}});
  EXPECT_EQ(first.at("m1").size(), 2U);
  EXPECT_TRUE(first.at("m2").empty());
  const auto second =
      assign_sticky({owner("m1", {"t"}, first.at("m1"), 2), member("m2", {"t"})}, {{"t", 3}});
  EXPECT_EQ(second.at("m1"), first.at("m1"));
  EXPECT_EQ(second.at("m2").size(), 1U);
}

TEST(StickyAssignor, ThePartitionsOfAMemberThatIsGoneGoAtOnce) {
  const auto shares =
      assign_sticky({owner("m1", {"t"}, {{"t", 0}}), owner("m2", {"t"}, {{"t", 3}})}, {{"t", 4}});
  EXPECT_EQ(shares.at("m1"), (Partitions{{"t", 0}, {"t", 1}}));
  EXPECT_EQ(shares.at("m2"), (Partitions{{"t", 2}, {"t", 3}}));
}

TEST(StickyAssignor, ANewerClaimWins) {
  const auto shares = assign_sticky(
      {owner("m1", {"t"}, {{"t", 0}}, 3), owner("m2", {"t"}, {{"t", 0}}, 4)}, {{"t", 1}});
  EXPECT_TRUE(shares.at("m1").empty());
  EXPECT_EQ(shares.at("m2"), (Partitions{{"t", 0}}));
}

TEST(StickyAssignor, TwoClaimsOfOneGenerationAreBothGivenUp) {
  const auto shares = assign_sticky(
      {owner("m1", {"t"}, {{"t", 0}}, 4), owner("m2", {"t"}, {{"t", 0}}, 4)}, {{"t", 1}});
  EXPECT_TRUE(shares.at("m1").empty());
  EXPECT_TRUE(shares.at("m2").empty());
}

TEST(StickyAssignor, TheGenerationMayBeInTheUserData) {
  Subscriber java = owner("m1", {"t"}, {{"t", 0}}, -1);
  java.subscription.user_data = user_data_of(Assignor::cooperative_sticky, 5);
  Subscriber librdkafka = owner("m2", {"t"}, {{"t", 0}}, -1);
  // Its partitions before the generation, as the sticky assignor's user data has them.
  librdkafka.subscription.user_data =
      copy_of(as_bytes(std::string_view("\0\0\0\1\0\1t\0\0\0\1\0\0\0\0\0\0\0\6", 19)));
  const auto shares = assign_sticky({java, librdkafka}, {{"t", 1}});
  EXPECT_EQ(shares.at("m2"), (Partitions{{"t", 0}}));
}

TEST(StickyAssignor, ClaimsOfWhatThereIsNotAreNothing) {
  const auto shares =
      assign_sticky({owner("m1", {"t"}, {{"t", 7}, {"gone", 0}, {"t", -1}})}, {{"t", 1}});
  EXPECT_EQ(shares.at("m1"), (Partitions{{"t", 0}}));
}

TEST(StickyAssignor, EvensOutAlongAChain) {
  // m1 cannot give to m3, but to m2, who can pass something of its own on.
  const auto shares =
      assign_sticky({owner("m1", {"a"}, {{"a", 0}, {"a", 1}, {"a", 2}}),
                     owner("m2", {"a", "b"}, {{"b", 0}, {"b", 1}}), member("m3", {"b"})},
                    {{"a", 3}, {"b", 2}});
  // What goes over is given up first: m1 and m2 keep two and one.
  EXPECT_EQ(shares.at("m1").size(), 2U);
  EXPECT_EQ(shares.at("m2").size(), 1U);
  EXPECT_EQ(shares.at("m2").at(0).topic, "b");
}

/// A random group, and what its members have as time goes on.
class RandomGroup {
 public:
  explicit RandomGroup(uint64_t seed) : random_(seed), is_mixed_(pick(2) == 0) {
    for (uint64_t i = 0, count = 1 + pick(5); i < count; ++i) {
      counts_[cat("t", i)] = static_cast<int32_t>(pick(12));
    }
    for (uint64_t i = 0, count = 1 + pick(8); i < count; ++i) join();
  }

  bool is_mixed() const { return is_mixed_; }
  const PartitionCounts& counts() const { return counts_; }
  const std::map<std::string, Subscriber>& members() const { return members_; }
  std::vector<Subscriber> subscribers() const {
    std::vector<Subscriber> subscribers;
    for (const auto& [id, subscriber] : members_) subscribers.push_back(subscriber);
    std::ranges::shuffle(subscribers, std::minstd_rand(7));
    return subscribers;
  }

  void change() {
    const uint64_t what = pick(4);
    if (what == 0 || members_.size() == 1) return join();
    if (what == 1) {
      members_.erase(std::next(members_.begin(), static_cast<int64_t>(pick(members_.size()))));
    }
    if (what == 2) counts_[cat("t", pick(6))] += static_cast<int32_t>(1 + pick(3));
    if (what == 3 && is_mixed_) {
      auto& subscription = std::next(members_.begin(), static_cast<int64_t>(pick(members_.size())))
                               ->second.subscription;
      subscription.topics = some_topics();
      std::erase_if(subscription.owned, [&](const TopicPartition& name) {
        return std::ranges::find(subscription.topics, name.topic) == subscription.topics.end();
      });
    }
  }

  /// Members do as they were told; true where one had to give something up.
  bool adopt(const Shares& shares) {
    bool is_changed = false;
    ++generation_;
    for (auto& [id, subscriber] : members_) {
      auto& owned = subscriber.subscription.owned;
      const Partitions& share = shares.at(id);
      is_changed |= std::ranges::any_of(owned, [&](const TopicPartition& name) {
        return std::ranges::find(share, name) == share.end();
      });
      owned = share;
      subscriber.subscription.generation = generation_;
    }
    return is_changed;
  }

 private:
  uint64_t pick(uint64_t count) { return random_() % count; }
  Topics some_topics() {
    Topics topics;
    for (const auto& [topic, count] : counts_) {
      if (!is_mixed_ || pick(3) != 0) topics.push_back(topic);
    }
    if (!is_mixed_) topics = {"t0", "t1", "t2", "t3", "t4", "t5"};
    return topics;
  }
  void join() {
    const std::string id = cat("m", next_id_++);
    members_.emplace(id, member(id, some_topics()));
  }

  std::mt19937_64 random_;
  const bool is_mixed_;
  int next_id_ = 0;
  int32_t generation_ = 0;
  PartitionCounts counts_;
  std::map<std::string, Subscriber> members_;
};

std::set<std::string> takers_of(const RandomGroup& group, const std::string& topic) {
  std::set<std::string> takers;
  for (const auto& [id, subscriber] : group.members()) {
    const auto& topics = subscriber.subscription.topics;
    if (std::ranges::find(topics, topic) != topics.end()) takers.insert(id);
  }
  return takers;
}

/// Every partition that somebody can take is held once, by somebody who can.
void expect_all_once(const RandomGroup& group, const Shares& shares) {
  std::map<TopicPartition, std::string> holders;
  for (const auto& [id, share] : shares) {
    for (const auto& name : share) EXPECT_TRUE(holders.emplace(name, id).second) << name;
  }
  size_t expected = 0;
  for (const auto& [topic, count] : group.counts()) {
    const auto takers = takers_of(group, topic);
    if (!takers.empty()) expected += static_cast<size_t>(count);
    for (int32_t partition = 0; partition < count && !takers.empty(); ++partition) {
      EXPECT_TRUE(takers.contains(holders[{topic, partition}])) << topic << ' ' << partition;
    }
  }
  EXPECT_EQ(holders.size(), expected);
}

/// Nobody can get rid of a partition, over however many others, towards one with two less.
void expect_balanced(const RandomGroup& group, const Shares& shares) {
  for (const auto& [id, share] : shares) {
    std::set<std::string> reached = {id};
    std::vector<std::string> queue = {id};
    for (size_t next = 0; next < queue.size(); ++next) {
      for (const auto& name : shares.at(queue[next])) {
        for (const std::string& taker : takers_of(group, name.topic)) {
          if (!reached.insert(taker).second) continue;
          queue.push_back(taker);
          EXPECT_LT(share.size(), shares.at(taker).size() + 2) << id << " and " << taker;
        }
      }
    }
  }
}

/// Only as many move as have to.
void expect_sticky(const RandomGroup& group, const Shares& shares) {
  int64_t total = 0;
  for (const auto& [topic, count] : group.counts()) total += count;
  const auto least = static_cast<size_t>(total) / group.members().size();
  for (const auto& [id, subscriber] : group.members()) {
    const auto& owned = subscriber.subscription.owned;
    const auto& share = shares.at(id);
    const auto kept = std::ranges::count_if(owned, [&](const TopicPartition& name) {
      return std::ranges::find(share, name) != share.end();
    });
    EXPECT_GE(static_cast<size_t>(kept), std::min(owned.size(), least)) << id;
  }
}

TEST(StickyAssignor, RandomGroupsAreBalancedStickyAndWhole) {
  int given_up = 0;
  const uint64_t first_seed = test_seed();
  for (uint64_t seed = first_seed; seed < first_seed + 400; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    RandomGroup group(seed);
    for (int round = 0; round < 12; ++round) {
      const Shares first = assign_sticky(group.subscribers(), group.counts());
      if (!group.is_mixed()) expect_sticky(group, first);
      for (const auto& [id, subscriber] : group.members()) {
        for (const auto& name : subscriber.subscription.owned) {
          for (const auto& [other, share] : first) {
            const bool is_taken = std::ranges::find(share, name) != share.end();
            EXPECT_TRUE(other == id || !is_taken) << name << " is read by " << id << " still";
          }
        }
      }
      Shares last = first;
      // Where subscriptions differ the way that was planned may be blocked by what was given up.
      const int more_max = group.is_mixed() ? 3 : 1;
      for (int more = 0; group.adopt(last); ++more) {
        ASSERT_LT(more, more_max) << "it comes to an end";
        ++given_up;
        last = assign_sticky(group.subscribers(), group.counts());
      }
      expect_all_once(group, last);
      expect_balanced(group, last);
      EXPECT_EQ(assign_sticky(group.subscribers(), group.counts()), last) << "it stays";
      if (::testing::Test::HasFailure()) return;
      group.change();
    }
  }
  EXPECT_GT(given_up, 500);
}

TEST(Assignors, ShareOutEverythingOnce) {
  const uint64_t first_seed = test_seed();
  for (uint64_t seed = first_seed; seed < first_seed + 200; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    const RandomGroup group(seed);
    for (const Assignor assignor : {Assignor::range, Assignor::roundrobin}) {
      expect_all_once(group, share_out(assignor, group.subscribers(), group.counts()));
    }
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace millrace::client
