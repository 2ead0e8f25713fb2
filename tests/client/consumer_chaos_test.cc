// A consumer against a broker that fails at random, while the program seeks, pauses and lets go:
// whatever happens, each partition's records come in order, none twice and none left out.
#include <array>
#include <random>

#include "base/text.h"
#include "client/scripted_partitions.h"
#include "millrace/client_error.h"
#include "test_seed.h"

namespace millrace::client {
namespace {

/// A log whose records say their offsets.
class ModelLog {
 public:
  int64_t end() const { return end_; }

  void append(int count, record::Codec codec) {
    std::vector<std::string> values;
    for (int i = 0; i < count; ++i) values.push_back(cat(end_ + i));
    batches_.push_back(
        {.end = end_ + count, .bytes = batch_of(end_, values, {.compression = {.codec = codec}})});
    end_ += count;
  }
  /// At most so many batches, from the one that has this offset on.
  Bytes read(int64_t offset, uint64_t count_max) const {
    Bytes bytes;
    for (const Batch& batch : batches_) {
      if (batch.end > offset && count_max-- > 0) bytes = std::move(bytes) + batch.bytes;
      if (count_max == 0) break;
    }
    return bytes;
  }

 private:
  struct Batch {
    int64_t end = 0;
    Bytes bytes;
  };
  std::vector<Batch> batches_;
  int64_t end_ = 0;
};

class Chaos {
 public:
  explicit Chaos(uint64_t seed) : random_(seed) {
    broker_->partition_count = kPartitions;
    broker_->leaders = {{1, 2}};
    millrace::ConsumerOptions options;
    options.auto_offset_reset = OffsetReset::earliest;
    options.max_poll_records = 1 + static_cast<int32_t>(pick(5));
    options.prefetch_bytes = 200 + pick(2'000);
    core_.emplace(std::make_shared<ClientCore>(driver_, broker_, ClientOptions()), options,
                  nullptr);
    EXPECT_TRUE(core_->assign({part(0), part(1), part(2)}));
  }

  void run() {
    for (int i = 0; i < 150; ++i) {
      write();
      meddle();
      for (uint64_t steps = pick(4); steps > 0; --steps) step(false);
      poll();
      if (pick(3) == 0) driver_->pass(milliseconds(pick(8) == 0 ? 31'000 : pick(300)));
    }
    // The faults end; then all is read.
    EXPECT_TRUE(core_->set_paused(core_->paused(), false));
    for (int i = 0; i < 2'000 && !is_all_read(); ++i) {
      step(true);
      poll();
      driver_->pass(milliseconds(50));
    }
    EXPECT_TRUE(is_all_read());
    EXPECT_EQ(core_->statistics().records_polled, polled_);
    EXPECT_EQ(core_->statistics().prefetched_bytes, 0);
  }
  int64_t polled() const { return polled_; }
  int64_t errors() const { return errors_; }

 private:
  static constexpr int32_t kPartitions = 3;

  uint64_t pick(uint64_t count) { return random_() % count; }
  int32_t pick_partition() { return static_cast<int32_t>(pick(kPartitions)); }
  ModelLog& log(int32_t partition) { return logs_.at(static_cast<size_t>(partition)); }
  int64_t& next(int32_t partition) { return next_.at(static_cast<size_t>(partition)); }

  void write() {
    const auto codec = pick(4) == 0 ? record::Codec::lz4 : record::Codec::none;
    log(pick_partition()).append(1 + static_cast<int>(pick(6)), codec);
  }

  /// The program does something beside polling.
  void meddle() {
    const int32_t partition = pick_partition();
    switch (pick(12)) {
      case 0:
        next(partition) =
            static_cast<int64_t>(pick(static_cast<uint64_t>(log(partition).end()) + 1));
        EXPECT_TRUE(core_->seek(part(partition), next(partition)));
        break;
      case 1: EXPECT_TRUE(core_->set_paused({part(partition)}, true)); break;
      case 2: EXPECT_TRUE(core_->set_paused(core_->paused(), false)); break;
      case 3: {
        std::vector<TopicPartition> others;
        for (int32_t each = 0; each < kPartitions; ++each) {
          if (each != partition) others.push_back(part(each));
        }
        EXPECT_TRUE(core_->assign(others));
        EXPECT_TRUE(core_->assign({part(0), part(1), part(2)}));
        next(partition) = 0;
        break;
      }
      default: break;
    }
  }

  void poll() {
    const auto records = core_->poll(milliseconds(pick(2) * 20));
    if (!records) {
      ++errors_;
      return;
    }
    const auto paused = core_->paused();
    for (const ConsumerRecord& record : *records) {
      ASSERT_EQ(record.offset(), next(record.partition())) << record.partition();
      ASSERT_EQ(record.value(), cat(record.offset()));
      ASSERT_EQ(std::ranges::count(paused, record.topic_partition()), 0);
      ++next(record.partition());
      ++polled_;
    }
    for (const auto& [name, at] : records->next_offsets()) {
      EXPECT_EQ(at.offset, next(name.partition));
      EXPECT_EQ(core_->position(name).value(), at.offset);
    }
  }

  /// The broker does something about one of the fetches that wait.
  void step(bool is_well) {
    std::erase_if(broker_->fetches, [](const auto& asked) { return !asked.link()->is_open(); });
    if (broker_->fetches.empty()) return;
    const uint64_t fate = is_well ? 100 : pick(100);
    if (fate < 8) return broker_->disconnect();
    if (fate < 12) return;  // silence, for now
    const size_t fetch = pick(broker_->fetches.size());
    std::map<int32_t, Slice> slices;
    for (const auto& [partition, offset] : broker_->asked(fetch)) {
      slices[partition] = answer_of(partition, offset, is_well);
    }
    broker_->answer(std::move(slices), fetch);
  }
  Slice answer_of(int32_t partition, int64_t offset, bool is_well) {
    const uint64_t luck = is_well ? 100 : pick(100);
    if (luck < 6) return {.error = ErrorCode::not_leader_or_follower};
    if (luck < 9) return {.error = ErrorCode::topic_authorization_failed};
    if (luck < 12) return {};
    Bytes bytes = log(partition).read(offset, 1 + pick(4));
    if (bytes.empty()) return {};
    if (luck < 15) bytes.back() ^= std::byte{1};
    if (luck < 20) {
      const Bytes first = log(partition).read(offset, 1);
      if (bytes.size() > first.size())
        bytes.resize(first.size() + pick(bytes.size() - first.size()));
    }
    return {.records = std::move(bytes)};
  }

  bool is_all_read() {
    for (int32_t partition = 0; partition < kPartitions; ++partition) {
      if (next(partition) != log(partition).end()) return false;
    }
    return true;
  }

  std::mt19937_64 random_;
  const std::shared_ptr<ScriptedDriver> driver_ = std::make_shared<ScriptedDriver>();
  const std::shared_ptr<ScriptedPartitions> broker_ =
      std::make_shared<ScriptedPartitions>(*driver_);
  std::array<ModelLog, kPartitions> logs_;
  /// What the program expects next.
  std::array<int64_t, kPartitions> next_{};
  int64_t polled_ = 0;
  int64_t errors_ = 0;
  std::optional<ConsumerCore> core_;
};

TEST(ConsumerChaos, EachPartitionComesInOrderAndWhole) {
  int64_t polled = 0, errors = 0;
  const uint64_t first = test_seed();
  for (uint64_t seed = first; seed < first + 200; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    Chaos chaos(seed);
    chaos.run();
    polled += chaos.polled();
    errors += chaos.errors();
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(polled, 50'000);
  EXPECT_GT(errors, 200) << "some are told";
}

}  // namespace
}  // namespace millrace::client
