// The client library's consumer, in-process and over TCP, against one broker.
#include "millrace/consumer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/text.h"
#include "embed/two_ways.h"
#include "millrace/client_error.h"

namespace millrace::embed {
namespace {

using Texts = std::vector<std::string>;

/// Longer than anything here takes; whoever waits so long has failed.
constexpr milliseconds kPatience{30'000};

TopicPartition part(int32_t partition) { return {.topic = "t", .partition = partition}; }

/// Polls until `count` records have come; the values, with `<null>` for none.
Texts poll_values(Consumer& consumer, size_t count) {
  Texts values;
  while (values.size() < count) {
    const auto records = consumer.poll(kPatience);
    EXPECT_TRUE(records) << records.error().to_string();
    if (!records || records->empty()) return values;
    for (const ConsumerRecord& record : *records) {
      values.emplace_back(record.value().value_or("<null>"));
    }
  }
  return values;
}

class Consumers : public TwoWays {
 protected:
  Consumer make(ConsumerOptions options = {}) {
    options.auto_offset_reset = OffsetReset::earliest;
    if (GetParam() == Way::in_process) return broker_.consumer(std::move(options)).value();
    return connect().consumer(std::move(options)).value();
  }
  Consumer reading(const std::vector<TopicPartition>& partitions, ConsumerOptions options = {}) {
    Consumer consumer = make(std::move(options));
    EXPECT_TRUE(consumer.assign(partitions));
    return consumer;
  }
  Topic topic(int32_t partitions) {
    return broker_.ensure_topic({.name = "t", .partitions = partitions}).value();
  }
  static void fill(Topic log, int32_t partition, int from, int to) {
    for (int i = from; i < to; ++i) {
      const std::string value = cat(i);
      EXPECT_TRUE(log.append(partition, {.value = value}, Acks::leader));
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Ways, Consumers, ::testing::Values(Way::in_process, Way::tcp), name_of);

TEST_P(Consumers, RecordsComeAsTheyWereWritten) {
  Topic log = topic(2);
  const Header headers[] = {{.key = "trace", .value = "7"},
                            {.key = "empty", .value = std::nullopt}};
  const LogRecord written[] = {
      {.key = "k", .value = "one", .headers = headers, .timestamp_ms = 1'700'000'000'000},
      {.key = "", .value = std::nullopt, .timestamp_ms = 1},
      {.key = std::nullopt, .value = "", .timestamp_ms = 2}};
  ASSERT_TRUE(log.append(1, written));
  Consumer consumer = reading({part(1)});
  const auto records = consumer.poll(kPatience);
  ASSERT_TRUE(records) << records.error().to_string();
  ASSERT_EQ(records->size(), 3U);
  const ConsumerRecord* record = records->begin();
  EXPECT_EQ(record->topic(), "t");
  EXPECT_EQ(record->partition(), 1);
  EXPECT_EQ(record->offset(), 0);
  EXPECT_EQ(record->key(), "k");
  EXPECT_EQ(record->value(), "one");
  EXPECT_EQ(record->timestamp_ms(), 1'700'000'000'000);
  EXPECT_EQ(record->timestamp_type(), TimestampType::create_time);
  EXPECT_EQ(record->headers().size(), 2);
  EXPECT_EQ(record->headers().last("trace"), "7");
  EXPECT_EQ(record->headers().last("empty"), std::nullopt);
  EXPECT_GE(record->leader_epoch(), 0);
  EXPECT_EQ(record[1].key(), "");
  EXPECT_EQ(record[1].value(), std::nullopt);
  EXPECT_TRUE(record[1].headers().empty());
  EXPECT_EQ(record[2].key(), std::nullopt);
  EXPECT_EQ(record[2].value(), "");
  EXPECT_EQ(record[2].offset(), 2);
  ASSERT_EQ(records->next_offsets().size(), 1U);
  EXPECT_EQ(records->next_offsets().at(part(1)).offset, 3);
  EXPECT_EQ(consumer.position(part(1)).value(), 3);
}

TEST_P(Consumers, EveryCodecIsRead) {
  topic(1);
  Texts expected;
  for (const Compression codec : {Compression::none, Compression::gzip, Compression::snappy,
                                  Compression::lz4, Compression::zstd}) {
    Producer producer = broker_.producer({.compression = codec}).value();
    const Header header{.key = "h", .value = "v"};
    for (int i = 0; i < 700; ++i) {
      expected.push_back(cat(static_cast<int>(codec), ' ', i, std::string(200, 'x')));
      (void)producer.send(
          {.topic = "t", .key = "k", .value = expected.back(), .headers = {&header, 1}});
    }
    ASSERT_TRUE(producer.close());
  }
  Consumer consumer = reading({part(0)});
  Texts values;
  std::vector<ConsumerRecords> kept;
  while (values.size() < expected.size()) {
    auto records = consumer.poll(kPatience);
    ASSERT_TRUE(records) << records.error().to_string();
    ASSERT_FALSE(records->empty());
    EXPECT_LE(records->size(), 500U);
    for (const ConsumerRecord& record : *records) values.emplace_back(*record.value());
    kept.push_back(*std::move(records));
  }
  EXPECT_EQ(values, expected);
  size_t i = 0;
  for (const ConsumerRecords& records : kept) {
    for (const ConsumerRecord& record : records) {
      EXPECT_EQ(record.value(), expected[i++]) << "views live as long as their records";
      EXPECT_EQ(record.key(), "k");
      EXPECT_EQ(record.headers().last("h"), "v");
    }
  }
}

TEST_P(Consumers, LargeRecordsComeWhole) {
  ASSERT_TRUE(broker_.ensure_topic(
      {.name = "t", .partitions = 1, .configs = {{"max.message.bytes", "5000000"}}}));
  Producer producer = broker_.producer({.request_bytes_max = 8'000'000}).value();
  Texts expected;
  for (const char letter : {'a', 'b', 'c'}) {
    expected.emplace_back(size_t{1} << 20, letter);
    ASSERT_TRUE(producer.send({.topic = "t", .value = expected.back()}).get());
  }
  Consumer consumer =
      reading({part(0)}, {.fetch_max_bytes = 1'000, .partition_fetch_bytes_max = 1'000});
  EXPECT_EQ(poll_values(consumer, 3), expected);
}

TEST_P(Consumers, AHundredThousandRecordsComeInOrder) {
  topic(4);
  Producer producer = broker_.producer({.linger = milliseconds(1)}).value();
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    const std::string value = cat(i);
    producer.send({.topic = "t", .value = value, .partition = i % 4},
                  [](const auto& at) { EXPECT_TRUE(at) << at.error().to_string(); });
  }
  ASSERT_TRUE(producer.close());
  Consumer consumer = reading({part(0), part(1), part(2), part(3)},
                              {.partition_fetch_bytes_max = 50'000, .prefetch_bytes = 300'000});
  std::vector<int> next{0, 1, 2, 3};
  int count = 0;
  while (count < kCount) {
    const auto records = consumer.poll(kPatience);
    ASSERT_TRUE(records) << records.error().to_string();
    ASSERT_FALSE(records->empty());
    for (const ConsumerRecord& record : *records) {
      const auto partition = static_cast<size_t>(record.partition());
      ASSERT_EQ(record.value(), cat(next[partition]));
      next[partition] += 4;
      ++count;
    }
  }
  EXPECT_EQ(consumer.statistics().records_polled, kCount);
  EXPECT_GT(consumer.statistics().fetches, 4);
  EXPECT_TRUE(consumer.poll(milliseconds(0))->empty());
}

TEST_P(Consumers, APollWaitsForTheNextRecord) {
  const Topic log = topic(1);
  Consumer consumer = reading({part(0)});
  EXPECT_TRUE(consumer.poll(milliseconds(20))->empty());
  std::thread writer([&] { fill(log, 0, 0, 3); });
  EXPECT_EQ(poll_values(consumer, 3), (Texts{"0", "1", "2"}));
  writer.join();
}

TEST_P(Consumers, SeeksGoWhereTheySay) {
  Topic log = topic(1);
  for (int i = 0; i < 10; ++i) {
    const std::string value = cat(i);
    ASSERT_TRUE(log.append(0, {.value = value, .timestamp_ms = 1'000 + i}));
  }
  Consumer consumer = reading({part(0)}, {.max_poll_records = 3});
  EXPECT_EQ(poll_values(consumer, 3), (Texts{"0", "1", "2"}));
  ASSERT_TRUE(consumer.seek(part(0), 7));
  EXPECT_EQ(poll_values(consumer, 3), (Texts{"7", "8", "9"}));
  ASSERT_TRUE(consumer.seek_to_beginning({part(0)}));
  EXPECT_EQ(consumer.position(part(0)).value(), 0);
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"0", "1", "2"}));
  ASSERT_TRUE(consumer.seek_to_time({part(0)}, 1'005));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"5", "6", "7"}));
  ASSERT_TRUE(consumer.seek_to_time({part(0)}, 5'000));
  EXPECT_EQ(consumer.position(part(0)).value(), 10) << "no record is that young";
  ASSERT_TRUE(consumer.seek_to_end({part(0)}));
  EXPECT_EQ(consumer.position(part(0)).value(), 10);
  fill(log, 0, 10, 11);
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"10"}));
  EXPECT_TRUE(consumer.seek(part(1), 0).error().is(ClientErrc::wrong_state));
  EXPECT_TRUE(consumer.seek(part(0), -1).error().is(ClientErrc::invalid_argument));
  EXPECT_TRUE(consumer.position(part(1)).error().is(ClientErrc::wrong_state));
}

TEST_P(Consumers, AnOffsetThatIsGoneIsResetAsTold) {
  Topic log = topic(1);
  fill(log, 0, 0, 5);
  ASSERT_TRUE(connect().admin().delete_records({{part(0), 3}}));
  Consumer consumer = reading({part(0)});
  ASSERT_TRUE(consumer.seek(part(0), 1));
  EXPECT_EQ(poll_values(consumer, 2), (Texts{"3", "4"}));
  ASSERT_TRUE(consumer.seek(part(0), 100));
  EXPECT_EQ(poll_values(consumer, 2), (Texts{"3", "4"}));
}

TEST_P(Consumers, PausedPartitionsWait) {
  const Topic log = topic(2);
  fill(log, 0, 0, 2);
  fill(log, 1, 10, 12);
  Consumer consumer = reading({part(0), part(1)});
  ASSERT_TRUE(consumer.pause({part(1)}));
  EXPECT_EQ(consumer.paused(), std::vector{part(1)});
  EXPECT_EQ(poll_values(consumer, 2), (Texts{"0", "1"}));
  EXPECT_TRUE(consumer.poll(milliseconds(20))->empty());
  ASSERT_TRUE(consumer.resume({part(1)}));
  EXPECT_EQ(poll_values(consumer, 2), (Texts{"10", "11"}));
  EXPECT_TRUE(consumer.pause({part(2)}).error().is(ClientErrc::wrong_state));
}

TEST_P(Consumers, AssignmentsComeAndGo) {
  const Topic log = topic(2);
  fill(log, 0, 0, 2);
  fill(log, 1, 10, 12);
  Consumer consumer = reading({part(0)}, {.max_poll_records = 1});
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"0"}));
  ASSERT_TRUE(consumer.assign({part(0), part(1)}));
  EXPECT_EQ(consumer.assignment(), (std::vector{part(0), part(1)}));
  EXPECT_EQ(poll_values(consumer, 3).size(), 3U) << "the first one goes on where it was";
  ASSERT_TRUE(consumer.assign({part(1)}));
  EXPECT_TRUE(consumer.poll(milliseconds(0))->empty());
  ASSERT_TRUE(consumer.unsubscribe());
  EXPECT_TRUE(consumer.assignment().empty());
  ASSERT_TRUE(consumer.assign({part(1)}));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"10"})) << "anew";
}

