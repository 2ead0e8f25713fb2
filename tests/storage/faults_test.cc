// A disk that fails: which calls are refused, what stays readable, what heals.
#include <gtest/gtest.h>

#include "storage/log_fixture.h"
#include "storage/sync_pool.h"

namespace millrace::storage {
namespace {

class Faults : public LogTest {
 protected:
  Faults() {
    config.segment_bytes = 1000;
    config.index_interval_bytes = 100;
    start();
    other_ = *directory->create({"other", PartitionId(0)}, Uuid::random(), config);
  }
  Result<AppendedInfo> append_to_other() {
    const Bytes batch = make_batch({}, clock.wall_ms());
    return other_->append({.batches = batch, .now_ms = clock.wall_ms()});
  }
  void fail_only_orders(std::string_view call_name, io::Fault fault) {
    fs->set_hook([=](const io::FaultyCall& call) {
      const bool hit = call.name == call_name && call.path.find("orders-0") != std::string::npos &&
                       call.path.ends_with(".log");
      return hit ? fault : io::Fault::none;
    });
  }
  std::shared_ptr<PartitionLog> other_;
};

TEST_F(Faults, FullDiskRefusesAppendsServesReadsAndHeals) {
  append_numbers(3);
  for (const io::Fault full : {io::Fault::disk_full, io::Fault::short_write}) {
    fs->set_lasting_fault(full);
    EXPECT_EQ(code_of(append()), ErrorCode::kafka_storage_error);
    EXPECT_EQ(code_of(append()), ErrorCode::kafka_storage_error);
    EXPECT_FALSE(log->is_offline());
    EXPECT_EQ(values(), numbers(3));
    fs->set_lasting_fault(io::Fault::none);
  }
  append_numbers(3, 3);
  EXPECT_EQ(values(), numbers(6));
  restart_after_kill();
  EXPECT_EQ(values(), numbers(6));
}

TEST_F(Faults, WhatARefusedAppendLeftBehindIsNoPartOfTheLog) {
  append_numbers(1);
  fs->set_lasting_fault(io::Fault::short_write);  // keeps the remainder from being removed, too
  EXPECT_FALSE(append({.values = {std::string(800, 'x')}}));
  fs->set_lasting_fault(io::Fault::none);
  append_numbers(1, 1);
  restart();
  EXPECT_FALSE(recovery().unclean);
  EXPECT_EQ(values(), numbers(2));
}

TEST_F(Faults, FailedWriteTakesOnlyThatPartitionOffline) {
  append_numbers(3);
  fail_only_orders("write", io::Fault::io_error);
  EXPECT_EQ(code_of(append()), ErrorCode::kafka_storage_error);
  EXPECT_TRUE(log->is_offline());
  fs->set_hook(nullptr);
  EXPECT_EQ(code_of(append()), ErrorCode::kafka_storage_error) << "for good";
  EXPECT_EQ(code_of(log->read(Offset(0), {.bytes_max = 1, .up_to = Offset(3)})),
            ErrorCode::kafka_storage_error);
  EXPECT_TRUE(append_to_other());
}

TEST_F(Faults, PartitionWithAFailedWriteGoesOnAfterARestart) {
  append_numbers(3);
  fail_only_orders("write", io::Fault::io_error);
  EXPECT_FALSE(append());
  fs->set_hook(nullptr);
  restart();
  EXPECT_EQ(log->leader_epoch(), LeaderEpoch(1));
  EXPECT_EQ(values(), numbers(3));
  append_numbers(3, 3);
  EXPECT_EQ(values(), numbers(6));
}

TEST_F(Faults, FailedSyncIsFinalAndTheNextStartCutsWhatItDidNotCover) {
  append_numbers(3);
  ASSERT_TRUE(log->sync());
  append_numbers(3, 3);
  fail_only_orders("sync", io::Fault::io_error);
  EXPECT_EQ(code_of(log->sync()), ErrorCode::kafka_storage_error);
  fs->set_hook(nullptr);
  EXPECT_TRUE(log->is_offline());
  EXPECT_FALSE(log->sync()) << "never tried again";
  EXPECT_TRUE(append_to_other());
  restart();
  EXPECT_EQ(values(), numbers(3));
  EXPECT_EQ(log->epoch_end_offset(LeaderEpoch(0)).end_offset, Offset(3));
  append_numbers(1, 3);
  EXPECT_EQ(values(), numbers(4));
}

TEST_F(Faults, FailedSyncIsRememberedAcrossARestart) {
  append_numbers(20);
  ASSERT_TRUE(log->sync());
  append_numbers(30, 20);
  fail_only_orders("sync", io::Fault::io_error);
  EXPECT_FALSE(log->sync());
  fs->set_hook(nullptr);
  restart();
  EXPECT_EQ(values(), numbers(20));
  EXPECT_FALSE(recovery().cuts.empty());
  append_numbers(5, 20);
  ASSERT_TRUE(log->sync());
  restart_after_kill();
  EXPECT_EQ(values(), numbers(25)) << "the mark is gone once it was heeded";
}

TEST_F(Faults, FailedSyncIsRememberedThoughItsMarkCannotBeWritten) {
  append_numbers(3);
  ASSERT_TRUE(log->sync());
  append_numbers(3, 3);
  fs->set_hook([](const io::FaultyCall& call) {
    const bool hit =
        call.path.ends_with(".log") || call.path.find("failed-sync") != std::string::npos;
    return call.changes && hit && call.name != "truncate" ? io::Fault::io_error : io::Fault::none;
  });
  EXPECT_FALSE(log->sync());
  fs->set_hook(nullptr);
  restart_after_kill();
  EXPECT_EQ(values(), numbers(3));
}

TEST_F(Faults, OfflinePartitionMakesTheEndUnclean) {
  append_numbers(3);
  fail_only_orders("sync", io::Fault::io_error);
  EXPECT_FALSE(log->sync());
  fs->set_hook(nullptr);
  EXPECT_TRUE(directory->close());
  kill();
  EXPECT_FALSE(exists("data/.kafka_cleanshutdown"));
}

TEST_F(Faults, LostIndexWriteCostsNothing) {
  fs->set_hook([](const io::FaultyCall& call) {
    const bool hit = call.path.ends_with("index");
    return call.changes && hit ? io::Fault::disk_full : io::Fault::none;
  });
  append_numbers(50);
  EXPECT_TRUE(log->sync());
  EXPECT_EQ(values(), numbers(50));
  fs->set_hook(nullptr);
  restart();
  EXPECT_EQ(values(), numbers(50));
}

/// Appends, syncs, rolls, deletes, checkpoints; what was answered with success is noted.
class EveryCall : public ::testing::TestWithParam<io::Fault> {};

struct Acknowledged {
  int durable = 0;
};

TEST_P(EveryCall, FailingOnceLosesNothingDurable) {
  bool reached_end = false;
  for (uint64_t number = 1; !reached_end && number < 1000; ++number) {
    SCOPED_TRACE(number);
    class Run : public LogTest {
     public:
      void TestBody() override {}
      /// True where the fault was never reached.
      bool run(uint64_t fail_at, io::Fault fault) {
        config.segment_bytes = 400;
        config.index_interval_bytes = 100;
        start();
        if (HasFatalFailure()) return true;
        const uint64_t before = fs->changes();
        fs->fail_change(fail_at, fault);
        Acknowledged acknowledged;
        std::vector<std::string> appended;
        for (int i = 0; i < 12; ++i) {
          if (!append({.values = {std::to_string(i)}})) continue;
          appended.push_back(std::to_string(i));
          if (i % 3 == 2 && log->sync()) acknowledged.durable = static_cast<int>(appended.size());
          if (i == 7) (void)directory->checkpoint().has_value();
        }
        const bool closed = directory->close().has_value();
        if (closed && !log->is_offline()) acknowledged.durable = static_cast<int>(appended.size());
        const bool reached_end = fs->changes() < before + fail_at;
        kill();
        fs->fail_change(0, io::Fault::none);
        auto disk = std::move(fs);
        for (uint64_t seed = 0; seed < 3; ++seed) {
          fs = disk->power_loss(seed);
          start();
          const auto kept = values();
          EXPECT_GE(kept.size(), static_cast<size_t>(acknowledged.durable));
          EXPECT_LE(kept.size(), appended.size() + 1);
          for (size_t i = 0; i < kept.size() && i < appended.size(); ++i) {
            EXPECT_EQ(kept[i], appended[i]) << "at " << i;
          }
          kill();
        }
        fs = std::move(disk);
        return reached_end;
      }
    };
    Run run;
    reached_end = run.run(number, GetParam());
    if (HasFailure()) return;
  }
  EXPECT_TRUE(reached_end);
}

INSTANTIATE_TEST_SUITE_P(Faults, EveryCall,
                         ::testing::Values(io::Fault::io_error, io::Fault::disk_full,
                                           io::Fault::short_write));

}  // namespace
}  // namespace millrace::storage
