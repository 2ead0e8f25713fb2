// Topics: made, found, grown, deleted, and what a crash in the middle leaves of them.
#include "broker/catalog.h"

#include <algorithm>

#include "broker/harness.h"

namespace millrace::broker {
namespace {

using Values = std::vector<std::string>;

class CatalogTest : public BrokerTest {
 protected:
  ErrorCode error_of(const NewTopic& topic) { return code_of(catalog().create(topic)); }
  std::string message_of(const NewTopic& topic) {
    const auto created = catalog().create(topic);
    return created ? "" : created.error().message();
  }
  Values names() {
    Values listed;
    for (const auto& topic : catalog().list()) listed.push_back(topic->name);
    return listed;
  }
};

TEST_F(CatalogTest, ATopicIsFoundByNameAndById) {
  const auto created = catalog().create({.name = "t", .partitions = 3});
  ASSERT_TRUE(created);
  EXPECT_EQ(created->partitions, 3);
  EXPECT_EQ(created->replication_factor, 1);
  EXPECT_EQ(catalog().find("t")->id, created->id);
  EXPECT_EQ(catalog().find(created->id)->name, "t");
  EXPECT_EQ(catalog().find("t")->partition_count(), 3);
  EXPECT_EQ(catalog().find_partition("t", PartitionId(3)), nullptr);
  EXPECT_EQ(catalog().find_partition("t", PartitionId(-1)), nullptr);
  EXPECT_EQ(catalog().find("u"), nullptr);
}

TEST_F(CatalogTest, TopicsAreListedByName) {
  for (const auto* name : {"b", "a", "c"}) create(name);
  EXPECT_EQ(names(), (Values{"a", "b", "c"}));
}

TEST_F(CatalogTest, TopicsKeepIdPartitionsAndValuesAcrossARestart) {
  const auto before = create("t", {{"retention.ms", "1000"}}, 2);
  restart();
  const auto after = catalog().find("t");
  ASSERT_TRUE(after != nullptr);
  EXPECT_EQ(after->id, before->id);
  EXPECT_EQ(after->partition_count(), 2);
  EXPECT_EQ(after->config, before->config);
}

TEST_F(CatalogTest, DefaultsComeFromTheBroker) {
  restart({{"num.partitions", "4"}});
  EXPECT_EQ(catalog().create({.name = "t"})->partitions, 4);
}

TEST_F(CatalogTest, ASecondTopicOfTheNameIsRefused) {
  create("t");
  EXPECT_EQ(error_of({.name = "t"}), ErrorCode::topic_already_exists);
}

TEST_F(CatalogTest, NamesThatKafkaRefusesAreRefused) {
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("a/b"), std::string("a b"),
        std::string("\xc3\xbc"), std::string(250, 'x'), std::string("a\0b", 3)}) {
    EXPECT_EQ(error_of({.name = name}), ErrorCode::invalid_topic_exception) << name;
  }
  EXPECT_EQ(error_of({.name = std::string(249, 'x')}), ErrorCode::none);
  EXPECT_EQ(error_of({.name = "A.b_c-9"}), ErrorCode::none);
}

TEST_F(CatalogTest, NamesThatDifferOnlyInDotAndUnderscoreCollide) {
  create("a.b");
  EXPECT_EQ(error_of({.name = "a_b"}), ErrorCode::invalid_topic_exception);
}

