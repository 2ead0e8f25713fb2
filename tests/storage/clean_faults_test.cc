// Cleaning on a disk that fails or loses power at any moment: readers of committed records see the
// latest of each key all the same, and a later round finishes the work.
#include <gtest/gtest.h>

#include <functional>

#include "base/text.h"
#include "storage/clean_fixture.h"

namespace millrace::storage {
namespace {

using enum record::MarkerType;
using Latest = std::map<std::string, SeenRecord>;

/// Small segments full of values, tombstones, transactions of both ends and sequences.
class FaultyClean : public CleanTest {
 public:
  void TestBody() override {}
  using CleanTest::clean;
  using CleanTest::cleaned_up_to;
  using CleanTest::fs;
  using CleanTest::kill;
  using CleanTest::log;
  using CleanTest::restart;
  using CleanTest::restart_after_kill;
  using CleanTest::start;
  using CleanTest::try_clean;

  void fill() {
    config.segment_bytes = 600;
    config.delete_retention_ms = 1000;
    start();
    for (int i = 0; i < 24; ++i) {
      const ProducerId producer(i % 3);
      const PutSpec spec{.producer = producer, .is_transactional = i % 3 != 0};
      const auto value = i % 6 == 5 ? std::nullopt : std::optional(cat(i));
      ASSERT_TRUE(put({{cat("a", i % 4), cat(i)}, {cat("b", i % 7), value}}, spec));
      if (spec.is_transactional) {
        ASSERT_TRUE(end(producer, i % 5 == 2 ? abort : commit));
      }
      clock.advance(Milliseconds(1));
    }
    seal();
    // A first round, so that there are horizons, headers without records and a larger first group.
    clean();
    clock.advance(Milliseconds(2000));
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(put({{cat("a", i % 4), cat("later", i)}}));
    seal();
    ASSERT_TRUE(put({{"active", "x"}}));
    ASSERT_TRUE(log->sync());
    expected_ = latest();
    end_ = log->log_end_offset();
  }
  Latest latest() const {
    Latest latest;
    for (const SeenRecord& record : seen_committed()) latest[*record.key] = record;
    std::erase_if(latest, [](const auto& entry) { return !entry.second.value; });
    return latest;
  }
  void check() {
    EXPECT_FALSE(log->is_offline());
    EXPECT_EQ(latest(), expected_);
    EXPECT_EQ(log->log_end_offset(), end_);
    EXPECT_EQ(log->log_start_offset(), Offset(0));
    check_indexes();
    for (int64_t i = 0; i < 3; ++i) {
      const ProducerId producer(i);
      const auto entries = log->producers();
      ASSERT_EQ(entries.size(), 3U);
      EXPECT_EQ(entries[static_cast<size_t>(i)].last_sequence(), sequences[producer] - 1);
    }
  }
  void finish_cleaning() {
    cleaned_up_to = Offset(0);
    EXPECT_TRUE(clean().completed);
    check();
    EXPECT_TRUE(files_ending(".cleaned").empty());
    EXPECT_TRUE(files_ending(".swap").empty());
  }

  Latest expected_;
  Offset end_;
};

class EveryCallOfAClean : public ::testing::TestWithParam<io::Fault> {};

TEST_P(EveryCallOfAClean, FailingOnceLosesNothing) {
  bool reached_end = false;
  int went_offline = 0;
  uint64_t number = 1;
  for (; !reached_end && number < 2000; ++number) {
    SCOPED_TRACE(number);
    FaultyClean run;
    run.fill();
    uint64_t calls = 0;
    run.fs->set_hook(
        [&](const io::FaultyCall&) { return ++calls == number ? GetParam() : io::Fault::none; });
    const Offset before = run.cleaned_up_to;
    const auto outcome = run.try_clean();
    run.fs->set_hook(nullptr);
    reached_end = calls < number;
    if (!outcome) {
      EXPECT_EQ(run.cleaned_up_to, before);
    }
    if (run.log->is_offline()) {
      ++went_offline;
      run.restart();
    }
    run.check();
    // What a crash finds of it now.
    run.restart_after_kill();
    run.check();
    run.finish_cleaning();
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_TRUE(reached_end);
  EXPECT_GT(number, 100U) << "there are that many calls to fail";
  if (GetParam() == io::Fault::io_error) {
    EXPECT_GT(went_offline, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(CleanFaults, EveryCallOfAClean,
                         ::testing::Values(io::Fault::io_error, io::Fault::disk_full));

/// What a power loss left is opened, checked and cleaned to the end; on the way the power may go
/// again.
void recover(FaultyClean& run, std::unique_ptr<io::FaultyFileSystem> disk, uint64_t seed,
             int interruptions_left) {
  std::vector<std::unique_ptr<io::FaultyFileSystem>> images;
  run.kill();
  run.fs = std::move(disk);
  if (interruptions_left > 0) {
    io::FaultyFileSystem& fs = *run.fs;
    fs.set_hook([&fs, &images, seed](const io::FaultyCall& call) {
      if (call.changes) images.push_back(fs.power_loss(seed + images.size()));
      return io::Fault::none;
    });
  }
  run.start();
  run.fs->set_hook(nullptr);
  run.check();
  run.finish_cleaning();
  for (auto& image : images) {
    if (::testing::Test::HasFailure()) return;
    SCOPED_TRACE("recovery was interrupted");
    recover(run, std::move(image), seed + 1, interruptions_left - 1);
  }
}

TEST(CleanPowerLoss, AtEveryCallLeavesTheOldSegmentsOrTheNewOnes) {
  std::vector<std::unique_ptr<io::FaultyFileSystem>> images;
  FaultyClean run;
  run.fill();
  io::FaultyFileSystem& fs = *run.fs;
  fs.set_hook([&](const io::FaultyCall& call) {
    for (uint64_t seed = 0; call.changes && seed < 4; ++seed) {
      images.push_back(fs.power_loss(images.size() * 7 + seed));
    }
    return io::Fault::none;
  });
  run.clean();
  fs.set_hook(nullptr);
  ASSERT_GT(images.size(), 100U);
  for (size_t i = 0; i < images.size() && !::testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(i);
    recover(run, std::move(images[i]), i, i % 32 == 0 ? 1 : 0);
  }
}

}  // namespace
}  // namespace millrace::storage
