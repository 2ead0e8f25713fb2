#include "client/producer/partition_chooser.h"

#include <zlib.h>

#include <algorithm>

#include "base/text.h"
#include "client/error.h"
#include "client/partitioner.h"
#include "client/producer/batch.h"

namespace millrace::client {

uint32_t crc32(ByteView bytes) {
  const auto* const data = reinterpret_cast<const Bytef*>(bytes.data());
  return static_cast<uint32_t>(::crc32_z(0, data, bytes.size()));
}

Result<int32_t> PartitionChooser::choose(const ProducerRecord& record, const TopicView& topic) {
  const int32_t count = topic.partition_count;
  if (custom_) {
    const int32_t chosen = custom_(record, count);
    if (chosen >= 0 && chosen < count) return chosen;
    return client_error(ClientErrc::invalid_argument,
                        cat("the partitioner chose ", chosen, " of ", count, " partitions"));
  }
  switch (partitioner_) {
    case Partitioner::murmur2_sticky:
      return record.key ? partition_of_key(as_bytes(*record.key), count) : stick(record, topic);
    case Partitioner::murmur2_random:
      return record.key ? partition_of_key(as_bytes(*record.key), count) : any_of(topic);
    case Partitioner::consistent_random:
      if (!record.key || record.key->empty()) return any_of(topic);
      return static_cast<int32_t>(crc32(as_bytes(*record.key)) % static_cast<uint32_t>(count));
  }
  return any_of(topic);
}

int32_t PartitionChooser::any_of(const TopicView& topic) {
  const std::lock_guard lock(mutex_);
  return topic.available[random_() % topic.available.size()];
}

int32_t PartitionChooser::stick(const ProducerRecord& record, const TopicView& topic) {
  const std::lock_guard lock(mutex_);
  auto found = sticky_.find(record.topic);
  if (found == sticky_.end()) found = sticky_.emplace(std::string(record.topic), Sticky()).first;
  Sticky& sticky = found->second;
  const auto at = std::ranges::find(topic.available, sticky.partition);
  if (at == topic.available.end() || sticky.bytes >= batch_bytes_) {
    // Any but the last one, where there is another.
    const size_t count = topic.available.size();
    const auto before = static_cast<size_t>(at - topic.available.begin());
    const bool can_move = before < count && count > 1;
    const size_t next =
        can_move ? (before + 1 + random_() % (count - 1)) % count : random_() % count;
    sticky = {.partition = topic.available[next], .bytes = 0};
  }
  sticky.bytes += Batch::bytes_of(record);
  return sticky.partition;
}

}  // namespace millrace::client
