// Random writes, transactions, retries, cleans and restarts against a model that forgets nothing.
#include <gtest/gtest.h>

#include <random>

#include "base/text.h"
#include "storage/clean_fixture.h"
#include "test_seed.h"

namespace millrace::storage {
namespace {

using enum record::MarkerType;

enum class Fate : uint8_t { committed, aborted, open };

struct Written {
  SeenRecord record;
  /// 0: outside of transactions.
  int transaction = 0;
};

struct Producer {
  PutSpec spec;
  /// What it sent last, to be sent again.
  std::vector<KeyValue> last;
  Offset last_offset{-1};
  int open_transaction = 0;
};

class CleanProperty : public CleanTest {
 public:
  explicit CleanProperty(uint64_t seed) : random_(seed) {
    config.segment_bytes = 500 + static_cast<int64_t>(below(1500));
    config.index_interval_bytes = static_cast<int64_t>(below(300));
    config.delete_retention_ms = 5000;
    config.min_compaction_lag_ms = below(3) == 0 ? 2000 : 0;
    start();
    for (int64_t i = 0; i < 4; ++i) {
      producers_.push_back({.spec = {.producer = ProducerId(i), .is_transactional = i >= 2}});
    }
    producers_.push_back({});  // without idempotence
  }
  void TestBody() override {}

  void run(int steps) {
    for (int step = 0; step < steps && !HasFailure(); ++step) {
      SCOPED_TRACE(cat("step ", step));
      clock.advance(Milliseconds(below(200)));
      const size_t dice = below(100);
      if (dice < 62) {
        write();
      } else if (dice < 76) {
        end_transaction(producers_[2 + below(2)]);
      } else if (dice < 80) {
        retry();
      } else if (dice < 82) {
        ASSERT_TRUE(log->roll());
      } else if (dice < 86) {
        ASSERT_TRUE(log->sync());
      } else if (dice < 95) {
        clean_and_check();
      } else {
        reopen();
        check();
      }
    }
    finish();
  }

 private:
  size_t below(size_t bound) { return random_() % bound; }

  std::vector<KeyValue> some_records() {
    std::vector<KeyValue> records(1 + below(4));
    for (KeyValue& record : records) {
      record.key = cat("key", below(12));
      if (below(6) != 0) record.value = cat("value", ++values_made_, std::string(below(60), 'v'));
    }
    return records;
  }

  void write() {
    Producer& producer = producers_[below(producers_.size())];
    auto records = some_records();
    producer.spec.codec = static_cast<record::Codec>(below(5));
    const auto done = put(records, producer.spec);
    ASSERT_TRUE(done) << done.error().to_string();
    if (producer.spec.is_transactional && producer.open_transaction == 0) {
      producer.open_transaction = ++transactions_made_;
      fates_[producer.open_transaction] = Fate::open;
    }
    int64_t offset = done->base_offset.value();
    for (const KeyValue& record : records) {
      written_.push_back({.record = {.offset = offset++,
                                     .key = record.key,
                                     .value = record.value,
                                     .timestamp = clock.wall_ms()},
                          .transaction = producer.open_transaction});
    }
    producer.last = std::move(records);
    producer.last_offset = done->base_offset;
  }

  void end_transaction(Producer& producer) {
    if (producer.open_transaction == 0) return;
    const bool aborts = below(3) == 0;
    const auto done = end(producer.spec.producer, aborts ? abort : commit);
    ASSERT_TRUE(done) << done.error().to_string();
    fates_[producer.open_transaction] = aborts ? Fate::aborted : Fate::committed;
    producer.open_transaction = 0;
  }

  void retry() {
    const Producer& producer = producers_[below(4)];
    // A transaction that has ended would have to begin anew.
    if (producer.last.empty() || (producer.spec.is_transactional && !producer.open_transaction)) {
      return;
    }
    const auto done = put_again(producer.last, producer.spec);
    ASSERT_TRUE(done) << done.error().to_string();
    EXPECT_TRUE(done->duplicate);
    EXPECT_EQ(done->base_offset, producer.last_offset);
  }

