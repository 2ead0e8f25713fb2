#include "coordinator/consumer/consumer_records.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace millrace::coordinator {

namespace {

constexpr int16_t kValueVersion = 0;
constexpr uint32_t kMetadataHashTag = 0;
constexpr uint32_t kClassicMemberTag = 0;
constexpr uint32_t kTargetTimestampTag = 0;
constexpr uint32_t kAssignmentEpochsTag = 0;

// --- Writing: compact lengths are size + 1, and tagged fields end each structure.

void write_compact(ByteWriter& out, std::string_view text) {
  out.uvarint(text.size() + 1);
  out.text(text);
}

void write_nullable(ByteWriter& out, const std::optional<std::string>& text) {
  if (text) return write_compact(out, *text);
  out.uvarint(0);
}

void write_no_tags(ByteWriter& out) { out.uvarint(0); }

void write_one_tag(ByteWriter& out, uint32_t tag, ByteView content) {
  out.uvarint(1);
  out.uvarint(tag);
  out.uvarint(content.size());
  out.bytes(content);
}

template <class Names>
void write_names(ByteWriter& out, const Names& names) {
  out.uvarint(names.size() + 1);
  for (const std::string& name : names) write_compact(out, name);
}

void write(ByteWriter& out, const ConsumerGroupValue& value) {
  out.write<int32_t>(value.epoch);
  if (value.metadata_hash == 0) return write_no_tags(out);
  ByteWriter hash;
  hash.write<int64_t>(value.metadata_hash);
  write_one_tag(out, kMetadataHashTag, hash.view());
}

void write(ByteWriter& out, const ConsumerMemberValue& value) {
  write_nullable(out, value.instance_id);
  write_nullable(out, value.rack_id);
  write_compact(out, value.client_id);
  write_compact(out, value.client_host);
  write_names(out, value.subscribed_topics);
  write_compact(out, value.subscribed_regex);
  out.write<int32_t>(value.rebalance_timeout_ms);
  write_nullable(out, value.server_assignor);
  if (!value.classic) return write_no_tags(out);
  ByteWriter classic;
  classic.write<int8_t>(1);  // not null
  classic.write<int32_t>(value.classic->session_timeout_ms);
  classic.uvarint(value.classic->protocols.size() + 1);
  for (const MemberProtocol& protocol : value.classic->protocols) {
    write_compact(classic, protocol.name);
    classic.uvarint(protocol.metadata.size() + 1);
    classic.bytes(protocol.metadata);
    write_no_tags(classic);
  }
  write_no_tags(classic);
  write_one_tag(out, kClassicMemberTag, classic.view());
}

void write(ByteWriter& out, const TargetEpochValue& value) {
  out.write<int32_t>(value.epoch);
  if (value.timestamp_ms == 0) return write_no_tags(out);
  ByteWriter timestamp;
  timestamp.write<int64_t>(value.timestamp_ms);
  write_one_tag(out, kTargetTimestampTag, timestamp.view());
}

void write(ByteWriter& out, const PartitionSets& value) {
  out.uvarint(value.size() + 1);
  for (const auto& [topic_id, partitions] : value) {
    out.bytes(topic_id.bytes);
    out.uvarint(partitions.size() + 1);
    for (const int32_t partition : partitions) out.write<int32_t>(partition);
    write_no_tags(out);
  }
  write_no_tags(out);
}

void write(ByteWriter& out, const PartitionEpochs& value) {
  out.uvarint(value.size() + 1);
  for (const auto& [topic_id, partitions] : value) {
    out.bytes(topic_id.bytes);
    out.uvarint(partitions.size() + 1);
    for (const auto& [partition, epoch] : partitions) out.write<int32_t>(partition);
    ByteWriter epochs;
    epochs.uvarint(partitions.size() + 1);
    for (const auto& [partition, epoch] : partitions) epochs.write<int32_t>(epoch);
    write_one_tag(out, kAssignmentEpochsTag, epochs.view());
  }
}

void write(ByteWriter& out, const CurrentAssignmentValue& value) {
  out.write<int32_t>(value.member_epoch);
  out.write<int32_t>(value.previous_member_epoch);
  out.write<int8_t>(static_cast<int8_t>(value.state));
  write(out, value.assigned);
  write(out, value.pending_revocation);
  write_no_tags(out);
}

void write(ByteWriter& out, const RegexValue& value) {
  write_names(out, value.topics);
  out.write<int64_t>(value.version);
  out.write<int64_t>(value.timestamp_ms);
  write_no_tags(out);
}

// --- Reading: a length beyond the input fails the reader.

size_t read_length(ByteReader& in) {
  const uint32_t length = in.uvarint32();
  if (length == 0) in.fail();
  return length == 0 ? 0 : length - 1;
}

std::optional<std::string> read_nullable(ByteReader& in) {
  const uint32_t length = in.uvarint32();
  if (length == 0) return std::nullopt;
  return std::string(as_text(in.bytes(length - 1)));
}

std::string read_compact(ByteReader& in) { return std::string(as_text(in.bytes(read_length(in)))); }

std::set<std::string> read_names(ByteReader& in) {
  std::set<std::string> names;
  const size_t count = read_length(in);
  for (size_t i = 0; i < count && in.ok(); ++i) names.insert(read_compact(in));
  return names;
}

/// Calls `known(tag, bytes)` for each tagged field.
template <class Fn>
void read_tags(ByteReader& in, Fn&& known) {
  const uint32_t count = in.uvarint32();
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    const uint32_t tag = in.uvarint32();
    known(tag, in.bytes(in.uvarint32()));
  }
}