TEST_P(Consumers, ATopicThatIsNotThereIsTold) {
  Consumer consumer = reading({part(0)});
  const auto polled = consumer.poll(kPatience);
  ASSERT_FALSE(polled);
  EXPECT_EQ(polled.error().kafka_code(), ErrorCode::unknown_topic_or_partition);
  const Topic log = topic(1);
  fill(log, 0, 0, 1);
  Texts values;
  while (values.empty()) {
    const auto records = consumer.poll(kPatience);
    if (!records) continue;
    for (const ConsumerRecord& record : *records) values.emplace_back(*record.value());
  }
  EXPECT_EQ(values, (Texts{"0"}));
  ASSERT_TRUE(consumer.assign({part(1)}));
  EXPECT_EQ(consumer.poll(kPatience).error().kafka_code(), ErrorCode::unknown_topic_or_partition);
}

TEST_P(Consumers, TellWherePartitionsBeginAndEnd) {
  Topic log = topic(2);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(log.append(0, {.value = "x", .timestamp_ms = 100 + i}));
  ASSERT_TRUE(connect().admin().delete_records({{part(0), 2}}));
  Consumer consumer = make();
  const std::vector both{part(0), part(1)};
  const auto begins = consumer.beginning_offsets(both);
  ASSERT_TRUE(begins) << begins.error().to_string();
  EXPECT_EQ(*begins, (std::map<TopicPartition, int64_t>{{part(0), 2}, {part(1), 0}}));
  EXPECT_EQ(*consumer.end_offsets(both),
            (std::map<TopicPartition, int64_t>{{part(0), 5}, {part(1), 0}}));
  const auto found = consumer.offsets_for_times({{part(0), 103}, {part(1), 103}});
  ASSERT_TRUE(found) << found.error().to_string();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->at(part(0)).offset, 3);
  EXPECT_EQ(found->at(part(0)).timestamp_ms, 103);
  EXPECT_GE(found->at(part(0)).leader_epoch, 0);
  EXPECT_EQ(consumer.end_offsets({part(7)}).error().kafka_code(),
            ErrorCode::unknown_topic_or_partition);
  EXPECT_TRUE(consumer.offsets_for_times({{part(0), -1}}).error().is(ClientErrc::invalid_argument));
}