TEST_F(CatalogTest, CountsThatKafkaRefusesAreRefused) {
  EXPECT_EQ(error_of({.name = "t", .partitions = 0}), ErrorCode::invalid_partitions);
  EXPECT_EQ(error_of({.name = "t", .partitions = -2}), ErrorCode::invalid_partitions);
  EXPECT_EQ(error_of({.name = "t", .partitions = 10'001}), ErrorCode::policy_violation);
  EXPECT_EQ(error_of({.name = "t", .replication_factor = 0}),
            ErrorCode::invalid_replication_factor);
  EXPECT_EQ(error_of({.name = "t", .replication_factor = 2}),
            ErrorCode::invalid_replication_factor);
  EXPECT_EQ(names(), Values{});
}

TEST_F(CatalogTest, AssignmentsMustNameThisBrokerAndEveryPartitionOnce) {
  const auto assigned = [&](std::vector<ReplicaAssignment> assignments) {
    return error_of({.name = "t", .assignments = std::move(assignments)});
  };
  EXPECT_EQ(assigned({{0, {2}}}), ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(assigned({{0, {}}}), ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(assigned({{0, {1, 1}}}), ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(assigned({{0, {1}}, {2, {1}}}), ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(assigned({{0, {1}}, {0, {1}}}), ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(error_of({.name = "t", .partitions = 1, .assignments = {{0, {1}}}}),
            ErrorCode::invalid_request);
  EXPECT_EQ(assigned({{1, {1}}, {0, {1}}}), ErrorCode::none);
  EXPECT_EQ(catalog().find("t")->partition_count(), 2);
}

TEST_F(CatalogTest, ConfigsThatKafkaRefusesAreRefused) {
  EXPECT_EQ(error_of({.name = "t", .configs = {{"retention.ms", "soon"}}}),
            ErrorCode::invalid_config);
  EXPECT_EQ(error_of({.name = "t", .configs = {{"retention.ms", std::nullopt}}}),
            ErrorCode::invalid_config);
  EXPECT_NE(message_of({.name = "t", .configs = {{"retention.mz", "1"}}}).find("retention.ms"),
            std::string::npos)
      << "the nearest key is named";
}

TEST_F(CatalogTest, ValidateOnlyMakesNothing) {
  const auto checked = catalog().create({.name = "t", .partitions = 2}, true);
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->partitions, 2);
  EXPECT_EQ(catalog().find("t"), nullptr);
}

TEST_F(CatalogTest, AMissingTopicIsMadeOnDemandWithTheBrokersDefaults) {
  restart({{"num.partitions", "3"}});
  const auto made = catalog().auto_create("t");
  ASSERT_TRUE(made);
  EXPECT_EQ((*made)->partition_count(), 3);
  EXPECT_EQ((*catalog().auto_create("t"))->id, (*made)->id);
}

TEST_F(CatalogTest, WithoutAutoCreationAMissingTopicIsUnknownButInternalOnesAreMade) {
  restart({{"auto.create.topics.enable", "false"}, {"offsets.topic.num.partitions", "7"}});
  EXPECT_EQ(code_of(catalog().auto_create("t")), ErrorCode::unknown_topic_or_partition);
  const auto offsets = catalog().auto_create("__consumer_offsets");
  ASSERT_TRUE(offsets);
  EXPECT_TRUE((*offsets)->internal);
  EXPECT_EQ((*offsets)->partition_count(), 7);
  EXPECT_EQ((*offsets)->config.at("cleanup.policy"), "compact");
}

TEST_F(CatalogTest, ADeletedTopicIsGoneAndItsNameComesBackEmptyUnderAnotherId) {
  const auto before = create("t");
  produce("t", {.values = {"old"}});
  const auto held = catalog().find_partition("t", PartitionId(0));
  ASSERT_TRUE(catalog().remove("t"));
  EXPECT_EQ(catalog().find("t"), nullptr);
  EXPECT_EQ(catalog().find(before->id), nullptr);
  EXPECT_EQ(code_of(held->read({.from = Offset(0), .bytes_max = 100})),
            ErrorCode::unknown_topic_or_partition);
  const auto after = create("t");
  EXPECT_NE(after->id, before->id);
  EXPECT_EQ(read_all(partition("t")), Values{});
  crash();
  EXPECT_EQ(catalog().find("t")->id, after->id);
  EXPECT_EQ(read_all(partition("t")), Values{});
}

TEST_F(CatalogTest, DeletingWhatIsNotThereIsAnError) {
  EXPECT_EQ(code_of(catalog().remove("t")), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(code_of(catalog().remove(Uuid::random())), ErrorCode::unknown_topic_id);
}

TEST_F(CatalogTest, DeletionCanBeForbidden) {
  restart({{"delete.topic.enable", "false"}});
  create("t");
  EXPECT_EQ(code_of(catalog().remove("t")), ErrorCode::topic_deletion_disabled);
  EXPECT_TRUE(catalog().find("t") != nullptr);
}

TEST_F(CatalogTest, AddedPartitionsAreEmptyAndTheOldOnesKeepTheirRecords) {
  create("t");
  produce("t", {.values = {"a"}});
  ASSERT_TRUE(catalog().add_partitions({.topic = "t", .count = 3}));
  EXPECT_EQ(catalog().find("t")->partition_count(), 3);
  produce("t", {.values = {"b"}}, 2);
  restart();
  EXPECT_EQ(read_all(partition("t", 0)), Values{"a"});
  EXPECT_EQ(read_all(partition("t", 1)), Values{});
  EXPECT_EQ(read_all(partition("t", 2)), Values{"b"});
}

TEST_F(CatalogTest, PartitionCountsOnlyGrow) {
  create("t", {}, 2);
  const auto grown = [&](int32_t count, std::vector<std::vector<int32_t>> assignments = {}) {
    return code_of(catalog().add_partitions(
        {.topic = "t", .count = count, .assignments = std::move(assignments)}));
  };
  EXPECT_EQ(grown(2), ErrorCode::invalid_partitions);
  EXPECT_EQ(grown(1), ErrorCode::invalid_partitions);
  EXPECT_EQ(grown(3, {{1}, {1}}), ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(grown(3, {{2}}), ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(grown(3, {{1}}), ErrorCode::none);
  EXPECT_EQ(code_of(catalog().add_partitions({.topic = "u", .count = 3})),
            ErrorCode::unknown_topic_or_partition);
  EXPECT_TRUE(catalog().add_partitions({.topic = "t", .count = 9}, true));
  EXPECT_EQ(catalog().find("t")->partition_count(), 3);
}

TEST_F(CatalogTest, DirectoriesOfNoTopicAreReportedAndLeftAlone) {
  create("t");
  broker_.reset();
  ASSERT_TRUE(fs_->rename("data/t-0", "data/stray-5"));
  start();
  const auto& report = broker().recovery_report();
  EXPECT_TRUE(std::ranges::any_of(
      report, [](const std::string& line) { return line.find("stray-5") != std::string::npos; }));
  EXPECT_TRUE(*fs_->exists("data/stray-5"));
}

// Every call that changes the disk fails once, in turn; then the process dies. Whatever the caller
// was told holds after the restart, and the name can be used again.
class CatalogFaultsTest : public CatalogTest {
 protected:
  static constexpr uint64_t kNever = 1'000'000;

  /// Runs `change` on a new broker with a topic "old" for each of its calls; false ends the loop.
  template <class Change, class Check>
  void fail_each_call(Change change, Check check) {
    for (uint64_t number = 1;; ++number) {
      SCOPED_TRACE("call " + std::to_string(number));
      ASSERT_LT(number, 500U);
      broker_.reset();
      fs_ = std::make_unique<io::FaultyFileSystem>();
      start();
      create("old", {}, 2);
      produce("old", {.values = {"kept"}}, 1);
      const uint64_t before = fs_->changes();
      fs_->fail_change(number, io::Fault::io_error);
      const bool done = change();
      const bool all_calls_made = fs_->changes() < before + number;
      fs_->fail_change(kNever, io::Fault::none);
      crash();
      check(done);
      if (all_calls_made) {
        EXPECT_TRUE(done);
        return;
      }
    }
  }
};

TEST_F(CatalogFaultsTest, ACreationIsWholeOrTriedAgain) {
  fail_each_call([&] { return catalog().create({.name = "new", .partitions = 2}).has_value(); },
                 [&](bool done) {
                   if (done) {
                     ASSERT_TRUE(catalog().find("new") != nullptr);
                   }
                   if (catalog().find("new") == nullptr) create("new", {}, 2);
                   ASSERT_TRUE(catalog().find("new") != nullptr);
                   EXPECT_EQ(catalog().find("new")->partition_count(), 2);
                   for (int32_t i = 0; i < 2; ++i) {
                     EXPECT_EQ(produce("new", {}, i).error, ErrorCode::none);
                   }
                   EXPECT_EQ(read_all(partition("old", 1)), Values{"kept"});
                 });
}

TEST_F(CatalogFaultsTest, ADeletionIsWholeOrNothingHappened) {
  fail_each_call([&] { return catalog().remove("old").has_value(); },
                 [&](bool done) {
                   const auto old = catalog().find("old");
                   if (done) {
                     EXPECT_EQ(old, nullptr);
                   }
                   if (old != nullptr) {
                     EXPECT_EQ(read_all(partition("old", 1)), Values{"kept"});
                     return;
                   }
                   create("old", {}, 2);
                   EXPECT_EQ(read_all(partition("old", 1)), Values{});
                 });
}

TEST_F(CatalogFaultsTest, GrowingIsWholeOrTriedAgain) {
  fail_each_call([&] { return catalog().add_partitions({.topic = "old", .count = 4}).has_value(); },
                 [&](bool done) {
                   const auto old = catalog().find("old");
                   ASSERT_TRUE(old != nullptr);
                   if (done) {
                     EXPECT_EQ(old->partition_count(), 4);
                   }
                   if (old->partition_count() == 2) {
                     ASSERT_TRUE(catalog().add_partitions({.topic = "old", .count = 4}));
                   }
                   EXPECT_EQ(produce("old", {}, 3).error, ErrorCode::none);
                   EXPECT_EQ(read_all(partition("old", 1)), Values{"kept"});
                 });
}

TEST_F(CatalogFaultsTest, AnAlterationIsWholeOrNothingHappened) {
  fail_each_call([&] { return alter("old", "retention.ms", "77") == ErrorCode::none; },
                 [&](bool done) {
                   const auto& config = catalog().find("old")->config;
                   if (done) {
                     EXPECT_EQ(config.at("retention.ms"), "77");
                   }
                   if (config.contains("retention.ms")) {
                     EXPECT_EQ(config.at("retention.ms"), "77");
                   }
                 });
}

}  // namespace
}  // namespace millrace::broker
