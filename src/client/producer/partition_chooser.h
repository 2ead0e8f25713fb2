// PartitionChooser: which partition a record goes to where it names none.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>

#include "base/bytes.h"
#include "client/producer/topic_views.h"
#include "millrace/options.h"

namespace millrace::client {

/// CRC-32 (IEEE), by which librdkafka's consistent partitioners hash keys.
uint32_t crc32(ByteView bytes);

/// Thread-safe.
class PartitionChooser {
 public:
  PartitionChooser(Partitioner partitioner, CustomPartitioner custom, size_t batch_bytes)
      : partitioner_(partitioner), custom_(std::move(custom)), batch_bytes_(batch_bytes) {}

  /// A partition of the topic. invalid_argument where the program's own partitioner answers none.
  Result<int32_t> choose(const ProducerRecord& record, const TopicView& topic);

 private:
  /// Where records without a key go until a batch is full of them (KIP-794).
  struct Sticky {
    int32_t partition = -1;
    size_t bytes = 0;
  };

  int32_t stick(const ProducerRecord& record, const TopicView& topic);
  int32_t any_of(const TopicView& topic);

  const Partitioner partitioner_;
  const CustomPartitioner custom_;
  const size_t batch_bytes_;
  std::mutex mutex_;
  std::minstd_rand random_{std::random_device{}()};
  std::map<std::string, Sticky, std::less<>> sticky_;
};

}  // namespace millrace::client