TEST_P(Consumers, WakeupEndsAPoll) {
  topic(1);
  Consumer consumer = reading({part(0)});
  consumer.wakeup();
  EXPECT_TRUE(consumer.poll(kPatience).error().is(ClientErrc::interrupted)) << "the next one";
  EXPECT_TRUE(consumer.poll(milliseconds(0))->empty()) << "and only that";
  std::thread waker([&] { consumer.wakeup(); });
  EXPECT_TRUE(consumer.poll(kPatience).error().is(ClientErrc::interrupted));
  waker.join();
}

TEST_P(Consumers, RecordsOutliveTheirConsumer) {
  const Topic log = topic(1);
  fill(log, 0, 0, 3);
  std::optional<Consumer> consumer = reading({part(0)});
  ConsumerRecords records = consumer->poll(kPatience).value();
  consumer.reset();
  ASSERT_EQ(records.size(), 3U);
  const ConsumerRecords moved = std::move(records);
  EXPECT_EQ(moved.begin()[2].value(), "2");
  EXPECT_EQ(moved.begin()[2].topic(), "t");
}

TEST_P(Consumers, AClosedOneRefuses) {
  topic(1);
  Consumer consumer = reading({part(0)});
  ASSERT_TRUE(consumer.close());
  EXPECT_TRUE(consumer.poll(milliseconds(0)).error().is(ClientErrc::closed));
  EXPECT_TRUE(consumer.assign({part(0)}).error().is(ClientErrc::closed));
  EXPECT_TRUE(consumer.position(part(0)).error().is(ClientErrc::closed));
  EXPECT_TRUE(consumer.close()) << "nothing is left to close";
  Consumer other = make();
  consumer = std::move(other);
  EXPECT_TRUE(consumer.poll(milliseconds(0))->empty());
  EXPECT_TRUE(other.poll(milliseconds(0)).error().is(ClientErrc::closed));  // NOLINT: moved from
}

