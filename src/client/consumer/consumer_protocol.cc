#include "client/consumer/consumer_protocol.h"

#include <algorithm>
#include <map>

#include "client/error.h"

namespace millrace::client {
namespace {

constexpr int16_t kSubscriptionVersion = 3;
constexpr int16_t kFirstWithOwned = 1;
constexpr int16_t kFirstWithGeneration = 2;

void write_text(ByteWriter& out, const std::string& text) {
  out.write<int16_t>(static_cast<int16_t>(text.size()));
  out.text(text);
}

std::string read_text(ByteReader& in) {
  const auto size = in.read<int16_t>();
  if (size < 0) in.fail();
  return std::string(as_text(in.bytes(in.ok() ? static_cast<size_t>(size) : 0)));
}

/// A count of elements of at least `size_min` bytes; fails where so many cannot follow.
int32_t read_count(ByteReader& in, size_t size_min) {
  const auto count = in.read<int32_t>();
  if (count < 0 || static_cast<size_t>(count) > in.remaining() / size_min) in.fail();
  return in.ok() ? count : 0;
}

void write_partitions(ByteWriter& out, const std::vector<TopicPartition>& partitions) {
  std::map<std::string, std::vector<int32_t>> topics;
  for (const auto& name : partitions) topics[name.topic].push_back(name.partition);
  out.write<int32_t>(static_cast<int32_t>(topics.size()));
  for (auto& [topic, numbers] : topics) {
    std::ranges::sort(numbers);
    write_text(out, topic);
    out.write<int32_t>(static_cast<int32_t>(numbers.size()));
    for (const int32_t number : numbers) out.write<int32_t>(number);
  }
}

std::vector<TopicPartition> read_partitions(ByteReader& in) {
  std::vector<TopicPartition> partitions;
  const int32_t topics = read_count(in, sizeof(int16_t) + sizeof(int32_t));
  for (int32_t i = 0; i < topics && in.ok(); ++i) {
    const std::string topic = read_text(in);
    const int32_t count = read_count(in, sizeof(int32_t));
    for (int32_t j = 0; j < count && in.ok(); ++j) {
      partitions.push_back({.topic = topic, .partition = in.read<int32_t>()});
    }
  }
  return partitions;
}

/// -1 as the size says that there are none.
void write_user_data(ByteWriter& out, const std::optional<Bytes>& data) {
  out.write<int32_t>(data ? static_cast<int32_t>(data->size()) : -1);
  if (data) out.bytes(*data);
}

std::optional<Bytes> read_user_data(ByteReader& in) {
  const auto size = in.read<int32_t>();
  if (size < 0) return std::nullopt;
  return copy_of(in.bytes(static_cast<size_t>(size)));
}

Error malformed(const char* what) { return client_error(ClientErrc::malformed, what); }

}  // namespace

Bytes encode_subscription(MemberSubscription subscription) {
  std::ranges::sort(subscription.topics);
  ByteWriter out;
  out.write<int16_t>(kSubscriptionVersion);
  out.write<int32_t>(static_cast<int32_t>(subscription.topics.size()));
  for (const auto& topic : subscription.topics) write_text(out, topic);
  write_user_data(out, subscription.user_data);
  write_partitions(out, subscription.owned);
  out.write<int32_t>(subscription.generation);
  out.write<int16_t>(-1);  // no rack
  return out.take();
}

Result<MemberSubscription> decode_subscription(ByteView bytes) {
  ByteReader in(bytes);
  MemberSubscription subscription;
  const auto version = in.read<int16_t>();
  const int32_t count = read_count(in, sizeof(int16_t));
  for (int32_t i = 0; i < count && in.ok(); ++i) subscription.topics.push_back(read_text(in));
  subscription.user_data = read_user_data(in);
  if (version >= kFirstWithOwned && !in.at_end()) subscription.owned = read_partitions(in);
  if (version >= kFirstWithGeneration && !in.at_end()) {
    subscription.generation = in.read<int32_t>();
  }
  if (version < 0 || !in.ok()) return malformed("a member's subscription cannot be read");
  return subscription;
}

Bytes encode_assignment(const std::vector<TopicPartition>& partitions) {
  ByteWriter out;
  out.write<int16_t>(0);
  write_partitions(out, partitions);
  write_user_data(out, std::nullopt);
  return out.take();
}

Result<std::vector<TopicPartition>> decode_assignment(ByteView bytes) {
  if (bytes.empty()) return std::vector<TopicPartition>();
  ByteReader in(bytes);
  in.read<int16_t>();
  auto partitions = read_partitions(in);
  if (!in.ok()) return malformed("an assignment cannot be read");
  return partitions;
}

}  // namespace millrace::client
