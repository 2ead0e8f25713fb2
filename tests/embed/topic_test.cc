// Appends and reads of an embedded log without requests.
#include "millrace/topic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <iterator>
#include <string>
#include <vector>

#include "base/text.h"
#include "millrace/broker.h"
#include "millrace/client_error.h"

namespace millrace::embed {
namespace {

using Texts = std::vector<std::string>;

class Topics : public ::testing::Test {
 protected:
  Topic make(const NewTopic& topic) {
    auto made = broker.ensure_topic(topic);
    EXPECT_TRUE(made) << made.error().to_string();
    return *made;
  }
  static Texts values(const LogRecords& records) {
    Texts texts;
    for (const LogRecordView& record : records) texts.emplace_back(record.value.value_or("<null>"));
    return texts;
  }
  static Texts read_all(const Topic& topic, const ReadOptions& options = {}) {
    auto records = topic.read(0, options);
    EXPECT_TRUE(records) << records.error().to_string();
    return values(*records);
  }

  Broker broker = Broker::open({.dir = std::string(in_memory)}).value();
};

TEST_F(Topics, GiveBackWhatWasAppended) {
  Topic topic = make({.name = "t", .partitions = 2});
  const Header headers[] = {{.key = "trace", .value = "7"},
                            {.key = "empty", .value = std::nullopt}};
  const LogRecord records[] = {
      {.key = "k", .value = "one", .headers = headers, .timestamp_ms = 1'700'000'000'000},
      {.key = "", .value = std::nullopt},
      {.value = ""}};
  EXPECT_EQ(topic.append(1, records).value(), 0);
  EXPECT_EQ(topic.append(1, {.value = "later"}, Acks::leader).value(), 3);

  const auto read = topic.read(1, {});
  ASSERT_TRUE(read) << read.error().to_string();
  ASSERT_EQ(read->size(), 4U);
  const LogRecordView* record = read->begin();
  EXPECT_EQ(record->offset, 0);
  EXPECT_EQ(record->timestamp_ms, 1'700'000'000'000);
  EXPECT_EQ(record->key, "k");
  EXPECT_EQ(record->value, "one");
  EXPECT_EQ(record->headers.size(), 2);
  EXPECT_EQ(record->headers.last("trace"), "7");
  EXPECT_EQ(record->headers.last("empty"), std::nullopt);
  EXPECT_EQ(record[1].key, "");
  EXPECT_EQ(record[1].value, std::nullopt);
  EXPECT_EQ(record[2].key, std::nullopt);
  EXPECT_EQ(record[2].value, "");
  EXPECT_EQ(read->next_offset(), 4);
  EXPECT_TRUE(read_all(topic).empty()) << "of partition 0";
}

TEST_F(Topics, ReadFromWhereTheyAreTold) {
  Topic topic = make({.name = "t"});
  const LogRecord records[] = {{.value = "a"}, {.value = "b"}, {.value = "c"}};
  ASSERT_TRUE(topic.append(0, records));
  ASSERT_TRUE(topic.append(0, records));
  EXPECT_EQ(read_all(topic, {.offset = 2}), (Texts{"c", "a", "b", "c"}));
  EXPECT_EQ(read_all(topic, {.offset = 1, .bytes_max = 1}), (Texts{"b", "c"})) << "one batch";
  EXPECT_EQ(read_all(topic, {.offset = 6}), Texts());
  EXPECT_EQ(topic.read(0, {.offset = 7}).error().kafka_code(), ErrorCode::offset_out_of_range);
  ASSERT_TRUE(broker.admin().delete_records({{{.topic = "t", .partition = 0}, 4}}));
  EXPECT_EQ(topic.log_start_offset(0), 4);
  EXPECT_EQ(topic.high_watermark(0), 6);
  EXPECT_EQ(topic.read(0, {.offset = 3}).error().kafka_code(), ErrorCode::offset_out_of_range);
  EXPECT_EQ(read_all(topic, {.offset = 4}), (Texts{"b", "c"}));
}

TEST_F(Topics, ReadCompressedBatches) {
  Topic topic = make({.name = "t", .configs = {{"compression.type", "lz4"}}});
  std::vector<std::string> texts;
  for (int i = 0; i < 2000; ++i) texts.push_back(cat("value ", i, std::string(100, 'x')));
  std::vector<LogRecord> records;
  for (const std::string& text : texts) records.push_back({.key = text, .value = text});
  ASSERT_TRUE(topic.append(0, records));
  EXPECT_EQ(read_all(topic), texts);
}

TEST_F(Topics, ReadAboutAsMuchAsTheyAreTold) {
  Topic topic = make({.name = "t"});
  Texts sent;
  for (int i = 0; i < 100; ++i) {
    sent.push_back(cat("value ", i, std::string(100, 'x')));
    ASSERT_TRUE(topic.append(0, {.value = sent.back()}));
  }
  Texts all;
  ReadOptions options{.bytes_max = 1000};
  while (options.offset < 100) {
    auto records = topic.read(0, options);
    ASSERT_TRUE(records) << records.error().to_string();
    ASSERT_EQ(records->size(), 5U) << "the whole ones of 177 or 178 bytes";
    std::ranges::move(values(*records), std::back_inserter(all));
    options.offset = records->next_offset();
  }
  EXPECT_EQ(all, sent);
}

TEST_F(Topics, FindRecordsByTime) {
  Topic topic = make({.name = "t"});
  for (const int64_t time : {1'000, 2'000, 3'000}) {
    ASSERT_TRUE(topic.append(0, {.value = "v", .timestamp_ms = time}));
  }
  EXPECT_EQ(topic.offset_for_time(0, 0).value(), 0);
  EXPECT_EQ(topic.offset_for_time(0, 1'001).value(), 1);
  EXPECT_EQ(topic.offset_for_time(0, 3'001).value(), 3) << "the high watermark";
  EXPECT_TRUE(topic.offset_for_time(0, -1).error().is(ClientErrc::invalid_argument));
}

TEST_F(Topics, WaitForTheFirstRecord) {
  Topic topic = make({.name = "t"});
  auto reading = std::async(std::launch::async, [topic] {
    return values(topic.read(0, {.wait = milliseconds::max()}).value());
  });
  ASSERT_TRUE(topic.append(0, {.value = "at last"}));
  EXPECT_EQ(reading.get(), Texts{"at last"});
}

TEST_F(Topics, EndWaitingWithTheirBroker) {
  Topic topic = make({.name = "t"});
  auto reading = std::async(std::launch::async,
                            [topic] { return topic.read(0, {.wait = milliseconds(600'000)}); });
  ASSERT_TRUE(broker.close());
  EXPECT_TRUE(reading.get().error().is(ClientErrc::closed));
  EXPECT_TRUE(topic.append(0, {.value = "v"}).error().is(ClientErrc::closed));
  EXPECT_TRUE(topic.read(0, {}).error().is(ClientErrc::closed));
  EXPECT_EQ(topic.high_watermark(0), -1);
}

TEST_F(Topics, RefuseWhatCannotBeMeant) {
  Topic topic = make({.name = "t", .configs = {{"cleanup.policy", "compact"}}});
  EXPECT_TRUE(
      topic.append(0, std::span<const LogRecord>()).error().is(ClientErrc::invalid_argument));
  EXPECT_TRUE(topic.append(1, {.value = "v"}).error().is(ClientErrc::invalid_argument));
  EXPECT_TRUE(topic.append(0, {.value = "v"}, Acks::none).error().is(ClientErrc::invalid_argument));
  EXPECT_EQ(topic.append(0, {.value = "no key"}).error().kafka_code(), ErrorCode::invalid_record);
  EXPECT_EQ(
      topic.append(0, {.key = "k", .value = std::string(2'000'000, 'v')}).error().kafka_code(),
      ErrorCode::message_too_large);
  EXPECT_EQ(broker.topic("missing").error().kafka_code(), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(topic.high_watermark(0), 0) << "nothing was appended";
}

TEST_F(Topics, GrowAndGo) {
  Topic topic = make({.name = "t"});
  Admin admin = broker.admin();
  ASSERT_TRUE(admin.add_partitions("t", 3));
  EXPECT_TRUE(topic.append(2, {.value = "v"}));
  EXPECT_EQ(topic.partition_count(), 3);
  EXPECT_EQ(make({.name = "t", .partitions = 1}).partition_count(), 3) << "it is not changed";
  ASSERT_TRUE(admin.delete_topic("t"));
  EXPECT_EQ(topic.append(0, {.value = "v"}).error().kafka_code(),
            ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(topic.read(0, {}).error().kafka_code(), ErrorCode::unknown_topic_or_partition);
}

}  // namespace
}  // namespace millrace::embed