TEST_P(Consumers, OffsetsAreCommittedAndBegunAt) {
  const Topic log = topic(2);
  fill(log, 0, 0, 10);
  fill(log, 1, 10, 20);
  {
    Consumer consumer =
        reading({part(0), part(1)}, {.group = "g", .auto_commit = false, .max_poll_records = 4});
    const auto records = consumer.poll(kPatience);
    ASSERT_TRUE(records) << records.error().to_string();
    ASSERT_EQ(records->size(), 4U);
    const auto committed = consumer.commit(records->begin()[1]);
    ASSERT_TRUE(committed) << committed.error().to_string();
    const auto known = consumer.committed({part(0), part(1)});
    ASSERT_TRUE(known) << known.error().to_string();
    ASSERT_EQ(known->size(), 1U);
    EXPECT_EQ(known->begin()->second.offset, 2);
    EXPECT_GE(known->begin()->second.leader_epoch, 0);
    ASSERT_TRUE(consumer.commit(*records));
    EXPECT_EQ(consumer.committed({part(0), part(1)})->begin()->second.offset, 4);
    ASSERT_TRUE(consumer.commit({{part(1), {.offset = 7, .metadata = "seven"}}}));
    EXPECT_EQ(consumer.committed({part(1)})->at(part(1)).metadata, "seven");
    EXPECT_EQ(consumer.statistics().commits, 3);
    ASSERT_TRUE(consumer.close());
  }
  Consumer consumer = reading({part(0), part(1)}, {.group = "g", .auto_commit = false});
  EXPECT_EQ(consumer.position(part(0)).value(), 4);
  EXPECT_EQ(consumer.position(part(1)).value(), 7);
  ASSERT_TRUE(consumer.commit()) << "positions";
  EXPECT_EQ(poll_values(consumer, 9).size(), 9U);
  bool is_called = false;
  consumer.commit_async([&](const Result<void>& outcome) {
    EXPECT_TRUE(outcome);
    is_called = true;
  });
  ASSERT_TRUE(consumer.close());
  EXPECT_TRUE(is_called) << "close waits for it";
  EXPECT_EQ(broker_.admin().committed_offsets("g")->at(part(0)).offset, 10);
}

