// The client library's consumer: reading.
#include <optional>
#include <thread>

#include "millrace/client_error.h"
#include "three_links/three_links.h"

namespace millrace::three_links {
namespace {

class Consumers : public ThreeLinks {};

INSTANTIATE_TEST_SUITE_P(Links, Consumers, ::testing::ValuesIn(every_link()), name_of_link);

TEST_P(Consumers, RecordsComeAsTheyWereWritten) {
  make_topic(2);
  const Header headers[] = {{.key = "trace", .value = "7"},
                            {.key = "empty", .value = std::nullopt}};
  const ProducerRecord written[] = {{.topic = topic_,
                                     .key = "k",
                                     .value = "one",
                                     .headers = headers,
                                     .partition = 1,
                                     .timestamp_ms = 1'700'000'000'000},
                                    {.topic = topic_, .key = "", .partition = 1, .timestamp_ms = 1},
                                    {.topic = topic_, .value = "", .partition = 1}};
  Producer producer = make_producer();
  for (const ProducerRecord& record : written) (void)producer.send(record);
  ASSERT_TRUE(producer.flush());
  Consumer consumer = reading({part(1)});
  const auto records = consumer.poll(kPatience);
  ASSERT_TRUE(records) << records.error().to_string();
  ASSERT_EQ(records->size(), 3U);
  const ConsumerRecord* record = records->begin();
  EXPECT_EQ(record->topic(), topic_);
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
  make_topic(1);
  Texts expected;
  for (const Compression codec : {Compression::none, Compression::gzip, Compression::snappy,
                                  Compression::lz4, Compression::zstd}) {
    Producer producer = make_producer({.compression = codec});
    const Header header{.key = "h", .value = "v"};
    for (int i = 0; i < 700; ++i) {
      expected.push_back(cat(static_cast<int>(codec), ' ', i, std::string(200, 'x')));
      (void)producer.send(
          {.topic = topic_, .key = "k", .value = expected.back(), .headers = {&header, 1}});
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
  make_topic(1, {{"max.message.bytes", "11000000"}});
  Producer producer = make_producer({.request_bytes_max = 11'000'000});
  Texts expected;
  for (const char letter : {'a', 'b', 'c'}) {
    expected.emplace_back(size_t{10} << 20, letter);
    ASSERT_TRUE(producer.send({.topic = topic_, .value = expected.back()}).get());
  }
  Consumer consumer =
      reading({part(0)}, {.fetch_max_bytes = 1'000, .partition_fetch_bytes_max = 1'000});
  EXPECT_EQ(poll_values(consumer, 3), expected);
}

TEST_P(Consumers, AHundredThousandRecordsComeInOrder) {
  make_topic(4);
  Producer producer = make_producer({.linger = milliseconds(1)});
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    const std::string value = cat(i);
    producer.send({.topic = topic_, .value = value, .partition = i % 4},
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
  make_topic(1);
  Consumer consumer = reading({part(0)});
  EXPECT_TRUE(consumer.poll(milliseconds(20))->empty());
  std::thread writer([&] { fill(0, 0, 3); });
  EXPECT_EQ(poll_values(consumer, 3), (Texts{"0", "1", "2"}));
  writer.join();
}

TEST_P(Consumers, PausedPartitionsWait) {
  make_topic(2);
  fill(0, 0, 2);
  fill(1, 10, 12);
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
  make_topic(2);
  fill(0, 0, 2);
  fill(1, 10, 12);
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
  make_topic(1);
  fill(0, 0, 1);
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

TEST_P(Consumers, WakeupEndsAPoll) {
  make_topic(1);
  Consumer consumer = reading({part(0)});
  consumer.wakeup();
  EXPECT_TRUE(consumer.poll(kPatience).error().is(ClientErrc::interrupted)) << "the next one";
  EXPECT_TRUE(consumer.poll(milliseconds(0))->empty()) << "and only that";
  std::thread waker([&] { consumer.wakeup(); });
  EXPECT_TRUE(consumer.poll(kPatience).error().is(ClientErrc::interrupted));
  waker.join();
}

TEST_P(Consumers, RecordsOutliveTheirConsumer) {
  make_topic(1);
  fill(0, 0, 3);
  std::optional<Consumer> consumer = reading({part(0)});
  ConsumerRecords records = consumer->poll(kPatience).value();
  consumer.reset();
  ASSERT_EQ(records.size(), 3U);
  const ConsumerRecords moved = std::move(records);
  EXPECT_EQ(moved.begin()[2].value(), "2");
  EXPECT_EQ(moved.begin()[2].topic(), topic_);
}

TEST_P(Consumers, AClosedOneRefuses) {
  make_topic(1);
  Consumer consumer = reading({part(0)});
  ASSERT_TRUE(consumer.close());
  EXPECT_TRUE(consumer.poll(milliseconds(0)).error().is(ClientErrc::closed));
  EXPECT_TRUE(consumer.assign({part(0)}).error().is(ClientErrc::closed));
  EXPECT_TRUE(consumer.position(part(0)).error().is(ClientErrc::closed));
  EXPECT_TRUE(consumer.close()) << "nothing is left to close";
  Consumer other = make_consumer();
  consumer = std::move(other);
  EXPECT_TRUE(consumer.poll(milliseconds(0))->empty());
  EXPECT_TRUE(other.poll(milliseconds(0)).error().is(ClientErrc::closed));  // NOLINT: moved from
}

}  // namespace
}  // namespace millrace::three_links
