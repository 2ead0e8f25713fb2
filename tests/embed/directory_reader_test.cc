// A second reader of a broker's directory: what it sees while the broker writes, rolls, removes,
// compacts, deletes, stops and dies.
#include <fstream>
#include <future>
#include <map>
#include <thread>

#include "embed/directory_reader_fixture.h"
#include "millrace/producer.h"

namespace millrace::embed {
namespace {

TEST_F(DirectoryReaders, SeeWhatTheTopicSees) {
  Topic topic = make({.name = "t", .partitions = 2, .configs = {{"compression.type", "zstd"}}});
  const Header headers[] = {{.key = "trace", .value = "7"}};
  const LogRecord records[] = {{.key = "a", .value = "1", .headers = headers, .timestamp_ms = 17},
                               {.value = std::nullopt}};
  ASSERT_TRUE(topic.append(0, records));
  DirectoryReader reader = open();
  EXPECT_EQ(reader.high_watermark(kPartition).value(), 2);
  EXPECT_EQ(reader.last_stable_offset(kPartition).value(), 2);
  EXPECT_EQ(reader.log_start_offset(kPartition).value(), 0);
  EXPECT_EQ(reader.high_watermark({.topic = "t", .partition = 1}).value(), 0);
  const auto read = reader.read(kPartition, {});
  ASSERT_TRUE(read) << read.error().to_string();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->begin()->key, "a");
  EXPECT_EQ(read->begin()->timestamp_ms, 17);
  EXPECT_EQ(read->begin()->headers.last("trace"), "7");
  EXPECT_EQ(read->begin()[1].value, std::nullopt);
  EXPECT_EQ(read->next_offset(), 2);
  const std::vector<TopicPartition> all = {kPartition, {.topic = "t", .partition = 1}};
  EXPECT_EQ(reader.partitions().value(), all);
}

TEST_F(DirectoryReaders, FollowTheEnd) {
  Topic topic = make({.name = "t"});
  DirectoryReader reader = open();
  int64_t next = 0;
  for (int i = 0; i < 200; ++i) {
    EXPECT_TRUE(read(reader, next).empty());
    append(topic, i, 1);
    EXPECT_EQ(read(reader, next), texts(i, 1));
  }
}

TEST_F(DirectoryReaders, FollowRolls) {
  Topic topic = make(small_segments("t"));
  DirectoryReader tail = open();
  int64_t next = 0;
  for (int i = 0; i < 50; ++i) {
    append(topic, i, 1);
    ASSERT_EQ(read(tail, next), texts(i, 1));
  }
  DirectoryReader late = open();
  EXPECT_EQ(read_all(late), texts(0, 50));
  EXPECT_EQ(read_all(late, 33), texts(33, 17)) << "back again";
  EXPECT_EQ(read_all(late, 7, {.bytes_max = 1}), texts(7, 43)) << "a batch at a time";
}

TEST_F(DirectoryReaders, FindOffsetsInSegmentsThatGrewSince) {
  Topic topic = make({.name = "t", .configs = {{"index.interval.bytes", "0"}}});
  DirectoryReader reader = open();
  for (int i = 0; i < 2'000; i += 100) {
    append(topic, i, 100);
    for (const int from : {0, i, i + 99, i / 2}) {
      int64_t next = from;
      ASSERT_EQ(read(reader, next, {.bytes_max = 1}), texts(from, 1));
    }
  }
}

TEST_F(DirectoryReaders, AreToldWhenRecordsWereRemoved) {
  Topic topic = make(small_segments("t"));
  append(topic, 0, 50);
  DirectoryReader reader = open();
  int64_t next = 0;
  EXPECT_FALSE(read(reader, next).empty());
  ASSERT_TRUE(broker_->admin().delete_records({{kPartition, 31}}));
  EXPECT_EQ(reader.log_start_offset(kPartition).value(), 31);
  EXPECT_EQ(refusal(reader, next), ErrorCode::offset_out_of_range);
  EXPECT_EQ(refusal(reader, 51), ErrorCode::offset_out_of_range) << "above the end";
  pass(milliseconds(600'000));
  EXPECT_EQ(refusal(reader, 30), ErrorCode::offset_out_of_range);
  EXPECT_EQ(read_all(reader, 31), texts(31, 19));
}

TEST_F(DirectoryReaders, KeepUpWithRetention) {
  Topic topic =
      make({.name = "t",
            .partitions = 1,
            .configs = {{"internal.segment.bytes", "1000"}, {"retention.bytes", "3000"}}});
  append(topic, 0, 50);
  DirectoryReader reader = open();
  int64_t next = 0;
  EXPECT_FALSE(read(reader, next).empty());
  pass(milliseconds(600'000));
  EXPECT_EQ(refusal(reader, next), ErrorCode::offset_out_of_range);
  const int64_t start = reader.log_start_offset(kPartition).value();
  EXPECT_GT(start, 20);
  EXPECT_EQ(read_all(reader, start), texts(static_cast<int>(start), 50 - static_cast<int>(start)));
}

TEST_F(DirectoryReaders, ReadOnWhileSegmentsAreCompacted) {
  Topic topic = make({.name = "t",
                      .partitions = 1,
                      .configs = {{"cleanup.policy", "compact"},
                                  {"internal.segment.bytes", "1000"},
                                  {"min.cleanable.dirty.ratio", "0"}}});
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(topic.append(0, {.key = std::to_string(i % 7), .value = text_of(i)}));
  }
  DirectoryReader reader = open();
  int64_t next = 0;
  EXPECT_FALSE(read(reader, next).empty());
  EXPECT_LT(next, 20) << "the rest is in other segments";
  pass(milliseconds(600'000));
  std::map<std::string, std::string> latest;
  int count = 0;
  for (ReadOptions at{.offset = next}; at.offset < 60;) {
    const auto records = reader.read(kPartition, at);
    ASSERT_TRUE(records) << records.error().to_string();
    for (const LogRecordView& record : *records) {
      latest[std::string(*record.key)] = *record.value;
      ++count;
    }
    ASSERT_GT(records->next_offset(), at.offset);
    at.offset = records->next_offset();
  }
  EXPECT_LT(count, 30) << "the log is compacted";
  ASSERT_EQ(latest.size(), 7U);
  for (int i = 53; i < 60; ++i) EXPECT_EQ(latest[std::to_string(i % 7)], text_of(i));
  DirectoryReader late = open();
  EXPECT_EQ(read_all(reader), read_all(late)) << "also from the start";
}

TEST_F(DirectoryReaders, TellATopicFromItsNamesake) {
  Topic topic = make({.name = "t"});
  append(topic, 0, 10);
  DirectoryReader reader = open();
  int64_t next = 5;
  EXPECT_EQ(read(reader, next), texts(5, 5));
  ASSERT_TRUE(broker_->admin().delete_topic("t"));
  EXPECT_EQ(refusal(reader, next), ErrorCode::unknown_topic_or_partition);
  EXPECT_TRUE(reader.partitions()->empty());
  topic = make({.name = "t"});
  append(topic, 100, 1);
  EXPECT_EQ(refusal(reader, next), ErrorCode::offset_out_of_range);
  EXPECT_EQ(read_all(reader), texts(100, 1));
}

TEST_F(DirectoryReaders, ShowNoAbortedRecordsToReadersOfCommittedOnes) {
  Topic topic = make(small_segments("t"));
  DirectoryReader reader = open();
  auto producer = broker_->producer({.transactional_id = "tx"}).value();
  const ReadOptions committed{.isolation = Isolation::read_committed};
  Texts expected;
  int64_t next = 0;
  for (int i = 0; i < 30; ++i) {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction) << transaction.error().to_string();
    const std::string text = text_of(i);
    ASSERT_TRUE(producer.send({.topic = "t", .value = text}).get());
    EXPECT_TRUE(read(reader, next, committed).empty()) << "it may still be aborted";
    const bool is_kept = i % 3 == 0;
    ASSERT_TRUE(is_kept ? transaction->commit() : transaction->abort());
    pass(milliseconds(1'000));
    EXPECT_EQ(read(reader, next, committed), is_kept ? Texts{text} : Texts()) << i;
    if (is_kept) expected.push_back(text);
  }
  EXPECT_EQ(read_all(reader).size(), 30U) << "uncommitted";
  Texts all;
  for (int64_t from = 0; from < next;) {
    const Texts some = read(reader, from, committed);
    all.insert(all.end(), some.begin(), some.end());
  }
  EXPECT_EQ(all, expected);
}

TEST_F(DirectoryReaders, StopInFrontOfAbortsThatNoFileNames) {
  Topic topic = make({.name = "t"});
  append(topic, 0, 1);
  // As on a full disk: there is no file, and none can be made.
  const std::string file = dir_ + "/t-0/00000000000000000000.txnindex";
  std::filesystem::create_symlink(dir_ + "/none/txnindex", file);
  auto producer = broker_->producer({.transactional_id = "tx"}).value();
  const auto abort_one = [&] {
    auto transaction = producer.begin();
    ASSERT_TRUE(producer.send({.topic = "t", .value = "aborted"}).get());
    ASSERT_TRUE(transaction->abort());
    pass(milliseconds(1'000));
  };
  abort_one();
  append(topic, 1, 1);
  DirectoryReader reader = open();
  const ReadOptions committed{.isolation = Isolation::read_committed};
  EXPECT_EQ(reader.last_stable_offset(kPartition).value(), 1);
  EXPECT_EQ(read_all(reader, 0, committed), texts(0, 1));
  std::filesystem::remove(file);
  abort_one();
  EXPECT_EQ(read_all(reader, 1, committed), texts(1, 1));
}

TEST_F(DirectoryReaders, KnowWhatBecameOfTheWriter) {
  Topic topic = make({.name = "t"});
  append(topic, 0, 3);
  DirectoryReader reader = open();
  EXPECT_EQ(reader.writer(), WriterState::alive);
  stop();
  EXPECT_EQ(reader.writer(), WriterState::stopped);
  EXPECT_EQ(read_all(reader), texts(0, 3));
  auto dying = BrokerImpl::open(options(), std::nullopt);
  ASSERT_TRUE(dying);
  EXPECT_EQ(reader.writer(), WriterState::alive);
  ASSERT_TRUE((*dying)->topic("t").value()->append(0, std::vector<LogRecord>{{.value = "last"}},
                                                   Acks::all));
  dying->reset();
  EXPECT_EQ(reader.writer(), WriterState::crashed);
  EXPECT_EQ(read_all(reader, 3), Texts{"last"});
  EXPECT_EQ(open().high_watermark(kPartition).value(), 4);
  start();
  EXPECT_EQ(reader.writer(), WriterState::alive);
  topic = broker_->topic("t").value();
  append(topic, 4, 1);
  EXPECT_EQ(read_all(reader, 4), texts(4, 1));
}

TEST_F(DirectoryReaders, ReadNothingOfWhatACrashDamaged) {
  Topic topic = make({.name = "t"});
  stop();
  auto dying = BrokerImpl::open(options(), std::nullopt).value();
  for (int i = 0; i < 10; ++i) {
    const std::string text = text_of(i);
    ASSERT_TRUE(dying->topic("t").value()->append(0, std::vector<LogRecord>{{.value = text}},
                                                  Acks::leader));
  }
  DirectoryReader tail = open();
  EXPECT_EQ(read_all(tail), texts(0, 10));
  dying.reset();
  // The power went, too: the last records were not on the disk.
  const std::string file = dir_ + "/t-0/00000000000000000000.log";
  const auto batch = std::filesystem::file_size(file) / 10;
  std::filesystem::resize_file(file, 8 * batch + 30);
  {
    std::fstream log(file, std::ios::in | std::ios::out | std::ios::binary);
    log.seekp(static_cast<std::streamoff>(8 * batch - 5));
    log.put('?');
  }
  DirectoryReader late = open();
  EXPECT_EQ(late.writer(), WriterState::crashed);
  EXPECT_EQ(late.high_watermark(kPartition).value(), 10);
  EXPECT_EQ(read_all(late), texts(0, 7));
  start();
  EXPECT_EQ(refusal(tail, 10), ErrorCode::offset_out_of_range) << "it read what is lost";
  topic = broker_->topic("t").value();
  append(topic, 100, 5);
  EXPECT_EQ(refusal(tail, 10), std::nullopt) << "offsets are given again";
  EXPECT_EQ(read_all(tail, 7), texts(100, 5));
  EXPECT_EQ(read_all(late, 7), texts(100, 5));
}

TEST_F(DirectoryReaders, DoNotGoOnInALogThatWasRecovered) {
  Topic topic = make({.name = "t"});
  stop();
  auto dying = BrokerImpl::open(options(), std::nullopt).value();
  const std::string large(70, 'x');
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(dying->topic("t").value()->append(0, std::vector<LogRecord>{{.value = large}},
                                                  Acks::leader));
  }
  DirectoryReader reader = open();
  EXPECT_EQ(read_all(reader).size(), 10U);
  dying.reset();
  const std::string file = dir_ + "/t-0/00000000000000000000.log";
  const auto batch = std::filesystem::file_size(file) / 10;
  std::filesystem::resize_file(file, 7 * batch);
  start();
  topic = broker_->topic("t").value();
  // Where offset 10 was, offset 13 is now.
  for (int i = 7; i < 20; ++i) ASSERT_TRUE(topic.append(0, {.value = std::to_string(10 + i)}));
  ASSERT_EQ(std::filesystem::file_size(file), 7 * batch + 13 * batch / 2) << "half as large";
  EXPECT_EQ(read_all(reader, 10).front(), "20");
}

TEST_F(DirectoryReaders, KnowTheStartThatTheFilesHave) {
  Topic topic = make(small_segments("t"));
  append(topic, 0, 50);
  // Retention has removed the first, and not told yet.
  std::filesystem::remove(dir_ + "/t-0/00000000000000000000.log");
  DirectoryReader reader = open();
  EXPECT_EQ(reader.log_start_offset(kPartition).value(), 0);
  EXPECT_EQ(refusal(reader, 0), ErrorCode::offset_out_of_range);
  const int64_t start = reader.log_start_offset(kPartition).value();
  EXPECT_GT(start, 0);
  EXPECT_EQ(refusal(reader, start), std::nullopt);
}

TEST_F(DirectoryReaders, WaitForTheFirstRecord) {
  Topic topic = make({.name = "t"});
  DirectoryReader reader = open();
  auto reading = std::async(std::launch::async, [&reader] {
    return values(reader.read(kPartition, {.wait = milliseconds::max()}).value());
  });
  append(topic, 0, 1);
  EXPECT_EQ(reading.get(), texts(0, 1));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(reader.read(kPartition, {.offset = 1, .wait = milliseconds(20)})->empty());
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(20));
}

TEST_F(DirectoryReaders, WaitThroughARestart) {
  Topic topic = make({.name = "t"});
  append(topic, 0, 1);
  DirectoryReader reader = open();
  auto reading = std::async(std::launch::async, [&reader] {
    return values(reader.read(kPartition, {.offset = 1, .wait = milliseconds(60'000)}).value());
  });
  stop();
  // As where somebody restored the directory: another broker makes another file.
  std::filesystem::remove(dir_ + "/millrace.published");
  start();
  topic = broker_->topic("t").value();
  append(topic, 1, 1);
  EXPECT_EQ(reading.get(), texts(1, 1));
}

TEST_F(DirectoryReaders, SayWhatThereIsNot) {
  EXPECT_TRUE(
      DirectoryReader::open(dir_ + "/none").error().is(std::errc::no_such_file_or_directory));
  std::filesystem::create_directory(dir_ + "/other");
  EXPECT_EQ(DirectoryReader::open(dir_ + "/other").error().kafka_code(),
            ErrorCode::kafka_storage_error);
  make({.name = "in-memory", .partitions = 1, .configs = {{"millrace.durability", "memory"}}});
  DirectoryReader reader = open();
  for (const TopicPartition& name :
       {TopicPartition{"t", 0}, {"t", -1}, {"", 0}, {"../t", 0}, {"in-memory", 0}}) {
    EXPECT_EQ(reader.high_watermark(name).error().kafka_code(),
              ErrorCode::unknown_topic_or_partition)
        << to_string(name);
  }
}

/// Runs what it is given only when it is told to.
class ByHand final : public Executor {
 public:
  void post(std::function<void()> work) override {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  void post_at(std::chrono::steady_clock::time_point, std::function<void()>) override {}
  void run() {
    std::vector<std::function<void()>> due;
    {
      const std::lock_guard lock(mutex_);
      due.swap(waiting_);
    }
    for (const auto& work : due) work();
  }

 private:
  std::mutex mutex_;
  std::vector<std::function<void()>> waiting_;
};

TEST_F(DirectoryReaders, SeeNoRecordThatIsNotDurableYet) {
  make({.name = "t"});
  stop();
  ByHand executor;
  auto broker = Broker::open({.dir = dir_, .executor = &executor}).value();
  Topic topic = broker.topic("t").value();
  auto durable = std::async(std::launch::async,
                            [topic]() mutable { return topic.append(0, {.value = "all"}); });
  DirectoryReader reader = open();
  int64_t written = 0;
  int64_t first = 0;
  // Until one of them is answered that stands behind the one that waits.
  do {
    written = topic.append(0, {.value = "leader"}, Acks::leader).value();
    first = reader.high_watermark(kPartition).value();
  } while (first > written);
  EXPECT_EQ(refusal(reader, written + 1), std::nullopt) << "that far the log goes";
  // The batch can be seen a moment before its sync is asked for.
  do {
    executor.run();
  } while (durable.wait_for(milliseconds(1)) != std::future_status::ready);
  EXPECT_EQ(durable.get().value(), first);
  EXPECT_EQ(reader.high_watermark(kPartition).value(), written + 1);
  EXPECT_EQ(read_all(reader, first), (Texts{"all", "leader"}));
}

}  // namespace
}  // namespace millrace::embed