TEST_P(Consumers, OnlyCommittedTransactionsAreReadWhereAsked) {
  topic(1);
  Producer producer = connect().producer({.transactional_id = "tx"}).value();
  for (const char* value : {"a", "b", "c", "d"}) {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction) << transaction.error().to_string();
    ASSERT_TRUE(producer.send({.topic = "t", .value = value}).get());
    ASSERT_TRUE(*value % 2 == 0 ? transaction->commit() : transaction->abort());
  }
  auto open = producer.begin();
  ASSERT_TRUE(open);
  ASSERT_TRUE(producer.send({.topic = "t", .value = "open"}).get());
  Consumer all = reading({part(0)});
  EXPECT_EQ(poll_values(all, 5), (Texts{"a", "b", "c", "d", "open"}));
  EXPECT_EQ(all.end_offsets({part(0)})->at(part(0)), 9);
  Consumer committed = reading({part(0)}, {.isolation = Isolation::read_committed});
  EXPECT_EQ(poll_values(committed, 2), (Texts{"b", "d"}));
  EXPECT_EQ(committed.end_offsets({part(0)})->at(part(0)), 8) << "the last stable offset";
  EXPECT_TRUE(committed.poll(milliseconds(20))->empty());
  ASSERT_TRUE(open->commit());
  EXPECT_EQ(poll_values(committed, 1), (Texts{"open"}));
}

TEST_P(Consumers, ATransactionCommitsOffsetsForAConsumer) {
  const Topic log = topic(1);
  fill(log, 0, 0, 3);
  Producer producer = connect().producer({.transactional_id = "tx"}).value();
  Consumer consumer = reading({part(0)}, {.group = "g", .auto_commit = false});
  const auto records = consumer.poll(kPatience);
  ASSERT_TRUE(records) << records.error().to_string();
  for (const bool commits : {false, true}) {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction) << transaction.error().to_string();
    const auto sent = transaction->send_offsets(records->next_offsets(), consumer);
    ASSERT_TRUE(sent) << sent.error().to_string();
    ASSERT_TRUE(commits ? transaction->commit() : transaction->abort());
    EXPECT_EQ(consumer.committed({part(0)})->contains(part(0)), commits)
        << "waits for what the transaction may still change";
  }
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction);
  const Consumer without_group = make();
  EXPECT_TRUE(transaction->send_offsets(records->next_offsets(), without_group)
                  .error()
                  .is(ClientErrc::invalid_argument));
}

TEST_P(Consumers, CloseCommitsByItself) {
  const Topic log = topic(1);
  fill(log, 0, 0, 3);
  Consumer consumer = reading({part(0)}, {.group = "g"});
  EXPECT_EQ(poll_values(consumer, 3).size(), 3U);
  ASSERT_TRUE(consumer.close());
  EXPECT_EQ(broker_.admin().committed_offsets("g")->at(part(0)).offset, 3);
}

TEST_P(Consumers, WithoutAGroupNothingIsCommitted) {
  topic(1);
  Consumer consumer = reading({part(0)});
  EXPECT_TRUE(consumer.commit().error().is(ClientErrc::invalid_argument));
  EXPECT_TRUE(consumer.committed({part(0)}).error().is(ClientErrc::invalid_argument));
  EXPECT_TRUE(consumer.subscribe({"t"}).error().is(ClientErrc::invalid_argument));
  std::optional<Result<void>> told;
  consumer.commit_async([&](const Result<void>& outcome) { told = outcome; });
  ASSERT_TRUE(told && !*told);
  EXPECT_TRUE(told->error().is(ClientErrc::invalid_argument));
}

