#include "client/consumer_protocol.h"

#include <algorithm>
#include <map>

#include "client/error.h"

namespace millrace::client {
namespace {

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

Error malformed(const char* what) { return client_error(ClientErrc::malformed, what); }

}  // namespace

Bytes encode_subscription(const std::vector<std::string>& topics) {
  ByteWriter out;
  out.write<int16_t>(0);
  out.write<int32_t>(static_cast<int32_t>(topics.size()));
  for (const auto& topic : topics) write_text(out, topic);
  out.write<int32_t>(-1);  // no user data
  return out.take();
}

Result<std::vector<std::string>> decode_subscription(ByteView bytes) {
  ByteReader in(bytes);
  in.read<int16_t>();
  std::vector<std::string> topics;
  const int32_t count = read_count(in, sizeof(int16_t));
  for (int32_t i = 0; i < count && in.ok(); ++i) topics.push_back(read_text(in));
  if (!in.ok()) return malformed("a member's subscription cannot be read");
  return topics;
}

Bytes encode_assignment(const std::vector<TopicPartition>& partitions) {
  std::map<std::string, std::vector<int32_t>> topics;
  for (const auto& name : partitions) topics[name.topic].push_back(name.partition);
  ByteWriter out;
  out.write<int16_t>(0);
  out.write<int32_t>(static_cast<int32_t>(topics.size()));
  for (auto& [topic, numbers] : topics) {
    std::ranges::sort(numbers);
    write_text(out, topic);
    out.write<int32_t>(static_cast<int32_t>(numbers.size()));
    for (const int32_t number : numbers) out.write<int32_t>(number);
  }
  out.write<int32_t>(-1);
  return out.take();
}

Result<std::vector<TopicPartition>> decode_assignment(ByteView bytes) {
  std::vector<TopicPartition> partitions;
  if (bytes.empty()) return partitions;
  ByteReader in(bytes);
  in.read<int16_t>();
  const int32_t topics = read_count(in, sizeof(int16_t) + sizeof(int32_t));
  for (int32_t i = 0; i < topics && in.ok(); ++i) {
    const std::string topic = read_text(in);
    const int32_t count = read_count(in, sizeof(int32_t));
    for (int32_t j = 0; j < count && in.ok(); ++j) {
      partitions.push_back({.topic = topic, .partition = in.read<int32_t>()});
    }
  }
  if (!in.ok()) return malformed("an assignment cannot be read");
  return partitions;
}

}  // namespace millrace::client
