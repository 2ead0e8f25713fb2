// A broker in a directory, and a reader of the same directory beside it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "embed/broker_impl.h"
#include "millrace/broker.h"
#include "millrace/directory_reader.h"

namespace millrace::embed {

using Texts = std::vector<std::string>;

inline Texts values(const LogRecords& records) {
  Texts texts;
  for (const LogRecordView& record : records) texts.emplace_back(record.value.value_or("<null>"));
  return texts;
}

/// The broker does its work inside the calls that need it and in pass(), by a clock that is turned
/// there.
class DirectoryReaders : public ::testing::Test {
 protected:
  DirectoryReaders()
      : dir_(::testing::TempDir() + "/directory-reader." + std::to_string(::getpid())) {
    std::filesystem::remove_all(dir_);
    start();
  }
  ~DirectoryReaders() override {
    broker_.reset();
    std::filesystem::remove_all(dir_);
  }

  /// Without syncs, which are not what is tried here.
  BrokerOptions options() {
    return {
        .dir = dir_, .config = {{"millrace.durability", "os"}}, .manual = true, .clock = &clock_};
  }
  void start() { broker_.emplace(Broker::open(options()).value()); }
  void stop() {
    EXPECT_TRUE(broker_->close());
    broker_.reset();
  }
  void pass(milliseconds time) {
    clock_.advance(time);
    EXPECT_TRUE(broker_->run_until(clock_.steady_now()));
  }

  Topic make(const NewTopic& topic) {
    auto made = broker_->ensure_topic(topic);
    EXPECT_TRUE(made) << made.error().to_string();
    return *made;
  }
  /// Segments of a few records.
  static NewTopic small_segments(const std::string& name) {
    return {.name = name, .partitions = 1, .configs = {{"internal.segment.bytes", "1000"}}};
  }
  static void append(Topic& topic, int first, int count) {
    for (int i = first; i < first + count; ++i) {
      ASSERT_TRUE(topic.append(0, {.key = "k", .value = text_of(i)}));
    }
  }
  static std::string text_of(int number) {
    return std::to_string(number) + " " + std::string(100, 'x');
  }
  static Texts texts(int first, int count) {
    Texts all;
    for (int i = first; i < first + count; ++i) all.push_back(text_of(i));
    return all;
  }

  DirectoryReader open() const {
    auto opened = DirectoryReader::open(dir_);
    EXPECT_TRUE(opened) << opened.error().to_string();
    return *std::move(opened);
  }
  /// One read; `next` moves on behind it.
  static Texts read(DirectoryReader& reader, int64_t& next, ReadOptions options = {}) {
    options.offset = next;
    const auto records = reader.read({.topic = "t", .partition = 0}, options);
    EXPECT_TRUE(records) << records.error().to_string();
    if (!records) return {};
    next = records->next_offset();
    return values(*records);
  }
  static Texts read_all(DirectoryReader& reader, int64_t next = 0,
                        const ReadOptions& options = {}) {
    Texts all;
    for (Texts some; !(some = read(reader, next, options)).empty();) {
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }
  static std::optional<ErrorCode> refusal(DirectoryReader& reader, int64_t offset) {
    const auto records = reader.read({.topic = "t", .partition = 0}, {.offset = offset});
    return records ? std::nullopt : records.error().kafka_code();
  }

  static inline const TopicPartition kPartition{.topic = "t", .partition = 0};
  const std::string dir_;
  ManualClock clock_;
  std::optional<Broker> broker_;
};

}  // namespace millrace::embed
