// Fetches over many partitions: what they carry, how long they wait, who wakes them.
#include "broker/fetch.h"

#include <atomic>
#include <thread>

#include "broker/harness.h"
#include "io/read_chunks.h"

namespace millrace::broker {
namespace {

using Values = std::vector<std::string>;

class FetchTest : public BrokerTest {
 protected:
  struct Pending {
    int answers = 0;
    std::vector<FetchedPartition> results;

    Values values(size_t index = 0) const {
      return values_in(*io::read_chunks(results.at(index).data.records));
    }
  };

  static FetchTarget from(const std::string& topic, int64_t offset, int32_t number = 0) {
    return {.topic = topic,
            .partition = PartitionId(number),
            .from = Offset(offset),
            .bytes_max = 1 << 20};
  }
  std::shared_ptr<Pending> ask(FetchSpec spec) {
    auto pending = std::make_shared<Pending>();
    fetch(broker(), std::move(spec), [pending](std::vector<FetchedPartition> results) {
      ++pending->answers;
      pending->results = std::move(results);
    });
    return pending;
  }
  std::shared_ptr<Pending> wait_for(std::vector<FetchTarget> targets, int32_t bytes_min = 1,
                                    int64_t wait_ms = 500) {
    return ask({.targets = std::move(targets),
                .bytes_min = bytes_min,
                .bytes_max = 1 << 20,
                .wait_max = Milliseconds(wait_ms)});
  }
};

TEST_F(FetchTest, AnswersAtOnceWhatIsThere) {
  create("t");
  produce("t", {.values = {"a", "b"}});
  const auto answer = wait_for({from("t", 0)});
  ASSERT_EQ(answer->answers, 1);
  EXPECT_EQ(answer->values(), (Values{"a", "b"}));
  EXPECT_EQ(answer->results[0].data.high_watermark, Offset(2));
  EXPECT_EQ(answer->results[0].data.log_start_offset, Offset(0));
}

TEST_F(FetchTest, WhatIsAnsweredIsCountedAndNotWhatIsReadOnTheWay) {
  create("t");
  produce("t", {.values = {"a"}});
  const auto answer = wait_for({from("t", 0)}, 10'000, 500);
  EXPECT_EQ(partition("t").traffic().bytes_out.value(), 0);
  pass(Milliseconds(500));
  ASSERT_EQ(answer->answers, 1);
  EXPECT_EQ(partition("t").traffic().bytes_out.value(), partition("t").size_bytes());
}

TEST_F(FetchTest, AnAppendWakesTheLongPollOnce) {
  create("t");
  const auto answer = wait_for({from("t", 0)});
  EXPECT_EQ(answer->answers, 0);
  produce("t", {.values = {"a"}});
  ASSERT_EQ(answer->answers, 1);
  EXPECT_EQ(answer->values(), Values{"a"});
  produce("t", {.values = {"b"}});
  pass(Milliseconds(1000));
  EXPECT_EQ(answer->answers, 1);
}

TEST_F(FetchTest, NothingHappensWhileItWaits) {
  create("t");
  const auto answer = wait_for({from("t", 0)}, 1, 500);
  int calls = 0;
  fs_->set_hook([&](const io::FaultyCall&) {
    ++calls;
    return io::Fault::none;
  });
  const auto deadline = timers_.next_deadline();
  for (int i = 0; i < 499; ++i) pass(Milliseconds(1));
  EXPECT_EQ(calls, 0) << "somebody polled";
  EXPECT_EQ(timers_.next_deadline(), deadline);
  EXPECT_EQ(answer->answers, 0);
}

TEST_F(FetchTest, TheDeadlineAnswersWithNothing) {
  create("t");
  const auto answer = wait_for({from("t", 0)}, 1, 500);
  pass(Milliseconds(499));
  EXPECT_EQ(answer->answers, 0);
  pass(Milliseconds(1));
  ASSERT_EQ(answer->answers, 1);
  EXPECT_EQ(answer->results[0].error, ErrorCode::none);
  EXPECT_EQ(answer->results[0].data.bytes, 0);
}

TEST_F(FetchTest, TheDeadlineAnswersWithLessThanWasAskedFor) {
  create("t");
  produce("t", {.values = {"a"}});
  const auto answer = wait_for({from("t", 0)}, 10'000, 500);
  EXPECT_EQ(answer->answers, 0);
  pass(Milliseconds(500));
  EXPECT_EQ(answer->values(), Values{"a"});
}

TEST_F(FetchTest, BytesOfAllPartitionsCountTogether) {
  create("t", {}, 2);
  const auto size =
      static_cast<int32_t>(batch_of({std::string(100, 'x')}, clock_.wall_ms()).size());
  const auto answer = wait_for({from("t", 0, 0), from("t", 0, 1)}, 2 * size);
  produce("t", {.values = {std::string(100, 'x')}}, 0);
  EXPECT_EQ(answer->answers, 0);
  produce("t", {.values = {std::string(100, 'x')}}, 1);
  ASSERT_EQ(answer->answers, 1);
  EXPECT_EQ(answer->values(0).size() + answer->values(1).size(), 2U);
}

TEST_F(FetchTest, OneAppendWakesAllThatWaitForIt) {
  create("t");
  std::vector<std::shared_ptr<Pending>> answers;
  for (int i = 0; i < 10; ++i) answers.push_back(wait_for({from("t", 0)}));
  produce("t");
  for (const auto& answer : answers) EXPECT_EQ(answer->answers, 1);
  EXPECT_FALSE(timers_.next_deadline() <= clock_.steady_now() + Milliseconds(500))
      << "a deadline outlived its fetch";
}

TEST_F(FetchTest, WithoutAWaitItAnswersAtOnce) {
  create("t");
  EXPECT_EQ(wait_for({from("t", 0)}, 1, 0)->answers, 1);
  EXPECT_EQ(ask({.bytes_min = 1, .wait_max = Milliseconds(500)})->answers, 1) << "no partition";
}

TEST_F(FetchTest, AnErrorIsAnsweredAtOnceAndOnlyWhereItIs) {
  create("t");
  produce("t", {.values = {"a"}});
  const auto answer = wait_for({from("missing", 0), from("t", 9), from("t", 0)}, 10'000);
  ASSERT_EQ(answer->answers, 1);
  EXPECT_EQ(answer->results[0].error, ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(answer->results[1].error, ErrorCode::offset_out_of_range);
  EXPECT_EQ(answer->results[2].error, ErrorCode::none);
  EXPECT_EQ(answer->values(2), Values{"a"});
}

TEST_F(FetchTest, ADeletedTopicWakesItsReaders) {
  create("t");
  const auto answer = wait_for({from("t", 0)});
  ASSERT_TRUE(catalog().remove("t"));
  ASSERT_EQ(answer->answers, 1);
  EXPECT_EQ(answer->results[0].error, ErrorCode::unknown_topic_or_partition);
}

TEST_F(FetchTest, AClosingBrokerWakesItsReaders) {
  create("t");
  const auto answer = wait_for({from("t", 0)});
  ASSERT_TRUE(broker().close());
  ASSERT_EQ(answer->answers, 1);
  EXPECT_EQ(answer->results[0].error, ErrorCode::not_leader_or_follower);
}

TEST_F(FetchTest, ABrokerThatGoesAwayWithoutCloseAnswersItsReaders) {
  create("t");
  const auto answer = wait_for({from("t", 0)});
  broker_.reset();
  EXPECT_EQ(answer->answers, 1);
  timers_.run_due(clock_.steady_now() + std::chrono::hours(1));
}

TEST_F(FetchTest, TheFirstBatchComesHoweverLargeAndOnlyTheFirst) {
  create("t", {}, 2);
  produce("t", {.values = {std::string(5000, 'x')}}, 0);
  produce("t", {.values = {std::string(5000, 'y')}}, 1);
  auto first = from("t", 0, 0);
  auto second = from("t", 0, 1);
  first.bytes_max = second.bytes_max = 100;
  const auto answer = ask({.targets = {first, second}, .bytes_min = 1, .bytes_max = 1 << 20});
  EXPECT_EQ(answer->values(0).size(), 1U);
  EXPECT_EQ(answer->values(1).size(), 0U);
}

TEST_F(FetchTest, BytesMaxBoundsTheWholeAnswer) {
  create("t", {}, 4);
  for (int32_t i = 0; i < 4; ++i) produce("t", {.values = {std::string(1000, 'x')}}, i);
  FetchSpec spec{.bytes_min = 1, .bytes_max = 2500};
  for (int32_t i = 0; i < 4; ++i) spec.targets.push_back(from("t", 0, i));
  const auto answer = ask(std::move(spec));
  int64_t bytes = 0;
  for (const auto& result : answer->results) bytes += result.data.bytes;
  EXPECT_LE(bytes, 2500);
  EXPECT_GE(bytes, 2000);
}

TEST_F(FetchTest, AStaleOrUnknownLeaderEpochIsToldApart) {
  create("t");
  crash();
  auto target = from("t", 0);
  target.current_leader_epoch = LeaderEpoch(0);
  EXPECT_EQ(wait_for({target})->results.at(0).error, ErrorCode::fenced_leader_epoch);
  target.current_leader_epoch = LeaderEpoch(2);
  EXPECT_EQ(wait_for({target})->results.at(0).error, ErrorCode::unknown_leader_epoch);
  target.current_leader_epoch = LeaderEpoch(1);
  EXPECT_EQ(wait_for({target})->answers, 0);
}

// The timers never run here: a wake-up that is lost shows as a fetch that is never answered.
TEST_F(FetchTest, NoAppendIsMissedBetweenReadingAndWaiting) {
  constexpr int kRounds = 2000;
  create("t", {{"millrace.durability", "os"}}, 2);
  std::atomic<int> round = 0;
  std::thread producer([&] {
    const Bytes batch = batch_of({"v"}, clock_.wall_ms());
    for (int i = 0; i < kRounds; ++i) {
      while (round.load() < i) std::this_thread::yield();
      partition("t", i % 2).append({.records = batch}, [](const ProduceOutcome&) {});
    }
  });
  bool missed = false;
  for (int i = 0; i < kRounds && !missed; ++i) {
    round = i;
    std::atomic<bool> answered = false;
    fetch(broker(),
          {.targets = {from("t", (i + 1) / 2, 0), from("t", i / 2, 1)},
           .bytes_min = 1,
           .bytes_max = 1 << 20,
           .wait_max = Milliseconds(500)},
          [&](const std::vector<FetchedPartition>&) { answered = true; });
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!answered && !missed) {
      missed = std::chrono::steady_clock::now() > give_up;
      std::this_thread::yield();
    }
  }
  round = kRounds;
  producer.join();
  EXPECT_FALSE(missed);
  broker_.reset();
}

}  // namespace
}  // namespace millrace::broker