  void clean_and_check() {
    ASSERT_TRUE(log->sync());
    const Offset uncleanable = cleanable().end;
    CleanSpec spec{.io_buffer_bytes = static_cast<int64_t>(16 + below(20'000))};
    if (below(2) == 0) spec.map.bytes_max = static_cast<int64_t>(24 * (2 + below(12)));
    int64_t calls_left = below(4) == 0 ? static_cast<int64_t>(below(40)) : INT64_MAX;
    spec.on_io = [&](int64_t) { return --calls_left > 0; };
    const CleanOutcome outcome = clean(spec);
    if (outcome.completed && spec.map.bytes_max > 1000) {
      EXPECT_GE(outcome.first_dirty, uncleanable);
      check_compact(uncleanable);
    }
    untouched_from_ = std::max(untouched_from_, uncleanable);
    check();
  }

  /// Of each key nothing is left but the latest; tombstones that stay are the latest too.
  void check_compact(Offset end) const {
    std::map<std::string, int> counts;
    for (const SeenRecord& record : seen()) {
      if (record.offset < end.value()) ++counts[*record.key];
    }
    for (const auto& [key, count] : counts) EXPECT_EQ(count, 1) << key;
  }

  void reopen() {
    if (below(2) == 0) return restart();
    kill();
    if (below(2) == 0) {
      for (const std::string& file : files_ending(".snapshot")) {
        ASSERT_TRUE(fs->remove("data/orders-0/" + file));
      }
    }
    start();
  }

  Fate fate_of(const Written& written) const {
    return written.transaction == 0 ? Fate::committed : fates_.at(written.transaction);
  }

  void check() const {
    std::map<int64_t, SeenRecord> now;
    for (const SeenRecord& record : seen()) now[record.offset] = record;
    std::map<int64_t, SeenRecord> committed_now;
    for (const SeenRecord& record : seen_committed()) committed_now[record.offset] = record;
    const int64_t stable = log->last_stable_offset(log->log_end_offset()).value();

    std::map<std::string, SeenRecord> latest;
    size_t known = 0;
    for (const Written& written : written_) {
      const SeenRecord& record = written.record;
      const Fate fate = fate_of(written);
      const bool is_readable = fate == Fate::committed && record.offset < stable;
      if (const auto found = now.find(record.offset); found != now.end()) {
        EXPECT_EQ(found->second, record);
        ++known;
      } else {
        EXPECT_LT(record.offset, untouched_from_.value()) << "not looked at yet, but gone";
      }
      EXPECT_EQ(committed_now.contains(record.offset), is_readable && now.contains(record.offset));
      if (is_readable) latest[*record.key] = record;
    }
    EXPECT_EQ(known, now.size()) << "records that nobody wrote";

    std::map<std::string, SeenRecord> latest_now;
    for (const auto& [offset, record] : committed_now) latest_now[*record.key] = record;
    for (const auto& [key, record] : latest) {
      const auto found = latest_now.find(key);
      if (found != latest_now.end()) {
        EXPECT_EQ(found->second, record);
      } else {
        EXPECT_FALSE(record.value) << "the latest value of " << key << " is lost: " << record;
      }
    }
    check_indexes();
  }

  /// All transactions end, all is cleaned twice; producers go on where they were.
  void finish() {
    for (Producer& producer : producers_) end_transaction(producer);
    seal();
    clock.advance(Milliseconds(10'000));
    clean();
    untouched_from_ = log->log_end_offset();
    check();
    for (const std::string& file : files_ending(".snapshot")) {
      ASSERT_TRUE(fs->remove("data/orders-0/" + file));
    }
    restart_after_kill();
    check();
    for (Producer& producer : producers_) {
      if (producer.spec.producer < ProducerId(0) || producer.last.empty()) continue;
      if (!producer.spec.is_transactional) {
        EXPECT_TRUE(put_again(producer.last, producer.spec)->duplicate);
      }
      sequences[producer.spec.producer] += 3;
      EXPECT_EQ(code_of(put({{"a", "1"}}, producer.spec)), ErrorCode::out_of_order_sequence_number);
      sequences[producer.spec.producer] -= 3;
      EXPECT_TRUE(put({{"a", "1"}}, producer.spec));
    }
  }

  std::mt19937_64 random_;
  std::vector<Producer> producers_;
  std::vector<Written> written_;
  std::map<int, Fate> fates_;
  int transactions_made_ = 0;
  int values_made_ = 0;
  /// No clean has looked at records from here on.
  Offset untouched_from_;
};

TEST(CleanAgainstAModel, EveryReaderSeesWhatItShould) {
  constexpr uint64_t kRuns = 60;
  for (uint64_t run = 0; run < kRuns && !::testing::Test::HasFailure(); ++run) {
    const uint64_t seed = test_seed() + run;
    SCOPED_TRACE(cat("seed ", seed));
    CleanProperty(seed).run(250);
  }
}

}  // namespace
}  // namespace millrace::storage
