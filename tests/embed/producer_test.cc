// The client library's producer, in-process and over TCP, against one broker.
#include "millrace/producer.h"

#include <atomic>
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

Texts values_of(const Topic& topic, int32_t partition) {
  Texts values;
  for (ReadOptions at;;) {
    const auto read = topic.read(partition, at);
    EXPECT_TRUE(read) << read.error().to_string();
    if (!read || read->empty()) return values;
    for (const LogRecordView& record : *read) values.emplace_back(record.value.value_or("<null>"));
    at.offset = read->next_offset();
  }
}

class Producers : public TwoWays {
 protected:
  Producer make(ProducerOptions options = {}) {
    if (GetParam() == Way::in_process) return broker_.producer(std::move(options)).value();
    return connect().producer(std::move(options)).value();
  }
  Topic topic(int32_t partitions) {
    return broker_.ensure_topic({.name = "t", .partitions = partitions}).value();
  }
};

INSTANTIATE_TEST_SUITE_P(Ways, Producers, ::testing::Values(Way::in_process, Way::tcp), name_of);

TEST_P(Producers, RecordsArriveAsTheyWereSent) {
  const Topic log = topic(2);
  Producer producer = make();
  const Header headers[] = {{.key = "trace", .value = "7"},
                            {.key = "empty", .value = std::nullopt}};
  const auto first = producer.send({.topic = "t",
                                    .key = "k",
                                    .value = "one",
                                    .headers = headers,
                                    .partition = 1,
                                    .timestamp_ms = 1'700'000'000'000});
  const auto second = producer.send({.topic = "t", .key = "", .partition = 1});
  const auto at = first.get();
  ASSERT_TRUE(at) << at.error().to_string();
  EXPECT_EQ(at->partition, (TopicPartition{.topic = "t", .partition = 1}));
  EXPECT_EQ(at->offset, 0);
  EXPECT_EQ(at->timestamp_ms, 1'700'000'000'000);
  EXPECT_EQ(second.get()->offset, 1);
  EXPECT_TRUE(second.ready());

  const auto read = log.read(1, {});
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2U);
  const LogRecordView* record = read->begin();
  EXPECT_EQ(record->key, "k");
  EXPECT_EQ(record->value, "one");
  EXPECT_EQ(record->timestamp_ms, 1'700'000'000'000);
  EXPECT_EQ(record->headers.size(), 2);
  EXPECT_EQ(record->headers.last("trace"), "7");
  EXPECT_EQ(record[1].key, "");
  EXPECT_EQ(record[1].value, std::nullopt);
}

