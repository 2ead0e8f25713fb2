// The client library's producer.
#include "millrace/producer.h"

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "millrace/client_error.h"
#include "three_links/three_links.h"

namespace millrace::three_links {
namespace {

class Producers : public ThreeLinks {};

INSTANTIATE_TEST_SUITE_P(Links, Producers, ::testing::ValuesIn(every_link()), name_of_link);

TEST_P(Producers, RecordsArriveAsTheyWereSent) {
  make_topic(2);
  Producer producer = make_producer();
  const Header headers[] = {{.key = "trace", .value = "7"},
                            {.key = "empty", .value = std::nullopt}};
  const auto first = producer.send({.topic = topic_,
                                    .key = "k",
                                    .value = "one",
                                    .headers = headers,
                                    .partition = 1,
                                    .timestamp_ms = 1'700'000'000'000});
  const auto second = producer.send({.topic = topic_, .key = "", .partition = 1});
  const auto at = first.get();
  ASSERT_TRUE(at) << at.error().to_string();
  EXPECT_EQ(at->partition, part(1));
  EXPECT_EQ(at->offset, 0);
  EXPECT_EQ(at->timestamp_ms, 1'700'000'000'000);
  EXPECT_EQ(second.get()->offset, 1);
  EXPECT_TRUE(second.ready());

  const auto read = reading({part(1)}).poll(kPatience);
  ASSERT_TRUE(read) << read.error().to_string();
  ASSERT_EQ(read->size(), 2U);
  const ConsumerRecord* record = read->begin();
  EXPECT_EQ(record->key(), "k");
  EXPECT_EQ(record->value(), "one");
  EXPECT_EQ(record->timestamp_ms(), 1'700'000'000'000);
  EXPECT_EQ(record->headers().size(), 2);
  EXPECT_EQ(record->headers().last("trace"), "7");
  EXPECT_EQ(record[1].key(), "");
  EXPECT_EQ(record[1].value(), std::nullopt);
}

TEST_P(Producers, EachAcksIsAnsweredAsItPromises) {
  make_topic(1);
  for (const Acks acks : {Acks::all, Acks::leader, Acks::none}) {
    Producer producer = make_producer({.acks = acks});
    const auto sent = producer.send({.topic = topic_, .value = cat(static_cast<int>(acks))}).get();
    ASSERT_TRUE(sent) << sent.error().to_string();
    EXPECT_EQ(sent->offset >= 0, acks != Acks::none);
    ASSERT_TRUE(producer.close());
  }
  // Nobody told when the third was written: the read waits for it.
  Consumer consumer = reading({part(0)});
  EXPECT_EQ(poll_values(consumer, 3), (Texts{"-1", "1", "0"}));
}

TEST_P(Producers, EveryCodecIsReadBack) {
  make_topic(1);
  Texts expected;
  for (const Compression codec : {Compression::none, Compression::gzip, Compression::snappy,
                                  Compression::lz4, Compression::zstd}) {
    Producer producer = make_producer({.compression = codec});
    for (int i = 0; i < 50; ++i) {
      expected.push_back(cat(static_cast<int>(codec), ' ', i, std::string(200, 'x')));
      (void)producer.send({.topic = topic_, .value = expected.back()});
    }
    ASSERT_TRUE(producer.flush());
    EXPECT_EQ(producer.statistics().records_sent, 50);
    EXPECT_EQ(producer.statistics().bytes_sent < 5'000, codec != Compression::none);
  }
  EXPECT_EQ(values_of(part(0)), expected);
}

TEST_P(Producers, KeysFindTheirPartitionAsInJava) {
  make_topic(10);
  Producer producer = make_producer();
  // murmur2 of these keys, as Kafka's own test of Utils.murmur2 lists them.
  const std::map<std::string, uint32_t> hashes{{"21", static_cast<uint32_t>(-973932308)},
                                               {"foobar", static_cast<uint32_t>(-790332482)}};
  for (const auto& [key, hash] : hashes) {
    const auto sent = producer.send({.topic = topic_, .key = key}).get();
    ASSERT_TRUE(sent) << sent.error().to_string();
    EXPECT_EQ(sent->partition.partition, static_cast<int32_t>((hash & 0x7fffffff) % 10)) << key;
  }
}

TEST_P(Producers, AProgramsOwnPartitionerIsAskedAndChecked) {
  make_topic(3);
  ProducerOptions options;
  options.custom_partitioner = [](const ProducerRecord& record, int32_t count) {
    return record.key == "last" ? count - 1 : count;
  };
  Producer producer = make_producer(std::move(options));
  EXPECT_EQ(producer.send({.topic = topic_, .key = "last"}).get()->partition.partition, 2);
  EXPECT_TRUE(producer.send({.topic = topic_, .key = "none"})
                  .get()
                  .error()
                  .is(ClientErrc::invalid_argument));
  EXPECT_EQ(producer.send({.topic = topic_, .partition = 3}).get().error().kafka_code(),
            ErrorCode::unknown_topic_or_partition);
}

TEST_P(Producers, CallbacksComeInOrder) {
  make_topic(1);
  Producer producer = make_producer({.batch_bytes = 500});
  std::vector<int64_t> offsets;
  for (int i = 0; i < 200; ++i) {
    producer.send({.topic = topic_, .value = cat(i)}, [&offsets](const Result<RecordMetadata>& at) {
      offsets.push_back(at ? at->offset : -1);
    });
  }
  ASSERT_TRUE(producer.flush());
  ASSERT_EQ(offsets.size(), 200U);
  for (size_t i = 0; i < offsets.size(); ++i) EXPECT_EQ(offsets[i], static_cast<int64_t>(i));
}

TEST_P(Producers, ManyThreadsShareOne) {
  make_topic(1);
  Producer producer = make_producer({.batch_bytes = 2'000, .buffer_bytes = 20'000});
  constexpr int kThreads = 4, kEach = 300;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        producer.send({.topic = topic_, .value = cat(thread, ' ', i)},
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
  for (const std::string& value : values_of(part(0))) {
    const size_t space = value.find(' ');
    EXPECT_EQ(value.substr(space + 1), cat(next[value.substr(0, space)]++));
  }
  for (int thread = 0; thread < kThreads; ++thread) EXPECT_EQ(next[cat(thread)], kEach);
  EXPECT_EQ(producer.statistics().buffer_bytes_used, 0);
}

TEST_P(Producers, TheEndOfAProducerDecidesEverything) {
  make_topic(1);
  std::optional<Producer> producer = make_producer({.linger = milliseconds(600'000)});
  ASSERT_EQ(producer->partition_count(topic_).value(), 1);
  const auto sent = producer->send({.topic = topic_, .value = "lingers"});
  EXPECT_FALSE(sent.ready());
  producer.reset();
  ASSERT_TRUE(sent.ready());
  EXPECT_TRUE(sent.get().error().is(ClientErrc::closed));
}

TEST_P(Producers, AClosedOneRefuses) {
  make_topic(1);
  Producer producer = make_producer({.linger = milliseconds(600'000)});
  const auto sent = producer.send({.topic = topic_, .value = "kept"});
  ASSERT_TRUE(producer.close());
  EXPECT_EQ(sent.get()->offset, 0) << "close flushes";
  EXPECT_TRUE(producer.send({.topic = topic_}).get().error().is(ClientErrc::closed));
  EXPECT_EQ(values_of(part(0)), Texts{"kept"});
  EXPECT_TRUE(producer.flush()) << "nothing is undecided";
  EXPECT_TRUE(producer.close()) << "nothing is left to close";

  Producer transactional = make_producer({.transactional_id = name("x")});
  ASSERT_TRUE(transactional.begin());
  ASSERT_TRUE(transactional.close());
  EXPECT_TRUE(transactional.begin().error().is(ClientErrc::closed));
  EXPECT_TRUE(transactional.close()) << "nothing is left to close";
}

TEST_P(Producers, WhatTheBrokerRefusesIsToldAndTheNextOneIsTaken) {
  make_topic(1, {{"max.message.bytes", "500"}});
  Producer producer = make_producer();
  EXPECT_EQ(producer.send({.topic = topic_, .value = "small"}).get()->offset, 0);
  const auto large = producer.send({.topic = topic_, .value = std::string(1'000, 'x')}).get();
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kafka_code(), ErrorCode::message_too_large);
  const auto after = producer.send({.topic = topic_, .value = "after"}).get();
  ASSERT_TRUE(after) << after.error().to_string();
  EXPECT_EQ(after->offset, 1);
}

}  // namespace
}  // namespace millrace::three_links
