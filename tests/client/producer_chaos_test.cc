// A producer against a broker that fails at random but keeps Kafka's rule for sequences: whatever
// happens, nothing is doubled or changes places, and what a delivery says is true.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "client/producer/producer_core.h"
#include "client/scripted_cluster.h"
#include "millrace/client_error.h"
#include "test_seed.h"

namespace millrace::client {
namespace {

/// One partition's log with the rule of Kafka's ProducerStateManager (five batches are remembered;
/// of a producer that is not known any sequence is the first).
class ModelLog {
 public:
  Verdict append(const SentBatch& batch) {
    auto known = producers_.find(batch.producer_id);
    if (known != producers_.end()) {
      Producer& producer = known->second;
      if (batch.epoch < producer.epoch) return {.error = ErrorCode::invalid_producer_epoch};
      if (batch.epoch > producer.epoch) {
        if (batch.sequence != 0) return {.error = ErrorCode::out_of_order_sequence_number};
        producer = Producer{.epoch = batch.epoch};
      } else {
        for (const Written& written : producer.last) {
          if (written.sequence == batch.sequence) return {.offset = written.offset};
        }
        if (batch.sequence != producer.next) {
          return {.error = ErrorCode::out_of_order_sequence_number};
        }
      }
    } else {
      known = producers_.emplace(batch.producer_id, Producer{.epoch = batch.epoch}).first;
    }
    Producer& producer = known->second;
    const Written written{.sequence = batch.sequence,
                          .offset = static_cast<int64_t>(values.size())};
    producer.next = batch.sequence + static_cast<int32_t>(batch.values.size());
    producer.last.push_back(written);
    if (producer.last.size() > 5) producer.last.pop_front();
    values.insert(values.end(), batch.values.begin(), batch.values.end());
    return {.offset = written.offset};
  }

  std::vector<std::string> values;

