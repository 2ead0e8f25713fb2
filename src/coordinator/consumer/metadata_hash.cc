#include "coordinator/consumer/metadata_hash.h"

#include <xxhash.h>

#include "base/bytes.h"

namespace millrace::coordinator {

namespace {

constexpr std::byte kTopicMagic{0};

/// What Kafka's hash stream is fed with: integers little-endian, text as UTF-16 code units followed
/// by their number.
class HashInput {
 public:
  void add(std::byte byte) { bytes_.push_back(byte); }
  void add(int32_t number) { add_little_endian(static_cast<uint64_t>(number), sizeof number); }
  void add(int64_t number) { add_little_endian(static_cast<uint64_t>(number), sizeof number); }
  /// Names of topics are ASCII, so that a byte is a code unit.
  void add_ascii(std::string_view text) {
    for (const char c : text) add_little_endian(static_cast<uint8_t>(c), 2);
    add(static_cast<int32_t>(text.size()));
  }
  int64_t hash() const { return static_cast<int64_t>(XXH3_64bits(bytes_.data(), bytes_.size())); }

 private:
  void add_little_endian(uint64_t number, size_t size) {
    for (size_t i = 0; i < size; ++i) bytes_.push_back(static_cast<std::byte>(number >> (8 * i)));
  }

  Bytes bytes_;
};

}  // namespace

int64_t topic_hash(const TopicInfo& topic) {
  HashInput input;
  input.add(kTopicMagic);
  input.add(load_be<int64_t>(topic.id.bytes.data()));
  input.add(load_be<int64_t>(topic.id.bytes.data() + sizeof(int64_t)));
  input.add_ascii(topic.name);
  input.add(topic.partition_count);
  for (int32_t partition = 0; partition < topic.partition_count; ++partition) input.add(partition);
  return input.hash();
}

int64_t metadata_hash(const std::set<std::string>& names, const TopicView& topics) {
  HashInput input;
  bool is_empty = true;
  for (const std::string& name : names) {
    const auto topic = topics.find_topic(name);
    if (!topic) continue;
    input.add(topic_hash(*topic));
    is_empty = false;
  }
  return is_empty ? 0 : input.hash();
}

}  // namespace millrace::coordinator
