#include "coordinator/transactions/transaction_format.h"

#include <map>
#include <vector>

#include "base/text.h"

namespace millrace::coordinator {
namespace {

constexpr int16_t kKeyVersion = 0;
constexpr int16_t kValueVersion = 1;
/// From this version on the value is "flexible": compact lengths and tagged fields.
constexpr int16_t kFlexibleFrom = 1;
constexpr uint32_t kPreviousIdTag = 0;
constexpr uint32_t kNextIdTag = 1;
constexpr uint32_t kClientVersionTag = 2;

Error malformed(std::string_view what) {
  return kafka_error(ErrorCode::corrupt_message, cat(what, " of __transaction_state is malformed"));
}

/// Tagged fields in the order of their numbers; those with their default value are left out.
class TagWriter {
 public:
  template <class T>
  void add(uint32_t tag, T value) {
    fields_.uvarint(tag);
    fields_.uvarint(sizeof(T));
    fields_.write<T>(value);
    ++count_;
  }
  void finish(ByteWriter& out) {
    out.uvarint(count_);
    out.bytes(fields_.view());
  }

 private:
  ByteWriter fields_;
  uint32_t count_ = 0;
};

void write_partitions(ByteWriter& out, const TransactionPartitions& partitions) {
  std::map<std::string_view, std::vector<PartitionId>> topics;
  for (const auto& [topic, partition] : partitions) topics[topic].push_back(partition);
  out.uvarint(topics.size() + 1);
  for (const auto& [topic, ids] : topics) {
    out.uvarint(topic.size() + 1);
    out.text(topic);
    out.uvarint(ids.size() + 1);
    for (const PartitionId id : ids) out.write<int32_t>(id.value());
    TagWriter().finish(out);
  }
}

/// The lengths of either kind of version.
class ValueReader {
 public:
  ValueReader(ByteReader& in, bool is_flexible) : in_(in), is_flexible_(is_flexible) {}

  /// -1 for a null array.
  int64_t count() { return is_flexible_ ? int64_t{in_.uvarint32()} - 1 : in_.read<int32_t>(); }
  std::string text() {
    const int64_t size = is_flexible_ ? int64_t{in_.uvarint32()} - 1 : in_.read<int16_t>();
    if (size < 0) in_.fail();
    return std::string(as_text(in_.bytes(size < 0 ? 0 : static_cast<size_t>(size))));
  }
  template <class Fn>
  void tags(Fn known) {
    if (!is_flexible_) return;
    const uint32_t count = in_.uvarint32();
    for (uint32_t i = 0; i < count && in_.ok(); ++i) {
      const uint32_t tag = in_.uvarint32();
      ByteReader field(in_.bytes(in_.uvarint32()));
      known(tag, field);
    }
  }
  void skip_tags() {
    tags([](uint32_t, ByteReader&) {});
  }

 private:
  ByteReader& in_;
  const bool is_flexible_;
};

TransactionPartitions read_partitions(ByteReader& in, ValueReader& value) {
  TransactionPartitions partitions;
  const int64_t topics = value.count();
  for (int64_t t = 0; t < topics && in.ok(); ++t) {
    const std::string topic = value.text();
    const int64_t ids = value.count();
    for (int64_t i = 0; i < ids && in.ok(); ++i) {
      partitions.insert({topic, PartitionId(in.read<int32_t>())});
    }
    value.skip_tags();
  }
  return partitions;
}

}  // namespace

Bytes encode_transaction_key(std::string_view transactional_id) {
  ByteWriter out(4 + transactional_id.size());
  out.write<int16_t>(kKeyVersion);
  out.write<int16_t>(static_cast<int16_t>(transactional_id.size()));
  out.text(transactional_id);
  return out.take();
}

Bytes encode_transaction_value(const Transaction& transaction) {
  ByteWriter out;
  out.write<int16_t>(kValueVersion);
  out.write<int64_t>(transaction.producer.id.value());
  out.write<int16_t>(transaction.producer.epoch);
  out.write<int32_t>(transaction.timeout_ms);
  out.write<int8_t>(static_cast<int8_t>(transaction.state));
  if (transaction.is(TransactionState::empty)) {
    out.uvarint(0);  // null: it never had partitions
  } else {
    write_partitions(out, transaction.partitions);
  }
  out.write<int64_t>(transaction.last_update_ms);
  out.write<int64_t>(transaction.start_ms);
  TagWriter tags;
  if (transaction.previous_producer_id != kNoProducerId) {
    tags.add<int64_t>(kPreviousIdTag, transaction.previous_producer_id.value());
  }
  if (transaction.next_producer_id != kNoProducerId) {
    tags.add<int64_t>(kNextIdTag, transaction.next_producer_id.value());
  }
  if (transaction.client_version != TransactionVersion::v0) {
    tags.add<int16_t>(kClientVersionTag, static_cast<int16_t>(transaction.client_version));
  }
  tags.finish(out);
  return out.take();
}

Result<std::optional<std::string>> decode_transaction_key(ByteView key) {
  ByteReader in(key);
  const auto version = in.read<int16_t>();
  if (!in.ok()) return malformed("a key");
  if (version != kKeyVersion) return std::optional<std::string>();
  const auto size = in.read<int16_t>();
  if (!in.ok() || size < 0 || static_cast<size_t>(size) != in.remaining()) {
    return malformed("a key");
  }
  return std::optional(std::string(as_text(in.bytes(static_cast<size_t>(size)))));
}

Result<Transaction> decode_transaction_value(std::string transactional_id, ByteView bytes) {
  ByteReader in(bytes);
  const auto version = in.read<int16_t>();
  if (!in.ok() || version < 0) return malformed("a value");
  if (version > kValueVersion) {
    return kafka_error(
        ErrorCode::unsupported_version,
        cat("a value of __transaction_state has version ", version, ", known are 0 and 1"));
  }
  ValueReader value(in, version >= kFlexibleFrom);
  Transaction transaction{.transactional_id = std::move(transactional_id)};
  transaction.producer.id = ProducerId(in.read<int64_t>());
  transaction.producer.epoch = in.read<int16_t>();
  transaction.timeout_ms = in.read<int32_t>();
  const auto state = in.read<int8_t>();
  transaction.partitions = read_partitions(in, value);
  transaction.last_update_ms = in.read<int64_t>();
  transaction.start_ms = in.read<int64_t>();
  value.tags([&](uint32_t tag, ByteReader& field) {
    if (tag == kPreviousIdTag) transaction.previous_producer_id = ProducerId(field.read<int64_t>());
    if (tag == kNextIdTag) transaction.next_producer_id = ProducerId(field.read<int64_t>());
    if (tag == kClientVersionTag) {
      transaction.client_version = static_cast<TransactionVersion>(field.read<int16_t>());
    }
    if (!field.ok()) in.fail();
  });
  if (!in.ok() || state < 0 || state > static_cast<int8_t>(TransactionState::dead)) {
    return malformed("a value");
  }
  transaction.state = static_cast<TransactionState>(state);
  return transaction;
}

}  // namespace millrace::coordinator
