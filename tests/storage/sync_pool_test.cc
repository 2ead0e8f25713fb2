#include "storage/sync_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "storage/log_fixture.h"

namespace millrace::storage {
namespace {

class SyncPoolTest : public LogTest {
 protected:
  SyncPoolTest() { start(); }
  uint64_t count_syncs(const std::function<void()>& work) {
    uint64_t syncs = 0;
    fs->set_hook([&](const io::FaultyCall& call) {
      if (call.name == "sync" && call.path.ends_with(".log")) ++syncs;
      return io::Fault::none;
    });
    work();
    fs->set_hook(nullptr);
    return syncs;
  }
};

TEST_F(SyncPoolTest, OneSyncAnswersAllWhoCameBeforeIt) {
  SyncPool pool(0);
  std::vector<int> answered;
  for (int i = 0; i < 5; ++i) {
    append_numbers(1);
    pool.request_sync(log, [&, i](const Result<Offset>& synced) {
      ASSERT_TRUE(synced);
      EXPECT_EQ(*synced, Offset(5));
      answered.push_back(i);
    });
  }
  EXPECT_EQ(count_syncs([&] { pool.run_pending(); }), 1U);
  EXPECT_EQ(answered, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST_F(SyncPoolTest, CountsRoundsThatMadeSomethingDurableAndWhomTheyAnswered) {
  SyncPool pool(0);
  append_numbers(1);
  for (int i = 0; i < 3; ++i) pool.request_sync(log, [](const Result<Offset>&) {});
  pool.run_pending();
  pool.request_sync(log, [](const Result<Offset>&) {});  // finds nothing new
  pool.run_pending();
  EXPECT_EQ(pool.metrics().rounds.counts().count(), 1);
  EXPECT_EQ(pool.metrics().answered.value(), 3);
  EXPECT_EQ(pool.metrics().failed.value(), 0);
}

TEST_F(SyncPoolTest, WhoeverComesDuringASyncGetsTheNext) {
  SyncPool pool(0);
  append_numbers(1);
  Offset second;
  pool.request_sync(log, [&](const Result<Offset>&) {
    append_numbers(1);
    pool.request_sync(log, [&](const Result<Offset>& synced) { second = *synced; });
  });
  EXPECT_EQ(count_syncs([&] { pool.run_pending(); }), 2U);
  EXPECT_EQ(second, Offset(2));
}

TEST_F(SyncPoolTest, FailureAnswersEverybodyWaiting) {
  SyncPool pool(0);
  append_numbers(1);
  int failed = 0;
  for (int i = 0; i < 3; ++i) {
    pool.request_sync(log, [&](const Result<Offset>& synced) {
      EXPECT_EQ(code_of(synced), ErrorCode::kafka_storage_error);
      ++failed;
    });
  }
  fs->set_hook([](const io::FaultyCall& call) {
    return call.name == "sync" ? io::Fault::io_error : io::Fault::none;
  });
  pool.run_pending();
  fs->set_hook(nullptr);
  EXPECT_EQ(failed, 3);
}

TEST_F(SyncPoolTest, SyncOfAllAnswersOnceWithTheFirstError) {
  SyncPool pool(0);
  const auto other = *directory->create({"other", PartitionId(0)}, Uuid::random(), config);
  append_numbers(1);
  const std::vector<std::shared_ptr<PartitionLog>> logs = {log, other};
  int answers = 0;
  pool.request_sync_of_all(logs, [&](const Result<void>& done) {
    EXPECT_TRUE(done);
    ++answers;
  });
  pool.run_pending();
  log->abandon();
  pool.request_sync_of_all(logs, [&](const Result<void>& done) {
    EXPECT_FALSE(done);
    ++answers;
  });
  pool.run_pending();
  pool.request_sync_of_all({}, [&](const Result<void>& done) {
    EXPECT_TRUE(done);
    ++answers;
  });
  EXPECT_EQ(answers, 3);
}

TEST_F(SyncPoolTest, CallbacksOfOneLogKeepTheirOrderOnManyThreads) {
  constexpr int kRequests = 500;
  SyncPool pool(3);
  std::vector<int> order;  // one callback of a log runs at a time
  Offset last;
  for (int i = 0; i < kRequests; ++i) {
    append_numbers(1);
    pool.request_sync(log, [&, i, end = log->log_end_offset()](const Result<Offset>& synced) {
      EXPECT_GE(*synced, end);
      EXPECT_GE(*synced, last);
      last = *synced;
      order.push_back(i);
    });
  }
  pool.drain();
  ASSERT_EQ(order.size(), static_cast<size_t>(kRequests));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(SyncPoolTest, DestructionRunsWhatIsQueued) {
  std::atomic<int> answered = 0;
  {
    SyncPool pool(2);
    append_numbers(1);
    for (int i = 0; i < 10; ++i) pool.request_sync(log, [&](const Result<Offset>&) { ++answered; });
  }
  EXPECT_EQ(answered, 10);
}

TEST_F(SyncPoolTest, ReadersSeeOnlyWholeBatchesWhileOthersAppendAndSync) {
  config.segment_bytes = 3000;
  config.index_interval_bytes = 300;
  log->update_config(config);
  constexpr int kPerThread = 400;
  SyncPool pool(2);
  std::latch begun(3);
  std::atomic<int> writing = 2;
  const auto write = [&] {
    begun.arrive_and_wait();
    for (int i = 0; i < kPerThread; ++i) {
      const Bytes batch = make_batch({.values = {"a", "b"}}, clock.wall_ms());
      ASSERT_TRUE(log->append({.batches = batch, .now_ms = clock.wall_ms()}));
      pool.request_sync(log, [](const Result<Offset>& synced) { ASSERT_TRUE(synced); });
    }
    --writing;
  };
  std::thread first(write);
  std::thread second(write);
  begun.arrive_and_wait();
  while (writing > 0) {
    const auto seen = offsets(std::max<int64_t>(0, log->log_end_offset().value() - 50));
    for (size_t i = 1; i < seen.size(); ++i) ASSERT_EQ(seen[i], seen[i - 1] + 1);
  }
  first.join();
  second.join();
  pool.drain();
  EXPECT_EQ(offsets().size(), 4U * kPerThread);
  EXPECT_EQ(log->synced_offset(), log->log_end_offset());
}

}  // namespace
}  // namespace millrace::storage