void skip_tags(ByteReader& in) {
  read_tags(in, [](uint32_t, ByteView) {});
}

Uuid read_uuid(ByteReader& in) {
  Uuid id;
  const ByteView bytes = in.bytes(id.bytes.size());
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

std::vector<int32_t> read_numbers(ByteReader& in) {
  std::vector<int32_t> numbers;
  const size_t count = read_length(in);
  for (size_t i = 0; i < count && in.ok(); ++i) numbers.push_back(in.read<int32_t>());
  return numbers;
}

void read(ByteReader& in, ConsumerGroupValue& value) {
  value.epoch = in.read<int32_t>();
  read_tags(in, [&](uint32_t tag, ByteView content) {
    if (tag == kMetadataHashTag) value.metadata_hash = ByteReader(content).read<int64_t>();
  });
}

std::optional<ClassicMemberValue> read_classic_member(ByteReader& in) {
  if (in.read<int8_t>() < 0) return std::nullopt;
  ClassicMemberValue classic;
  classic.session_timeout_ms = in.read<int32_t>();
  const size_t count = read_length(in);
  if (count == 0) in.fail();
  for (size_t i = 0; i < count && in.ok(); ++i) {
    MemberProtocol& protocol = classic.protocols.emplace_back();
    protocol.name = read_compact(in);
    protocol.metadata = copy_of(in.bytes(read_length(in)));
    skip_tags(in);
  }
  skip_tags(in);
  return classic;
}

void read(ByteReader& in, ConsumerMemberValue& value) {
  value.instance_id = read_nullable(in);
  value.rack_id = read_nullable(in);
  value.client_id = read_compact(in);
  value.client_host = read_compact(in);
  value.subscribed_topics = read_names(in);
  value.subscribed_regex = read_nullable(in).value_or("");
  value.rebalance_timeout_ms = in.read<int32_t>();
  value.server_assignor = read_nullable(in);
  read_tags(in, [&](uint32_t tag, ByteView content) {
    if (tag != kClassicMemberTag) return;
    ByteReader classic(content);
    value.classic = read_classic_member(classic);
    if (!classic.ok()) in.fail();
  });
}

void read(ByteReader& in, TargetEpochValue& value) {
  value.epoch = in.read<int32_t>();
  read_tags(in, [&](uint32_t tag, ByteView content) {
    if (tag == kTargetTimestampTag) value.timestamp_ms = ByteReader(content).read<int64_t>();
  });
}

void read(ByteReader& in, PartitionSets& value) {
  const size_t count = read_length(in);
  for (size_t i = 0; i < count && in.ok(); ++i) {
    const Uuid topic_id = read_uuid(in);
    const auto partitions = read_numbers(in);
    if (!partitions.empty()) value[topic_id].insert(partitions.begin(), partitions.end());
    skip_tags(in);
  }
  skip_tags(in);
}

void read(ByteReader& in, PartitionEpochs& value, int32_t default_epoch) {
  const size_t count = read_length(in);
  for (size_t i = 0; i < count && in.ok(); ++i) {
    const Uuid topic_id = read_uuid(in);
    const auto partitions = read_numbers(in);
    std::vector<int32_t> epochs;
    read_tags(in, [&](uint32_t tag, ByteView content) {
      if (tag != kAssignmentEpochsTag) return;
      ByteReader numbers(content);
      epochs = read_numbers(numbers);
      if (!numbers.ok()) in.fail();
    });
    for (size_t p = 0; p < partitions.size(); ++p) {
      value[topic_id][partitions[p]] =
          epochs.size() == partitions.size() ? epochs[p] : default_epoch;
    }
  }
}

void read(ByteReader& in, CurrentAssignmentValue& value) {
  value.member_epoch = in.read<int32_t>();
  value.previous_member_epoch = in.read<int32_t>();
  const auto state = in.read<int8_t>();
  value.state = state >= 0 && state <= static_cast<int8_t>(MemberState::unreleased_partitions)
                    ? static_cast<MemberState>(state)
                    : MemberState::unknown;
  const int32_t default_epoch = std::max(value.member_epoch, 0);
  read(in, value.assigned, default_epoch);
  read(in, value.pending_revocation, default_epoch);
  skip_tags(in);
}

void read(ByteReader& in, RegexValue& value) {
  value.topics = read_names(in);
  value.version = in.read<int64_t>();
  value.timestamp_ms = in.read<int64_t>();
  skip_tags(in);
}

Error malformed(std::string_view what) {
  return kafka_error(ErrorCode::corrupt_message, cat(what, " of __consumer_offsets is malformed"));
}

template <class T>
Result<std::optional<T>> decode_value(std::optional<ByteView> bytes) {
  if (!bytes) return std::optional<T>();
  ByteReader in(*bytes);
  const auto version = in.read<int16_t>();
  if (in.ok() && version > kValueVersion) {
    return kafka_error(ErrorCode::unsupported_version,
                       cat("a consumer group's value of __consumer_offsets has version ", version,
                           ", known is ", kValueVersion));
  }
  T value;
  read(in, value);
  if (!in.ok() || version < 0) return malformed("a consumer group's value");
  return std::optional<T>(std::move(value));
}

ConsumerKey key_of(std::string_view group_id, const ConsumerRecord& record) {
  using Type = ConsumerRecordType;
  struct Visitor {
    std::string_view group_id;
    ConsumerKey operator()(const ConsumerGroupRecord&) { return {Type::group, group_id, {}}; }
    ConsumerKey operator()(const PartitionMetadataRecord&) {
      return {Type::partition_metadata, group_id, {}};
    }
    ConsumerKey operator()(const ConsumerMemberRecord& r) {
      return {Type::member, group_id, r.member_id};
    }
    ConsumerKey operator()(const TargetEpochRecord&) { return {Type::target_epoch, group_id, {}}; }
    ConsumerKey operator()(const TargetMemberRecord& r) {
      return {Type::target_member, group_id, r.member_id};
    }
    ConsumerKey operator()(const CurrentAssignmentRecord& r) {
      return {Type::current_assignment, group_id, r.member_id};
    }
    ConsumerKey operator()(const RegexRecord& r) {
      return {Type::regular_expression, group_id, r.regex};
    }
  };
  return std::visit(Visitor{group_id}, record);
}

bool has_name(ConsumerRecordType type) {
  switch (type) {
    case ConsumerRecordType::group:
    case ConsumerRecordType::partition_metadata:
    case ConsumerRecordType::target_epoch: return false;
    case ConsumerRecordType::member:
    case ConsumerRecordType::target_member:
    case ConsumerRecordType::current_assignment:
    case ConsumerRecordType::regular_expression: return true;
  }
  return false;
}

}  // namespace

