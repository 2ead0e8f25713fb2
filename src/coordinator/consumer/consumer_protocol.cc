#include "coordinator/consumer/consumer_protocol.h"

#include <algorithm>

namespace millrace::coordinator {

namespace {

constexpr int16_t kVersionMax = 3;

/// The bytes of a nullable array or text: nothing for a negative length.
template <class Length>
size_t read_length(ByteReader& in) {
  return static_cast<size_t>(std::max<Length>(in.read<Length>(), 0));
}

std::string read_text(ByteReader& in) {
  return std::string(as_text(in.bytes(read_length<int16_t>(in))));
}

NamedPartitions read_partitions(ByteReader& in) {
  NamedPartitions read;
  const size_t topic_count = read_length<int32_t>(in);
  for (size_t t = 0; t < topic_count && in.ok(); ++t) {
    const std::string topic = read_text(in);
    const size_t count = read_length<int32_t>(in);
    for (size_t p = 0; p < count && in.ok(); ++p) read[topic].insert(in.read<int32_t>());
  }
  return read;
}

}  // namespace

std::optional<ConsumerSubscription> parse_subscription(ByteView metadata) {
  ByteReader in(metadata);
  ConsumerSubscription read;
  read.version = in.read<int16_t>();
  const size_t count = read_length<int32_t>(in);
  for (size_t i = 0; i < count && in.ok(); ++i) read.topics.insert(read_text(in));
  in.bytes(read_length<int32_t>(in));  // the assignor's own data
  if (read.version >= 1) read.owned = read_partitions(in);
  if (read.version >= 2) in.read<int32_t>();  // the generation in which they were owned
  if (read.version >= 3) {
    std::string rack = read_text(in);
    if (!rack.empty()) read.rack_id = std::move(rack);
  }
  if (!in.ok() || read.version < 0) return std::nullopt;
  return read;
}

std::optional<ConsumerAssignment> parse_assignment(ByteView bytes) {
  ConsumerAssignment read;
  if (bytes.empty()) return read;
  ByteReader in(bytes);
  const auto version = in.read<int16_t>();
  read.partitions = read_partitions(in);
  const size_t user_data_size = read_length<int32_t>(in);
  in.bytes(user_data_size);
  read.has_user_data = user_data_size > 0;
  if (!in.ok() || version < 0) return std::nullopt;
  return read;
}

Bytes encode_assignment(int16_t version, const NamedPartitions& partitions) {
  ByteWriter out;
  out.write<int16_t>(std::min(version, kVersionMax));
  out.write<int32_t>(static_cast<int32_t>(partitions.size()));
  for (const auto& [topic, numbers] : partitions) {
    out.write<int16_t>(static_cast<int16_t>(topic.size()));
    out.text(topic);
    out.write<int32_t>(static_cast<int32_t>(numbers.size()));
    for (const int32_t number : numbers) out.write<int32_t>(number);
  }
  out.write<int32_t>(-1);  // no user data
  return out.take();
}

PartitionSets with_ids(const NamedPartitions& partitions, const TopicView& topics) {
  PartitionSets with_ids;
  for (const auto& [name, numbers] : partitions) {
    if (numbers.empty()) continue;
    if (const auto topic = topics.find_topic(name)) with_ids[topic->id] = numbers;
  }
  return with_ids;
}

}  // namespace millrace::coordinator
