// Readers of a directory against the broker's own answers, in random lives of a topic; and beside a
// broker that rolls, compacts and removes as fast as it can.
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "base/text.h"
#include "embed/directory_reader_fixture.h"
#include "millrace/producer.h"
#include "test_seed.h"

namespace millrace::embed {
namespace {

class RandomLives : public DirectoryReaders {
 protected:
  uint64_t draw(uint64_t below) { return random_() % below; }

  void make_topic() {
    NewTopic topic = small_segments("t");
    topic.configs["min.cleanable.dirty.ratio"] = "0";
    topic.configs["index.interval.bytes"] = "200";
    if (draw(2) == 0) {
      topic.configs["cleanup.policy"] = "compact";
    } else {
      topic.configs["retention.bytes"] = "5000";
    }
    if (draw(3) == 0) topic.configs["compression.type"] = "lz4";
    topic_.emplace(make(topic));
  }
  void append_some() {
    Texts keys;
    for (uint64_t i = 0; i <= draw(5); ++i) keys.push_back(std::to_string(draw(20)));
    const std::string value(draw(100), 'v');
    std::vector<LogRecord> records;
    for (const std::string& key : keys) records.push_back({.key = key, .value = value});
    const auto appended = topic_->append(0, records);
    ASSERT_TRUE(appended) << appended.error().to_string();
  }
  void run_transaction() {
    auto producer = broker_->producer({.transactional_id = cat("tx", draw(3))});
    ASSERT_TRUE(producer) << producer.error().to_string();
    auto transaction = producer->begin();
    ASSERT_TRUE(transaction) << transaction.error().to_string();
    for (uint64_t i = 0; i <= draw(3); ++i) {
      ASSERT_TRUE(producer->send({.topic = "t", .key = cat(draw(20)), .value = "tx"}).get());
      append_some();
    }
    compare();
    ASSERT_TRUE(draw(2) == 0 ? transaction->commit() : transaction->abort());
    pass(milliseconds(100));
  }
  void live_on() {
    const uint64_t choice = draw(100);
    if (choice < 60) {
      append_some();
    } else if (choice < 75) {
      run_transaction();
    } else if (choice < 85) {
      pass(milliseconds(draw(600'000)));
    } else if (choice < 90) {
      const int64_t end = topic_->high_watermark(0);
      // Not of a topic that is compacted only.
      (void)broker_->admin().delete_records(
          {{kPartition, static_cast<int64_t>(draw(static_cast<uint64_t>(end) + 1))}});
    } else if (choice < 95) {
      stop();
      start();
      topic_.emplace(broker_->topic("t").value());
    } else if (choice < 97) {
      ASSERT_TRUE(broker_->admin().delete_topic("t"));
      make_topic();
    }
  }

  static std::string told(const Result<LogRecords>& read) {
    if (!read) return cat(read.error().code().message());
    std::string all;
    for (const LogRecordView& record : *read) {
      all += cat(record.offset, ' ', record.key.value_or("-"), ' ',
                 record.value.value_or("-").size(), ' ', record.timestamp_ms, '\n');
    }
    return cat(all, "next ", read->next_offset());
  }
  void compare() {
    ASSERT_EQ(reader_.high_watermark(kPartition).value(), topic_->high_watermark(0));
    ASSERT_EQ(reader_.log_start_offset(kPartition).value(), topic_->log_start_offset(0));
    const int64_t end = topic_->high_watermark(0);
    for (int i = 0; i < 5; ++i) {
      const ReadOptions options{
          .offset =
              draw(3) == 0 ? last_ : static_cast<int64_t>(draw(static_cast<uint64_t>(end) + 2)),
          .bytes_max = draw(2) == 0 ? size_t{1} << 20 : draw(3'000),
          .isolation = draw(2) == 0 ? Isolation::read_committed : Isolation::read_uncommitted};
      const auto ours = reader_.read(kPartition, options);
      ASSERT_EQ(told(ours), told(topic_->read(0, options)))
          << "from " << options.offset << " of " << end << ", " << options.bytes_max << " bytes";
      last_ = ours ? ours->next_offset() : 0;
    }
  }

  std::mt19937_64 random_{test_seed()};
  std::optional<Topic> topic_;
  DirectoryReader reader_ = open();
  int64_t last_ = 0;
};

TEST_F(RandomLives, ReadersAnswerWhatTheTopicAnswers) {
  make_topic();
  for (int step = 0; step < 300; ++step) {
    ASSERT_NO_FATAL_FAILURE(live_on());
    SCOPED_TRACE(cat("step ", step));
    ASSERT_NO_FATAL_FAILURE(compare());
  }
}

/// A broker with threads of its own that is at its files all the time.
class BusyBrokers : public DirectoryReaders {
 protected:
  static constexpr int kRecords = 20'000;
  static constexpr int kKeys = 50;

  BusyBrokers() {
    stop();
    broker_.emplace(Broker::open({.dir = dir_,
                                  .config = {{"log.cleaner.backoff.ms", "1"},
                                             {"log.initial.task.delay.ms", "1"},
                                             {"log.retention.check.interval.ms", "1"}}})
                        .value());
  }
  /// The value of each record is its offset, its key follows from it.
  void write(Topic topic) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (int i = 0; i < kRecords; i += 10) {
      texts.clear();
      for (int j = i; j < i + 10; ++j) texts.emplace_back(cat(j % kKeys), cat(j));
      std::vector<LogRecord> records;
      for (const auto& [key, value] : texts) records.push_back({.key = key, .value = value});
      ASSERT_EQ(topic.append(0, records, Acks::leader).value(), i);
    }
    written_ = true;
  }
  /// The latest record of each key that a reader of everything is shown.
  static std::map<std::string, int64_t> scan(DirectoryReader& reader, int64_t from) {
    std::map<std::string, int64_t> latest;
    for (ReadOptions at{.offset = from, .bytes_max = 3'000};;) {
      const auto read = reader.read(kPartition, at);
      EXPECT_TRUE(read) << read.error().to_string();
      if (!read || read->next_offset() == at.offset) return latest;
      for (const LogRecordView& record : *read) {
        EXPECT_EQ(record.value, cat(record.offset));
        EXPECT_GE(record.offset, at.offset);
        at.offset = record.offset + 1;
        latest[std::string(*record.key)] = record.offset;
      }
      at.offset = read->next_offset();
    }
  }

  std::atomic<bool> written_ = false;
};

TEST_F(BusyBrokers, HideNoRecordOfACompactedLog) {
  NewTopic spec = small_segments("t");
  spec.configs["cleanup.policy"] = "compact";
  spec.configs["min.cleanable.dirty.ratio"] = "0";
  const Topic topic = make(spec);
  DirectoryReader reader = open();
  std::thread writer([&] { write(topic); });
  int scans = 0;
  for (bool is_last = false; !is_last; ++scans) {
    is_last = written_;
    const int64_t end = reader.high_watermark(kPartition).value();
    const auto latest = scan(reader, 0);
    for (int64_t offset = std::max<int64_t>(0, end - kKeys); offset < end; ++offset) {
      const auto found = latest.find(cat(offset % kKeys));
      EXPECT_TRUE(found != latest.end() && found->second >= offset)
          << "offset " << offset << " is hidden from a scan that began with " << end;
    }
    is_last = is_last || HasFailure();
  }
  writer.join();
  EXPECT_GT(scans, 5);
}

TEST_F(BusyBrokers, LoseNoReaderOfALogThatIsRemovedAtTheOtherEnd) {
  NewTopic spec = small_segments("t");
  spec.configs["retention.bytes"] = "20000";
  const Topic topic = make(spec);
  DirectoryReader reader = open();
  std::thread writer([&] { write(topic); });
  int64_t next = 0;
  while (next < kRecords && !HasFailure()) {
    const auto read =
        reader.read(kPartition, {.offset = next, .bytes_max = 2'000, .wait = milliseconds(1'000)});
    if (!read) {
      ASSERT_EQ(read.error().kafka_code(), ErrorCode::offset_out_of_range)
          << read.error().to_string();
      const int64_t start = reader.log_start_offset(kPartition).value();
      ASSERT_GE(start, next);
      next = start;
      continue;
    }
    for (const LogRecordView& record : *read) {
      ASSERT_EQ(record.offset, next++) << "none is missing in between";
      ASSERT_EQ(record.value, cat(record.offset));
    }
    ASSERT_EQ(read->next_offset(), next);
  }
  writer.join();
  EXPECT_GT(reader.log_start_offset(kPartition).value(), kRecords / 2) << "much was removed";
}

}  // namespace
}  // namespace millrace::embed