TEST_P(Consumers, AreToldThatTheirBrokerIsClosed) {
  topic(1);
  Consumer consumer = reading({part(0)});
  EXPECT_TRUE(consumer.poll(milliseconds(0)));
  if (GetParam() == Way::tcp) return;
  std::thread closer([&] { EXPECT_TRUE(broker_.close()); });
  EXPECT_TRUE(consumer.poll(kPatience).error().is(ClientErrc::closed));
  closer.join();
  EXPECT_TRUE(consumer.poll(kPatience).error().is(ClientErrc::closed)) << "for good";
}

class ManualConsumer : public ::testing::Test {
 protected:
  ManualClock clock_;
  Broker broker_ =
      Broker::open({.dir = std::string(in_memory), .manual = true, .clock = &clock_}).value();
  Topic log_ = broker_.ensure_topic({.name = "t", .partitions = 2}).value();
};

TEST_F(ManualConsumer, NeedsNoTimeForWhatIsThere) {
  Consumer consumer =
      broker_.consumer({.group = "g", .auto_offset_reset = OffsetReset::earliest}).value();
  ASSERT_TRUE(consumer.assign({part(0)}));
  EXPECT_TRUE(consumer.poll(milliseconds(1'000))->empty());
  ASSERT_TRUE(log_.append(0, {.value = "a"}));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"a"}));
  EXPECT_TRUE(consumer.poll(milliseconds(1'000))->empty());
  ASSERT_TRUE(consumer.seek_to_beginning({part(0)}));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"a"})) << "although a fetch waits at the end";
  ASSERT_TRUE(consumer.assign({part(0), part(1)}));
  EXPECT_TRUE(consumer.poll(milliseconds(1'000))->empty());
  ASSERT_TRUE(log_.append(1, {.value = "b"}));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"b"})) << "although a fetch waits without it";
  ASSERT_TRUE(consumer.commit());
  ASSERT_TRUE(consumer.close());
  EXPECT_EQ(broker_.admin().committed_offsets("g")->at(part(1)).offset, 1);
}

TEST_F(ManualConsumer, CommitsByTheBrokersClock) {
  Consumer consumer = broker_
                          .consumer({.group = "g",
                                     .auto_offset_reset = OffsetReset::earliest,
                                     .auto_commit_interval = milliseconds(1'000)})
                          .value();
  ASSERT_TRUE(consumer.assign({part(0)}));
  ASSERT_TRUE(log_.append(0, {.value = "a"}));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"a"}));
  ASSERT_TRUE(consumer.poll(milliseconds(0)));
  EXPECT_TRUE(consumer.committed({part(0)})->empty());
  clock_.advance(milliseconds(1'000));
  ASSERT_TRUE(consumer.poll(milliseconds(0)));
  EXPECT_EQ(consumer.committed({part(0)})->at(part(0)).offset, 1);
}

TEST_F(ManualConsumer, OptionsThatCannotBeMeantAreRefused) {
  const auto refused = broker_.consumer({.max_poll_records = 0});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(ClientErrc::invalid_argument));
  EXPECT_EQ(refused.error().message(), "max_poll_records is 0; it must be from 1 to 2147483647");
}

TEST(RestartedBroker, PositionsGoOnOverTcp) {
  const std::string dir = ::testing::TempDir() + "/consumer_restart." + std::to_string(getpid());
  std::filesystem::remove_all(dir);
  std::string address = "127.0.0.1:0";
  std::optional<Broker> broker = Broker::open({.dir = dir}).value();
  address = broker->listen(address).value();
  const auto append = [&](const std::string& value) {
    Topic log = broker->ensure_topic({.name = "t", .partitions = 1}).value();
    ASSERT_TRUE(log.append(0, {.value = value}));
  };
  append("a");
  Client client = Client::connect({.bootstrap = address}).value();
  Consumer consumer = client.consumer({.auto_offset_reset = OffsetReset::earliest}).value();
  ASSERT_TRUE(consumer.assign({part(0)}));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"a"}));
  ASSERT_TRUE(broker->close());
  const auto during = consumer.poll(milliseconds(50));
  EXPECT_TRUE(during) << during.error().to_string();
  broker = Broker::open({.dir = dir}).value();
  ASSERT_TRUE(broker->listen(address));
  append("b");
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"b"}));
  ASSERT_TRUE(broker->close());
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace millrace::embed
