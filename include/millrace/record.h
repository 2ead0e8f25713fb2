// Records as producers send them and as consumers read them, and what names their place.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace millrace {

/// A partition of a topic. Partitions are numbered from 0.
struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  auto operator<=>(const TopicPartition&) const = default;
};

/// "topic-partition", as Kafka prints it.
std::string to_string(const TopicPartition& partition);

/// A record's header. The value may be null (nullopt), the key never is.
struct Header {
  std::string_view key;
  std::optional<std::string_view> value;
};

/// A record to be sent. All views need to live only until the call that takes the record returns.
struct ProducerRecord {
  std::string_view topic;
  /// Null and empty differ. Records with one key go to one partition.
  std::optional<std::string_view> key = std::nullopt;
  /// Null deletes the key from a compacted topic (a tombstone).
  std::optional<std::string_view> value = std::nullopt;
  std::span<const Header> headers = {};
  /// Nothing: the partitioner chooses.
  std::optional<int32_t> partition = std::nullopt;
  /// Milliseconds since 1970, not negative. Nothing: now. Topics with
  /// `message.timestamp.type=LogAppendTime` put the broker's time in its place.
  std::optional<int64_t> timestamp_ms = std::nullopt;
};

/// Where an acknowledged record is. With acks=0 offset and timestamp are -1: nobody told.
struct RecordMetadata {
  TopicPartition partition;
  int64_t offset = -1;
  int64_t timestamp_ms = -1;
};

/// Whether a record's timestamp is the producer's (create_time) or the broker's at the append
/// (KIP-32).
enum class TimestampType : int8_t { create_time = 0, log_append_time = 1 };

/// The headers of a record that was read, in order; decoded while iterating. Valid as long as the
/// record is.
class Headers {
 public:
  class Iterator {
   public:
    using value_type = Header;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    const Header& operator*() const { return current_; }
    const Header* operator->() const { return &current_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.left_ == 0; }

   private:
    friend class Headers;
    Iterator(std::string_view rest, int32_t left);
    void decode();

    std::string_view rest_;
    int32_t left_ = 0;
    Header current_;
  };

  Headers() = default;
  /// `encoded`: the headers as they stand in the record; the library has checked them.
  Headers(std::string_view encoded, int32_t count) : encoded_(encoded), count_(count) {}

  Iterator begin() const { return {encoded_, count_}; }
  std::default_sentinel_t end() const { return {}; }
  int32_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  /// The value of the last header with that key (as Java's lastHeader); nothing where there is none
  /// or its value is null.
  std::optional<std::string_view> last(std::string_view key) const;

 private:
  std::string_view encoded_;
  int32_t count_ = 0;
};

}  // namespace millrace
