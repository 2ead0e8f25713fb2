// Readers take no lock. What they see beside writers, rolling segments, and a log start that moves.
#include <atomic>
#include <thread>

#include "broker/harness.h"
#include "io/read_chunks.h"
#include "record/batch_view.h"

namespace millrace::broker {
namespace {

constexpr int kWriters = 2;
constexpr int kBatches = 400;
constexpr int kRecords = 3;
/// A segment has place for some twenty batches.
constexpr size_t kValueSize = 16 << 10;

class ConcurrentReadsTest : public ThreadedBrokerTest {
 protected:
  void SetUp() override {
    ThreadedBrokerTest::SetUp();
    ASSERT_TRUE(
        broker_->catalog().create({.name = "t", .configs = {{"segment.bytes", "1048576"}}}));
    partition_ = broker_->catalog().find_partition("t", PartitionId(0));
  }

  void write() {
    const std::vector<std::string> values(kRecords, std::string(kValueSize, 'v'));
    for (int i = 0; i < kBatches; ++i) {
      const Bytes batch = batch_of(values, clock_.wall_ms());
      const auto acks = static_cast<int16_t>(i % 2 == 0 ? 1 : -1);
      partition_->append({.records = batch, .acks = acks}, [this](const ProduceOutcome& outcome) {
        if (outcome.error != ErrorCode::none) ++failures_;
      });
    }
    ++writers_done_;
  }

  /// Reads from the beginning until everything written was seen, and checks every answer.
  void read(Isolation isolation) {
    Offset next{0};
    Offset seen_high_watermark{0};
    while (!failures_ && next < kEnd) {
      const auto data =
          partition_->read({.from = next, .bytes_max = 100'000, .isolation = isolation});
      if (!data) {
        if (next >= partition_->log_start_offset()) ++failures_;
        next = partition_->log_start_offset();
        continue;
      }
      if (data->high_watermark < seen_high_watermark) ++failures_;
      seen_high_watermark = data->high_watermark;
      if (data->last_stable_offset > data->high_watermark) ++failures_;
      next = check_batches(*data, next);
    }
  }

  /// Answers where to read on.
  Offset check_batches(const PartitionData& data, Offset next) {
    const auto bytes = io::read_chunks(data.records);
    if (!bytes) {
      ++failures_;
      return next;
    }
    ByteView rest = *bytes;
    while (const auto batch = record::BatchView::parse(rest)) {
      // The first one may begin in front of a start that moved into it.
      const bool follows = batch->base_offset() <= next && next < batch->next_offset();
      if (!follows || batch->next_offset() > data.high_watermark) ++failures_;
      next = batch->next_offset();
      rest = rest.subspan(batch->size());
    }
    return next;
  }

  void move_start() {
    while (!failures_ && writers_done_ < kWriters) {
      const auto start =
          partition_->delete_records(Offset(partition_->high_watermark().value() / 2));
      if (!start) ++failures_;
    }
  }

  static constexpr Offset kEnd{kWriters * kBatches * kRecords};

  std::shared_ptr<Partition> partition_;
  std::atomic<int> failures_ = 0;
  std::atomic<int> writers_done_ = 0;
};

TEST_F(ConcurrentReadsTest, EveryReadIsAPieceOfTheLogBelowTheHighWatermark) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) threads.emplace_back([this] { write(); });
  threads.emplace_back([this] { read(Isolation::read_uncommitted); });
  threads.emplace_back([this] { read(Isolation::read_committed); });
  threads.emplace_back([this] { move_start(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures_, 0);
  EXPECT_EQ(partition_->high_watermark(), kEnd);
  ASSERT_TRUE(broker_->close());
}

}  // namespace
}  // namespace millrace::broker