TEST_P(Producers, EachAcksIsAnsweredAsItPromises) {
  const Topic log = topic(1);
  for (const Acks acks : {Acks::all, Acks::leader, Acks::none}) {
    Producer producer = make({.acks = acks});
    const auto sent = producer.send({.topic = "t", .value = cat(static_cast<int>(acks))}).get();
    ASSERT_TRUE(sent) << sent.error().to_string();
    EXPECT_EQ(sent->offset >= 0, acks != Acks::none);
    ASSERT_TRUE(producer.close());
  }
  // Nobody told when the third was written: the read waits for it.
  const auto third = log.read(0, {.offset = 2, .wait = milliseconds(30'000)});
  ASSERT_TRUE(third) << third.error().to_string();
  ASSERT_EQ(third->size(), 1U);
  EXPECT_EQ(values_of(log, 0), (Texts{"-1", "1", "0"}));
}

TEST_P(Producers, EveryCodecIsReadBack) {
  const Topic log = topic(1);
  Texts expected;
  for (const Compression codec : {Compression::none, Compression::gzip, Compression::snappy,
                                  Compression::lz4, Compression::zstd}) {
    Producer producer = make({.compression = codec});
    for (int i = 0; i < 50; ++i) {
      expected.push_back(cat(static_cast<int>(codec), ' ', i, std::string(200, 'x')));
      (void)producer.send({.topic = "t", .value = expected.back()});
    }
    ASSERT_TRUE(producer.flush());
    EXPECT_EQ(producer.statistics().records_sent, 50);
    EXPECT_EQ(producer.statistics().bytes_sent < 5'000, codec != Compression::none);
  }
  EXPECT_EQ(values_of(log, 0), expected);
}

TEST_P(Producers, KeysFindTheirPartitionAsInJava) {
  const Topic log = topic(10);
  Producer producer = make();
  // murmur2 of these keys, as Kafka's own test of Utils.murmur2 lists them.
  const std::map<std::string, uint32_t> hashes{{"21", static_cast<uint32_t>(-973932308)},
                                               {"foobar", static_cast<uint32_t>(-790332482)}};
  for (const auto& [key, hash] : hashes) {
    const auto sent = producer.send({.topic = "t", .key = key}).get();
    ASSERT_TRUE(sent) << sent.error().to_string();
    EXPECT_EQ(sent->partition.partition, static_cast<int32_t>((hash & 0x7fffffff) % 10)) << key;
  }
}

TEST_P(Producers, AProgramsOwnPartitionerIsAskedAndChecked) {
  topic(3);
  ProducerOptions options;
  options.custom_partitioner = [](const ProducerRecord& record, int32_t count) {
    return record.key == "last" ? count - 1 : count;
  };
  Producer producer = make(std::move(options));
  EXPECT_EQ(producer.send({.topic = "t", .key = "last"}).get()->partition.partition, 2);
  EXPECT_TRUE(
      producer.send({.topic = "t", .key = "none"}).get().error().is(ClientErrc::invalid_argument));
  EXPECT_EQ(producer.send({.topic = "t", .partition = 3}).get().error().kafka_code(),
            ErrorCode::unknown_topic_or_partition);
}

TEST_P(Producers, CallbacksComeInOrder) {
  const Topic log = topic(1);
  Producer producer = make({.batch_bytes = 500});
  std::vector<int64_t> offsets;
  for (int i = 0; i < 200; ++i) {
    producer.send({.topic = "t", .value = cat(i)}, [&offsets](const Result<RecordMetadata>& at) {
      offsets.push_back(at ? at->offset : -1);
    });
  }
  ASSERT_TRUE(producer.flush());
  ASSERT_EQ(offsets.size(), 200U);
  for (size_t i = 0; i < offsets.size(); ++i) EXPECT_EQ(offsets[i], static_cast<int64_t>(i));
}

TEST_P(Producers, ManyThreadsShareOne) {
  const Topic log = topic(1);
  Producer producer = make({.batch_bytes = 2'000, .buffer_bytes = 20'000});
  constexpr int kThreads = 4, kEach = 300;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        producer.send({.topic = "t", .value = cat(thread, ' ', i)},
                      [&failed](const Result<RecordMetadata>& at) {
                        if (!at) ++failed;
                      });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(producer.close());
  EXPECT_EQ(failed, 0);
  std::map<std::string, int> next;
  for (const std::string& value : values_of(log, 0)) {
    const size_t space = value.find(' ');
    EXPECT_EQ(value.substr(space + 1), cat(next[value.substr(0, space)]++));
  }
  for (int thread = 0; thread < kThreads; ++thread) EXPECT_EQ(next[cat(thread)], kEach);
  EXPECT_EQ(producer.statistics().buffer_bytes_used, 0);
}

TEST_P(Producers, TheEndOfAProducerDecidesEverything) {
  topic(1);
  std::optional<Producer> producer = make({.linger = milliseconds(600'000)});
  ASSERT_EQ(producer->partition_count("t").value(), 1);
  const auto sent = producer->send({.topic = "t", .value = "lingers"});
  EXPECT_FALSE(sent.ready());
  producer.reset();
  ASSERT_TRUE(sent.ready());
  EXPECT_TRUE(sent.get().error().is(ClientErrc::closed));
}

TEST_P(Producers, AClosedOneRefuses) {
  const Topic log = topic(1);
  Producer producer = make({.linger = milliseconds(600'000)});
  const auto sent = producer.send({.topic = "t", .value = "kept"});
  ASSERT_TRUE(producer.close());
  EXPECT_EQ(sent.get()->offset, 0) << "close flushes";
  EXPECT_TRUE(producer.send({.topic = "t"}).get().error().is(ClientErrc::closed));
  EXPECT_EQ(values_of(log, 0), Texts{"kept"});
}

TEST_P(Producers, WhatTheBrokerRefusesIsToldAndTheNextOneIsTaken) {
  const auto made = broker_.ensure_topic(
      {.name = "t", .partitions = 1, .configs = {{"max.message.bytes", "500"}}});
  ASSERT_TRUE(made);
  Producer producer = make();
  EXPECT_EQ(producer.send({.topic = "t", .value = "small"}).get()->offset, 0);
  const auto large = producer.send({.topic = "t", .value = std::string(1'000, 'x')}).get();
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kafka_code(), ErrorCode::message_too_large);
  const auto after = producer.send({.topic = "t", .value = "after"}).get();
  ASSERT_TRUE(after) << after.error().to_string();
  EXPECT_EQ(after->offset, 1);
}

TEST(ManualProducer, LingersByTheBrokersClock) {
  ManualClock clock;
  Broker broker =
      Broker::open({.dir = std::string(in_memory), .manual = true, .clock = &clock}).value();
  const Topic log = broker.ensure_topic({.name = "t"}).value();
  Producer producer = broker.producer({.linger = milliseconds(50)}).value();
  const auto sent = producer.send({.topic = "t", .value = "a"});
  ASSERT_TRUE(broker.run_until(clock.steady_now()));
  EXPECT_FALSE(sent.ready());
  clock.advance(milliseconds(50));
  ASSERT_TRUE(broker.run_until(clock.steady_now()));
  ASSERT_TRUE(sent.ready());
  EXPECT_EQ(sent.get()->offset, 0);
  EXPECT_EQ(sent.get()->timestamp_ms, 1'700'000'000'000);

  const auto asked = producer.send({.topic = "t", .value = "b"});
  EXPECT_EQ(asked.get()->offset, 1) << "whoever waits ends the lingering";
  EXPECT_EQ(values_of(log, 0), (Texts{"a", "b"}));
}

TEST(ManualProducer, IsToldThatItsBrokerIsClosed) {
  ManualClock clock;
  Broker broker =
      Broker::open({.dir = std::string(in_memory), .manual = true, .clock = &clock}).value();
  ASSERT_TRUE(broker.ensure_topic({.name = "t"}));
  Producer producer = broker.producer().value();
  ASSERT_TRUE(producer.send({.topic = "t", .value = "a"}).get());
  ASSERT_TRUE(broker.close());
  const auto sent = producer.send({.topic = "t", .value = "b"}).get();
  ASSERT_FALSE(sent);
  EXPECT_TRUE(sent.error().is(ClientErrc::closed)) << sent.error().to_string();
}

TEST(ManualProducer, OptionsThatCannotBeMeantAreRefused) {
  ManualClock clock;
  Broker broker =
      Broker::open({.dir = std::string(in_memory), .manual = true, .clock = &clock}).value();
  const auto refused = broker.producer({.acks = Acks::leader, .idempotence = true});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(ClientErrc::invalid_argument));
  EXPECT_EQ(refused.error().message(), "idempotence needs acks all");
}

}  // namespace
}  // namespace millrace::embed
