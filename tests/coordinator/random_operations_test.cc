// Random operations on several groups; again and again the coordinator ends, maybe the log is
// compacted, and another coordinator must know exactly the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>

#include "harness.h"

namespace millrace::coordinator {
namespace {

constexpr int64_t kRetention = 600'000;

class RandomOperationsTest : public CoordinatorTest {
 protected:
  struct Known {
    std::string id;
    std::optional<std::string> instance;
  };
  struct Model {
    std::string name;
    std::vector<Known> members;
    int32_t generation = 0;
  };

  void SetUp() override {
    config.initial_rebalance_delay_ms = 0;
    config.session_timeout_ms_max = INT32_MAX;
    config.offsets_retention_ms = kRetention;
    config.offsets_retention_check_interval_ms = kRetention / 4;
    CoordinatorTest::SetUp();
  }

  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  bool chance(uint32_t percent) { return below(100) < percent; }

  As as(const Model& model, const Known& known) {
    As as;
    as.id = known.id;
    as.instance = known.instance;
    as.group = model.name;
    as.session_ms = 1'000'000'000;
    return as;
  }

  /// Everybody joins and syncs until the group is stable.
  void settle(Model& model, std::vector<Known> newcomers) {
    std::vector<Known> all = std::move(newcomers);
    all.insert(all.end(), model.members.begin(), model.members.end());
    while (!all.empty()) {
      std::vector<Answer<JoinResponse>> joins;
      for (const Known& known : all) joins.push_back(join(as(model, known)));
      pass(0);
      std::vector<SyncAssignment> assignments;
      for (size_t i = 0; i < all.size(); ++i) {
        ASSERT_TRUE(joins[i].is_here());
        ASSERT_EQ(joins[i]->error, ErrorCode::none);
        all[i].id = joins[i]->member_id;
        assignments.push_back({all[i].id, bytes_of("share " + std::to_string(random_()))});
      }
      model.generation = joins[0]->generation_id;
      model.members = all;
      if (chance(10)) log.fail_next(ErrorCode::kafka_storage_error);
      const auto synced =
          sync({.id = joins[0]->leader, .generation = model.generation, .group = model.name},
               assignments);
      if (synced->error != ErrorCode::none) continue;
      for (const Known& known : all) {
        const auto other =
            sync({.id = known.id, .generation = model.generation, .group = model.name});
        ASSERT_EQ(other->error, ErrorCode::none);
      }
      return;
    }
  }

  void add_member(Model& model) {
    if (model.members.size() >= 4) return;
    Known newcomer;
    if (chance(40)) newcomer.instance = "instance-" + std::to_string(random_());
    settle(model, {newcomer});
  }

  void remove_member(Model& model) {
    if (model.members.empty()) return;
    const auto at = model.members.begin() + below(static_cast<uint32_t>(model.members.size()));
    ASSERT_EQ(leave({.id = at->id,
                     .generation = model.generation,
                     .instance = at->instance,
                     .group = model.name}),
              ErrorCode::none);
    model.members.erase(at);
    settle(model, {});
  }

  void return_static_member(Model& model) {
    const auto at = std::ranges::find_if(
        model.members, [](const Known& known) { return known.instance.has_value(); });
    if (at == model.members.end()) return;
    As returning = as(model, *at);
    returning.id.clear();
    if (chance(20)) log.fail_next(ErrorCode::kafka_storage_error);
    const auto answer = join(returning);
    ASSERT_TRUE(answer.is_here());
    if (answer->error == ErrorCode::none) at->id = answer->member_id;
  }

  void commit_something(Model& model) {
    Who who{.group = model.name};
    if (!model.members.empty()) {
      who.id = model.members[below(static_cast<uint32_t>(model.members.size()))].id;
      who.generation = model.generation;
    }
    std::vector<Commit> commits;
    const uint32_t count = 1 + below(3);
    for (uint32_t i = 0; i < count; ++i) {
      commits.push_back({.topic = chance(50) ? "orders" : "payments",
                         .partition = static_cast<int32_t>(below(8)),
                         .offset = static_cast<int64_t>(below(1'000'000)),
                         .metadata = "note " + std::to_string(below(1'000)),
                         .leader_epoch = static_cast<int32_t>(below(5)) - 1});
    }
    if (chance(10)) log.fail_next(ErrorCode::not_enough_replicas);
    start_commit(who, commits);
  }

  void operate() {
    Model& model = models_[below(static_cast<uint32_t>(models_.size()))];
    switch (below(10)) {
      case 0:
      case 1: return add_member(model);
      case 2: return remove_member(model);
      case 3: return return_static_member(model);
      case 4: {
        const auto answer = delete_offsets(chance(50) ? "orders" : "payments",
                                           static_cast<int32_t>(below(8)), model.name);
        ASSERT_TRUE(answer.is_here());
        return;
      }
      case 5:
        if (chance(30)) {
          const ErrorCode error = delete_group(model.name);
          if (!model.members.empty()) {
            ASSERT_EQ(error, ErrorCode::non_empty_group);
          }
        }
        return;
      case 6: return pass(static_cast<int64_t>(below(chance(20) ? kRetention : 1'000)));
      default: return commit_something(model);
    }
  }

  /// All that clients can see of a group.
  std::string look_at(const std::string& name) {
    const auto described = groups->describe(name);
    const auto offsets = fetch_all(name);
    // A group without members, type and offsets is not worth remembering.
    const bool is_nothing =
        described.members.empty() && described.protocol_type.empty() && offsets.topics.empty();
    if (is_nothing) return name + ": nothing\n";
    std::ostringstream out;
    out << name << ": " << described.state << ' ' << described.protocol_type << ' '
        << described.protocol << '\n';
    for (const DescribedMember& member : described.members) {
      out << "  " << member.member_id << ' ' << member.group_instance_id.value_or("-") << ' '
          << member.client_id << member.client_host << ' ' << as_text(member.metadata) << ' '
          << as_text(member.assignment) << '\n';
    }
    for (const auto& topic : offsets.topics) {
      for (const auto& partition : topic.partitions) {
        out << "  " << topic.topic << '-' << partition.partition << ": " << partition.offset << ' '
            << partition.leader_epoch << ' ' << partition.metadata << '\n';
      }
    }
    return out.str();
  }
  std::string look() {
    std::string all;
    for (const Model& model : models_) all += look_at(model.name);
    return all;
  }

  void run(uint32_t seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_.seed(seed);
    for (int round = 0; round < 30; ++round) {
      const uint32_t count = 1 + below(20);
      for (uint32_t i = 0; i < count && !HasFatalFailure(); ++i) operate();
      ASSERT_FALSE(HasFatalFailure());
      const std::string before = look();
      if (chance(30)) log.compact();
      restart();
      ASSERT_EQ(look(), before);
      for (const Model& model : models_) {
        for (const Known& known : model.members) {
          ASSERT_EQ(heartbeat({.id = known.id,
                               .generation = model.generation,
                               .instance = known.instance,
                               .group = model.name}),
                    ErrorCode::none);
        }
      }
    }
  }

  std::mt19937 random_;
  std::vector<Model> models_ = {{.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}};
};

class ReplayOfRandomOperations : public RandomOperationsTest,
                                 public ::testing::WithParamInterface<uint32_t> {};

TEST_P(ReplayOfRandomOperations, GivesTheSameStateBack) { run(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Seeds, ReplayOfRandomOperations, ::testing::Range(1u, 21u));

}  // namespace
}  // namespace millrace::coordinator
