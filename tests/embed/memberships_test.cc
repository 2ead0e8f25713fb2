// Both kinds of membership with the real coordinator: what a group comes to, and, with members that
// come, go, are cut off and fall asleep at random, that no partition is ever read by two.
#include <gtest/gtest.h>

#include <random>

#include "embed/membership_world.h"
#include "test_seed.h"
#include "wire/messages/join_group.h"

namespace millrace::embed {
namespace {

using client::Subscription;
using Shares = std::vector<size_t>;

/// What a group's members offer.
struct Kind {
  std::string name;
  GroupProtocol protocol = GroupProtocol::classic;
  std::vector<std::vector<Assignor>> offers;
};

std::vector<Kind> kinds() {
  using enum Assignor;
  return {{.name = "Range", .offers = {{range}}},
          {.name = "RoundRobin", .offers = {{roundrobin}}},
          {.name = "Cooperative", .offers = {{cooperative_sticky}}},
          {.name = "ChangesToCooperative",
           .offers = {{range, cooperative_sticky}, {cooperative_sticky}}},
          {.name = "Consumer", .protocol = GroupProtocol::consumer, .offers = {{}}}};
}

ConsumerOptions options_of(const Kind& kind, size_t member) {
  ConsumerOptions options;
  options.group = "g";
  options.group_protocol = kind.protocol;
  options.assignors = kind.offers[member % kind.offers.size()];
  options.session_timeout = milliseconds(10'000);
  options.heartbeat_interval = milliseconds(1'000);
  options.max_poll_interval = milliseconds(20'000);
  options.allow_auto_create_topics = false;
  return options;
}

const Subscription kBoth{.topics = {"a", "b"}, .pattern = {}};

class Memberships : public ::testing::TestWithParam<Kind> {
 protected:
  Memberships() {
    world_.create_topic("a", 6);
    world_.create_topic("b", 6);
  }
  size_t join(const Subscription& subscription = kBoth) {
    return world_.join(options_of(GetParam(), joined_++), subscription);
  }
  void settle() { world_.pass(milliseconds(40'000)); }

  MembershipWorld world_;
  size_t joined_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Kinds, Memberships, ::testing::ValuesIn(kinds()),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(Memberships, ShareEverythingAsTheyComeAndGo) {
  join();
  settle();
  EXPECT_EQ(world_.shares(), Shares{12});
  join();
  settle();
  EXPECT_EQ(world_.shares(), (Shares{6, 6}));
  join();
  settle();
  EXPECT_EQ(world_.shares(), (Shares{4, 4, 4}));
  world_.leave(0);
  settle();
  EXPECT_EQ(world_.shares(), (Shares{6, 6}));
  world_.crash(0);
  world_.pass(milliseconds(60'000));
  EXPECT_EQ(world_.shares(), Shares{12}) << "when the session has ended";
}

TEST_P(Memberships, GetPartitionsThatAreAdded) {
  join();
  join();
  settle();
  world_.grow_topic("b", 8);
  settle();
  EXPECT_EQ(world_.shares(), (Shares{7, 7}));
}

TEST_P(Memberships, GetTopicsThatComeLater) {
  join({.topics = {"a", "b", "later"}, .pattern = {}});
  settle();
  EXPECT_EQ(world_.shares(), Shares{12});
  world_.create_topic("later", 3);
  settle();
  EXPECT_EQ(world_.shares(), Shares{15});
}

TEST_P(Memberships, CreateTheirTopicsWhereTheyMay) {
  const Subscription wish{.topics = {"a", "b", "wished"}, .pattern = {}};
  ConsumerOptions options = options_of(GetParam(), 0);
  world_.join(options, wish);
  settle();
  EXPECT_EQ(world_.shares(), Shares{12}) << "allow_auto_create_topics is off";
  world_.leave(0);
  options.allow_auto_create_topics = true;
  world_.join(options, wish);
  settle();
  world_.topics["wished"] = 1;
  EXPECT_EQ(world_.shares(), Shares{13});
}

TEST_P(Memberships, GetTopicsThatMatch) {
  join({.topics = {}, .pattern = "[a-c]"});
  settle();
  EXPECT_EQ(world_.shares(), Shares{12});
  world_.create_topic("c", 1);
  settle();
  EXPECT_EQ(world_.shares(), Shares{13});
}

TEST_P(Memberships, ChangeWhatTheySubscribeTo) {
  join();
  join();
  settle();
  world_.subscribe(0, {.topics = {"a"}, .pattern = {}});
  world_.subscribe(1, {.topics = {"b"}, .pattern = {}});
  settle();
  EXPECT_EQ(world_.shares(), (Shares{6, 6}));
}

TEST_P(Memberships, AreLetInAgainWhenTheyPollAgain) {
  join();
  join();
  settle();
  world_.participants[0].is_idle = true;
  settle();
  EXPECT_EQ(world_.participants[1].reader->has().size(), 12U);
  world_.participants[0].is_idle = false;
  settle();
  EXPECT_EQ(world_.shares(), (Shares{6, 6}));
}

TEST_P(Memberships, OutliveATimeWithoutTheCoordinator) {
  join();
  join();
  settle();
  const int before = world_.participants[1].reader->changes();
  world_.participants[0].links->cut();
  world_.pass(milliseconds(5'000));
  world_.participants[0].links->mend();
  settle();
  EXPECT_EQ(world_.shares(), (Shares{6, 6}));
  EXPECT_EQ(world_.participants[1].reader->changes(), before) << "nobody was thrown out";
}

TEST_P(Memberships, StayWhatTheyAreWithoutNews) {
  join();
  join();
  settle();
  const int before = world_.participants[0].reader->changes();
  world_.pass(milliseconds(600'000));
  EXPECT_EQ(world_.participants[0].reader->changes(), before);
}

/// What happens to a group at random.
class Chaos {
 public:
  Chaos(const Kind& kind, uint64_t seed) : kind_(kind), random_(seed) {
    world_.create_topic("a", 1 + static_cast<int32_t>(pick(5)));
    world_.create_topic("b", static_cast<int32_t>(1 + pick(3)));
    join();
  }

  void run() {
    for (int i = 0; i < 120 && !::testing::Test::HasFailure(); ++i) {
      happen();
      world_.pass(milliseconds(pick(6) == 0 ? 5'000 : 50 * (1 + pick(20))));
    }
    for (Participant& each : world_.participants) {
      each.links->mend();
      each.links->fate = [](int16_t) { return Fate::arrives; };
      each.is_idle = false;
    }
    world_.pass(milliseconds(120'000));
  }
  void check() {
    // One that wants everything, so that nothing is left over.
    world_.subscribe(0, kBoth);
    world_.pass(milliseconds(60'000));
    (void)world_.shares();
    for (const Participant& each : world_.participants) changes_ += each.reader->changes();
  }
  int changes() const { return changes_; }

 private:
  uint64_t pick(uint64_t count) { return random_() % count; }
  bool is_classic() const { return kind_.protocol == GroupProtocol::classic; }
  size_t anyone() { return pick(world_.participants.size()); }

  void join() {
    ConsumerOptions options = options_of(kind_, joined_++);
    if (!is_classic()) options.max_poll_interval = milliseconds(60'000);
    const size_t place = world_.join(options, some_topics());
    world_.participants[place].links->fate = [this](int16_t api_key) { return fate(api_key); };
  }
  Subscription some_topics() {
    if (pick(3) != 0) return kBoth;
    if (pick(2) == 0) return {.topics = {pick(2) == 0 ? "a" : "b"}, .pattern = {}};
    return {.topics = {}, .pattern = "[ab]"};
  }
  /// Where a JoinGroup vanishes and heartbeats do not, a cooperative member learns up to a
  /// heartbeat late that the group has not waited for it. That is the protocol's, not ours.
  Fate fate(int16_t api_key) {
    const uint64_t luck = pick(100);
    if (luck < 3) return Fate::is_lost;
    if (luck < 6) return Fate::loses_its_answer;
    const bool may_vanish = api_key != wire::JoinGroupRequest::kApiKey;
    return luck == 6 && may_vanish ? Fate::is_swallowed : Fate::arrives;
  }

  void happen() {
    const uint64_t what = pick(10);
    const size_t who = anyone();
    if (what < 2 && world_.participants.size() < 5) join();
    if (what == 2 && world_.participants.size() > 1) take_out(who);
    if (what == 3) world_.participants[who].is_idle ^= true;
    if (what == 4) trouble(world_.participants[who]);
    if (what == 5) world_.subscribe(who, some_topics());
    if (what == 6 && pick(6) == 0) world_.grow_topic("a", world_.topics.at("a") + 1);
    for (Participant& each : world_.participants) {
      if (each.is_cut_until <= world_.now()) each.links->mend();
    }
  }
  void take_out(size_t who) {
    const Participant& gone = world_.participants[who];
    changes_ += gone.reader->changes();
    const bool is_sudden = pick(2) == 0 || gone.links->is_cut();
    is_sudden ? world_.crash(who) : world_.leave(who);
  }
  /// A member of the consumer protocol does not know how long its session is, nor when the
  /// coordinator ends its patience with what is to be given up: it is cut off for much less than
  /// that, and not twice in that time.
  void trouble(Participant& who) {
    constexpr milliseconds kKnown{30'000}, kUnknown{8'000}, kBetween{45'000};
    if (!is_classic() && who.is_cut_until + kBetween > world_.now()) return;
    who.is_cut_until = world_.now() + (is_classic() ? kKnown : kUnknown) * pick(100) / 100;
    who.links->cut();
  }

  const Kind& kind_;
  std::mt19937_64 random_;
  MembershipWorld world_;
  size_t joined_ = 0;
  int changes_ = 0;
};

TEST_P(Memberships, NoPartitionIsEverReadByTwo) {
  int changes = 0;
  const uint64_t first = test_seed();
  for (uint64_t seed = first; seed < first + 25; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    Chaos chaos(GetParam(), seed);
    chaos.run();
    chaos.check();
    changes += chaos.changes();
    if (HasFailure()) return;
  }
  EXPECT_GT(changes, 400) << "much has happened";
}

}  // namespace
}  // namespace millrace::embed
