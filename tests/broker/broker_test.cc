// The whole broker with threads of its own, and its life from open to close.
#include "broker/broker.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "broker/harness.h"

namespace millrace::broker {
namespace {

class BrokerLifeTest : public BrokerTest {};

TEST_F(BrokerLifeTest, TheClusterKeepsItsId) {
  const std::string id = broker().cluster_id();
  EXPECT_EQ(id.size(), 22U);
  restart();
  EXPECT_EQ(broker().cluster_id(), id);
}

TEST_F(BrokerLifeTest, TheOlderNameOfTheNodeIdCounts) {
  EXPECT_EQ(broker().node_id(), 1);
  restart({{"broker.id", "7"}});
  EXPECT_EQ(broker().node_id(), 7);
}

TEST_F(BrokerLifeTest, ACleanStopIsRecoveredWithoutAFinding) {
  create("t", {}, 3);
  produce("t");
  restart();
  EXPECT_TRUE(broker().recovery_report().empty());
  EXPECT_EQ(partition("t").leader_epoch(), LeaderEpoch(0));
}

TEST_F(BrokerLifeTest, ProducerIdsAreNotGivenAgainAfterACrash) {
  const auto first = broker().allocate_producer_id();
  crash();
  const auto second = broker().allocate_producer_id();
  ASSERT_TRUE(first && second);
  EXPECT_GT(*second, *first);
}

TEST_F(BrokerLifeTest, AfterCloseAppendsAreRefused) {
  create("t");
  ASSERT_TRUE(broker().close());
  EXPECT_EQ(produce("t").error, ErrorCode::not_leader_or_follower);
}

TEST_F(BrokerLifeTest, EveryoneMayDoEverythingUnlessToldOtherwise) {
  EXPECT_TRUE(broker().security().allowed({}, Operation::write, ResourceType::topic, "t"));
}

/// Counts answers from any thread.
class Answers {
 public:
  void add(ErrorCode error) {
    const std::lock_guard lock(mutex_);
    ++count_;
    if (error != ErrorCode::none) ++errors_;
    changed_.notify_all();
  }
  bool wait_for(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return count_ >= count; });
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  int errors() {
    const std::lock_guard lock(mutex_);
    return errors_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
  int errors_ = 0;
};

class BrokerThreadsTest : public ThreadedBrokerTest {
 protected:
  void SetUp() override {
    ThreadedBrokerTest::SetUp();
    ASSERT_TRUE(broker_->catalog().create({.name = "t", .partitions = 2}));
  }
  std::shared_ptr<Partition> partition(int32_t number) {
    return broker_->catalog().find_partition("t", PartitionId(number));
  }
};

TEST_F(BrokerThreadsTest, ManyProducersAreEachAnsweredOnceAndEachBatchIsThereOnce) {
  constexpr int kProducers = 4;
  constexpr int kBatches = 200;
  Answers answers;
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&, p] {
      for (int i = 0; i < kBatches; ++i) {
        const Bytes batch = batch_of({std::to_string(p) + "/" + std::to_string(i)},
                                     clock_.wall_ms(), {ProducerId(p), 0, i});
        partition(p % 2)->append(
            {.records = batch, .acks = static_cast<int16_t>(i % 3 - 1)},
            [&](const ProduceOutcome& outcome) { answers.add(outcome.error); });
      }
    });
  }
  for (auto& producer : producers) producer.join();
  ASSERT_TRUE(answers.wait_for(kProducers * kBatches));
  EXPECT_EQ(answers.errors(), 0);
  for (int32_t number = 0; number < 2; ++number) {
    const auto values = read_all(*partition(number));
    ASSERT_EQ(values.size(), static_cast<size_t>(kProducers / 2 * kBatches));
    std::map<std::string, int> next;
    for (const auto& value : values) {
      const auto slash = value.find('/');
      EXPECT_EQ(std::stoi(value.substr(slash + 1)), next[value.substr(0, slash)]++);
    }
  }
  ASSERT_TRUE(broker_->close());
  EXPECT_EQ(answers.count(), kProducers * kBatches);
}

TEST_F(BrokerThreadsTest, CloseAnswersEveryoneWhoWaitsForASync) {
  Answers answers;
  const Bytes batch = batch_of({"v"}, clock_.wall_ms());
  for (int i = 0; i < 100; ++i) {
    partition(i % 2)->append({.records = batch},
                             [&](const ProduceOutcome& outcome) { answers.add(outcome.error); });
  }
  ASSERT_TRUE(broker_->close());
  EXPECT_EQ(answers.count(), 100);
  EXPECT_EQ(answers.errors(), 0) << "what was written before the close is synced by it";
}

TEST_F(BrokerThreadsTest, TopicsMayGoWhileTheyAreWrittenAndRead) {
  Answers answers;
  std::atomic<bool> stop = false;
  std::thread producer([&] {
    const Bytes batch = batch_of({"v"}, clock_.wall_ms());
    while (!stop) {
      if (const auto found = broker_->catalog().find_partition("gone", PartitionId(0))) {
        found->append({.records = batch},
                      [&](const ProduceOutcome& outcome) { answers.add(outcome.error); });
        (void)found->read({.from = Offset(0), .bytes_max = 1000}).has_value();
      }
    }
  });
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(broker_->catalog().create({.name = "gone"}));
    fetch(*broker_,
          {.targets = {{.topic = "gone", .from = Offset(0), .bytes_max = 1000}},
           .bytes_min = 1 << 20,
           .bytes_max = 1 << 21,
           .wait_max = std::chrono::hours(1)},
          [&](const std::vector<FetchedPartition>&) {});
    std::this_thread::yield();
    ASSERT_TRUE(broker_->catalog().remove("gone"));
  }
  stop = true;
  producer.join();
  EXPECT_TRUE(broker_->close());
}

}  // namespace
}  // namespace millrace::broker