Bytes encode_key(std::string_view group_id, const ConsumerRecord& record) {
  const ConsumerKey key = key_of(group_id, record);
  ByteWriter out(6 + key.group_id.size() + key.name.size());
  const auto write_text = [&out](std::string_view text) {
    out.write<int16_t>(static_cast<int16_t>(text.size()));
    out.text(text);
  };
  out.write<int16_t>(static_cast<int16_t>(key.type));
  write_text(key.group_id);
  if (has_name(key.type)) write_text(key.name);
  return out.take();
}

std::optional<Bytes> encode_value(const ConsumerRecord& record) {
  return std::visit(
      [](const auto& change) -> std::optional<Bytes> {
        if constexpr (requires { change.value; }) {
          if (!change.value) return std::nullopt;
          ByteWriter out;
          out.write<int16_t>(kValueVersion);
          write(out, *change.value);
          return out.take();
        } else {
          return std::nullopt;
        }
      },
      record);
}

Result<std::optional<ConsumerKey>> decode_consumer_key(ByteView bytes) {
  ByteReader in(bytes);
  const auto version = in.read<int16_t>();
  const bool is_ours = (version >= 3 && version <= 8) || version == 16;
  if (!in.ok() || !is_ours) return std::optional<ConsumerKey>();
  const auto text = [&in] {
    const auto size = in.read<int16_t>();
    if (size < 0) in.fail();
    return as_text(in.bytes(size < 0 ? 0 : static_cast<size_t>(size)));
  };
  ConsumerKey key;
  key.type = static_cast<ConsumerRecordType>(version);
  key.group_id = text();
  if (has_name(key.type)) key.name = text();
  if (!in.ok() || !in.at_end()) return malformed("a consumer group's key");
  return std::optional<ConsumerKey>(key);
}