 private:
  struct Written {
    int32_t sequence = 0;
    int64_t offset = 0;
  };
  struct Producer {
    int16_t epoch = 0;
    int32_t next = 0;
    std::deque<Written> last = {};
  };
  std::map<int64_t, Producer> producers_;
};

class Chaos {
 public:
  explicit Chaos(uint64_t seed) : random_(seed) {
    cluster_->partition_count = kPartitions;
    millrace::ProducerOptions options;
    options.linger = milliseconds(pick(3) * 5);
    options.batch_bytes = 200;
    options.delivery_timeout = milliseconds(40'000);
    options.max_in_flight = 1 + static_cast<int32_t>(pick(5));
    core_.emplace(std::make_shared<ClientCore>(driver_, cluster_, ClientOptions()), options);
    EXPECT_TRUE(core_->partition_count("t"));
  }

  void run() {
    for (int i = 0; i < 120; ++i) {
      send(i);
      for (uint64_t steps = pick(4); steps > 0; --steps) step(false);
      if (pick(3) == 0) driver_->pass(milliseconds(pick(8) == 0 ? 10'000 : pick(300)));
    }
    // The faults end; then so does everything else.
    for (int i = 0; i < 2'000 && core_->statistics().records_waiting > 0; ++i) {
      step(true);
      driver_->pass(milliseconds(50));
    }
    EXPECT_EQ(core_->statistics().records_waiting, 0);
    while (!late_.empty()) apply_late();
  }

  void check() const {
    for (size_t partition = 0; partition < kPartitions; ++partition) {
      const auto& values = logs_[partition].values;
      EXPECT_TRUE(std::ranges::is_sorted(values)) << "order of partition " << partition;
      EXPECT_EQ(std::set(values.begin(), values.end()).size(), values.size()) << "doubled";
    }
    for (const auto& [value, partition, delivery] : sent_) {
      const auto& values = logs_[partition].values;
      const auto at = std::ranges::find(values, value);
      ASSERT_TRUE(delivery.ready());
      const auto outcome = delivery.get();
      if (outcome) {
        ASSERT_NE(at, values.end()) << value << " was acknowledged";
        if (outcome->offset >= 0) {
          EXPECT_EQ(outcome->offset, at - values.begin());
        }
      } else if (outcome.error().kafka_code()) {
        EXPECT_EQ(at, values.end()) << value << ": " << outcome.error().to_string();
      }
    }
  }
  int64_t written() const { return core_->statistics().records_sent; }
  int64_t failed() const { return core_->statistics().records_failed; }

 private:
  static constexpr size_t kPartitions = 2;
  struct Record {
    std::string value;
    size_t partition = 0;
    Delivery delivery;
  };

  uint64_t pick(uint64_t count) { return random_() % count; }

  void send(int number) {
    const std::string digits = cat(number);
    const std::string value = std::string(6 - digits.size(), '0') + digits;
    const size_t partition = pick(kPartitions);
    sent_.push_back(
        {.value = value,
         .partition = partition,
         .delivery = core_->send(
             {.topic = "t", .value = value, .partition = static_cast<int32_t>(partition)})});
  }

  Verdict append(const SentBatch& batch) {
    return logs_[static_cast<size_t>(batch.partition.partition)].append(batch);
  }
  void apply_late() {
    for (const SentBatch& batch : late_.front()) (void)append(batch);
    late_.pop_front();
  }

  /// The broker does something about the first request that waits.
  void step(bool is_well) {
    if (!late_.empty() && pick(12) == 0) apply_late();
    while (!cluster_->waiting.empty() && !cluster_->waiting.front().asked.link()->is_open())
      lose_front();
    if (cluster_->waiting.empty()) return;
    const uint64_t fate = is_well ? 100 : pick(100);
    if (fate < 12) return hang_up();
    if (fate < 14) return;  // silence, for now
    const auto sent = std::move(cluster_->waiting.front());
    cluster_->waiting.pop_front();
    cluster_->answer(sent, [&](const SentBatch& batch) -> Verdict {
      const uint64_t luck = is_well ? 100 : pick(100);
      if (luck < 8) return {.error = ErrorCode::not_enough_replicas};
      if (luck < 12) return {.error = ErrorCode::invalid_record};
      const Verdict verdict = append(batch);
      if (luck < 17) return {.error = ErrorCode::not_enough_replicas_after_append};
      return verdict;
    });
  }
  /// The client closed the connection: what it sent may be read all the same, in order, later.
  void lose_front() {
    if (pick(2) == 0) late_.push_back(cluster_->waiting.front().batches);
    cluster_->waiting.pop_front();
  }
  void hang_up() {
    const auto link = cluster_->waiting.front().asked.link();
    // A few of the requests were done, or will be.
    auto left = pick(3);
    for (const auto& sent : cluster_->waiting) {
      if (left-- == 0) break;
      late_.push_back(sent.batches);
      if (pick(2) == 0) apply_late();
    }
    cluster_->waiting.clear();
    driver_->post([link] { link->close(ScriptedCluster::gone()); });
  }

  std::mt19937_64 random_;
  const std::shared_ptr<ScriptedDriver> driver_ = std::make_shared<ScriptedDriver>();
  const std::shared_ptr<ScriptedCluster> cluster_ = std::make_shared<ScriptedCluster>(*driver_);
  ModelLog logs_[kPartitions];
  std::deque<std::vector<SentBatch>> late_;
  std::vector<Record> sent_;
  std::optional<ProducerCore> core_;
};

TEST(ProducerChaos, NothingIsDoubledAndWhatIsToldIsTrue) {
  int64_t written = 0, failed = 0;
  const uint64_t first = test_seed();
  for (uint64_t seed = first; seed < first + 300; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    Chaos chaos(seed);
    chaos.run();
    chaos.check();
    written += chaos.written();
    failed += chaos.failed();
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(written, 20'000) << "most records arrive";
  EXPECT_GT(failed, 300) << "some do not";
}

}  // namespace
}  // namespace millrace::client