Result<ConsumerRecord> decode_consumer_record(const ConsumerKey& key,
                                              std::optional<ByteView> value) {
  const std::string name(key.name);
  const auto as_record = [](auto decoded, auto make) -> Result<ConsumerRecord> {
    if (!decoded) return decoded.error();
    return ConsumerRecord(make(*std::move(decoded)));
  };
  switch (key.type) {
    case ConsumerRecordType::group:
      return as_record(decode_value<ConsumerGroupValue>(value),
                       [](auto read) { return ConsumerGroupRecord{read}; });
    case ConsumerRecordType::partition_metadata:
      return ConsumerRecord(PartitionMetadataRecord{value.has_value()});
    case ConsumerRecordType::member:
      return as_record(decode_value<ConsumerMemberValue>(value),
                       [&](auto read) { return ConsumerMemberRecord{name, std::move(read)}; });
    case ConsumerRecordType::target_epoch:
      return as_record(decode_value<TargetEpochValue>(value),
                       [](auto read) { return TargetEpochRecord{read}; });
    case ConsumerRecordType::target_member:
      return as_record(decode_value<PartitionSets>(value),
                       [&](auto read) { return TargetMemberRecord{name, std::move(read)}; });
    case ConsumerRecordType::current_assignment:
      return as_record(decode_value<CurrentAssignmentValue>(value),
                       [&](auto read) { return CurrentAssignmentRecord{name, std::move(read)}; });
    case ConsumerRecordType::regular_expression:
      return as_record(decode_value<RegexValue>(value),
                       [&](auto read) { return RegexRecord{name, std::move(read)}; });
  }
  return malformed("a consumer group's key");
}

}  // namespace millrace::coordinator
