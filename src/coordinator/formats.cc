#include "coordinator/formats.h"

#include <algorithm>

#include "base/text.h"

namespace millrace::coordinator {

namespace {

constexpr int16_t kOffsetKeyVersion = 1;
constexpr int16_t kGroupKeyVersion = 2;
constexpr int16_t kOffsetValueVersion = 4;
constexpr int16_t kOffsetValueVersionWithExpiry = 1;
constexpr int16_t kGroupValueVersion = 3;
/// From this version on, both values are "flexible": compact lengths and tagged fields.
constexpr int16_t kFlexibleFrom = 4;
constexpr int16_t kValueVersionMax = 4;
constexpr uint32_t kTopicIdTag = 0;

void write_text(ByteWriter& out, std::string_view text) {
  out.write<int16_t>(static_cast<int16_t>(text.size()));
  out.text(text);
}

void write_nullable(ByteWriter& out, const std::optional<std::string>& text) {
  if (text) return write_text(out, *text);
  out.write<int16_t>(-1);
}

void write_bytes(ByteWriter& out, ByteView bytes) {
  out.write<int32_t>(static_cast<int32_t>(bytes.size()));
  out.bytes(bytes);
}

/// Reads the lengths of one value version; a length beyond the input fails the reader.
class FieldReader {
 public:
  FieldReader(ByteReader& in, bool flexible) : in_(in), flexible_(flexible) {}

  std::optional<std::string> nullable_text() {
    const int64_t size = flexible_ ? int64_t{in_.uvarint32()} - 1 : in_.read<int16_t>();
    if (size < 0) return std::nullopt;
    return std::string(as_text(in_.bytes(static_cast<size_t>(size))));
  }
  std::string text() {
    auto text = nullable_text();
    if (!text) in_.fail();
    return std::move(text).value_or("");
  }
  Bytes bytes() { return copy_of(in_.bytes(length())); }
  size_t length() {
    const int64_t size = flexible_ ? int64_t{in_.uvarint32()} - 1 : in_.read<int32_t>();
    if (size < 0) in_.fail();
    return size < 0 ? 0 : static_cast<size_t>(size);
  }
  /// Calls `known(tag, bytes)` for each tagged field.
  template <class Fn>
  void tags(Fn&& known) {
    if (!flexible_) return;
    const uint32_t count = in_.uvarint32();
    for (uint32_t i = 0; i < count && in_.ok(); ++i) {
      const uint32_t tag = in_.uvarint32();
      known(tag, in_.bytes(in_.uvarint32()));
    }
  }
  void skip_tags() {
    tags([](uint32_t, ByteView) {});
  }

 private:
  ByteReader& in_;
  const bool flexible_;
};

Error malformed(std::string_view what) {
  return kafka_error(ErrorCode::corrupt_message, cat(what, " of __consumer_offsets is malformed"));
}

/// The version in front of a value, or an error for one from the future.
Result<int16_t> value_version(ByteReader& in, std::string_view what) {
  const auto version = in.read<int16_t>();
  if (!in.ok() || version < 0) return malformed(what);
  if (version > kValueVersionMax) {
    return kafka_error(ErrorCode::unsupported_version,
                       cat(what, " of __consumer_offsets has version ", version,
                           ", known are 0 to ", kValueVersionMax));
  }
  return version;
}

MemberValue read_member(ByteReader& in, FieldReader& fields, int16_t version) {
  MemberValue member;
  member.member_id = fields.text();
  if (version >= 3) member.group_instance_id = fields.nullable_text();
  member.client_id = fields.text();
  member.client_host = fields.text();
  if (version >= 1) member.rebalance_timeout_ms = in.read<int32_t>();
  member.session_timeout_ms = in.read<int32_t>();
  member.subscription = fields.bytes();
  member.assignment = fields.bytes();
  fields.skip_tags();
  return member;
}

}  // namespace

Bytes encode_key(const OffsetKey& key) {
  ByteWriter out(10 + key.group_id.size() + key.topic.size());
  out.write<int16_t>(kOffsetKeyVersion);
  write_text(out, key.group_id);
  write_text(out, key.topic);
  out.write<int32_t>(key.partition.value());
  return out.take();
}

Bytes encode_key(const GroupKey& key) {
  ByteWriter out(4 + key.group_id.size());
  out.write<int16_t>(kGroupKeyVersion);
  write_text(out, key.group_id);
  return out.take();
}

Bytes encode_value(const OffsetValue& value) {
  ByteWriter out(48 + value.metadata.size());
  if (value.expire_timestamp_ms) {
    out.write<int16_t>(kOffsetValueVersionWithExpiry);
    out.write<int64_t>(value.offset.value());
    write_text(out, value.metadata);
    out.write<int64_t>(value.commit_timestamp_ms);
    out.write<int64_t>(*value.expire_timestamp_ms);
    return out.take();
  }
  out.write<int16_t>(kOffsetValueVersion);
  out.write<int64_t>(value.offset.value());
  out.write<int32_t>(value.leader_epoch.value());
  out.uvarint(value.metadata.size() + 1);
  out.text(value.metadata);
  out.write<int64_t>(value.commit_timestamp_ms);
  out.uvarint(value.topic_id.is_zero() ? 0 : 1);
  if (!value.topic_id.is_zero()) {
    out.uvarint(kTopicIdTag);
    out.uvarint(value.topic_id.bytes.size());
    out.bytes(value.topic_id.bytes);
  }
  return out.take();
}

Bytes encode_value(const GroupValue& value) {
  ByteWriter out;
  out.write<int16_t>(kGroupValueVersion);
  write_text(out, value.protocol_type);
  out.write<int32_t>(value.generation_id);
  write_nullable(out, value.protocol_name);
  write_nullable(out, value.leader);
  out.write<int64_t>(value.state_timestamp_ms);
  out.write<int32_t>(static_cast<int32_t>(value.members.size()));
  for (const MemberValue& member : value.members) {
    write_text(out, member.member_id);
    write_nullable(out, member.group_instance_id);
    write_text(out, member.client_id);
    write_text(out, member.client_host);
    out.write<int32_t>(member.rebalance_timeout_ms);
    out.write<int32_t>(member.session_timeout_ms);
    write_bytes(out, member.subscription);
    write_bytes(out, member.assignment);
  }
  return out.take();
}

Result<RecordKey> decode_key(ByteView key) {
  ByteReader in(key);
  const auto version = in.read<int16_t>();
  const auto text = [&in] {
    const auto size = in.read<int16_t>();
    if (size < 0) in.fail();
    return as_text(in.bytes(size < 0 ? 0 : static_cast<size_t>(size)));
  };
  RecordKey parsed = UnknownKey{version};
  if (version == 0 || version == kOffsetKeyVersion) {
    OffsetKey offset_key;
    offset_key.group_id = text();
    offset_key.topic = text();
    offset_key.partition = PartitionId(in.read<int32_t>());
    parsed = offset_key;
  } else if (version == kGroupKeyVersion) {
    parsed = GroupKey{text()};
  } else if (in.ok()) {
    return parsed;
  }
  if (!in.ok() || !in.at_end()) return malformed("a key");
  return parsed;
}

Result<OffsetValue> decode_offset_value(ByteView bytes) {
  ByteReader in(bytes);
  const auto version = value_version(in, "an offset");
  if (!version) return version.error();
  FieldReader fields(in, *version >= kFlexibleFrom);
  OffsetValue value;
  value.offset = Offset(in.read<int64_t>());
  if (*version >= 3) value.leader_epoch = LeaderEpoch(in.read<int32_t>());
  value.metadata = fields.text();
  value.commit_timestamp_ms = in.read<int64_t>();
  if (*version == 1) {
    const auto expiry = in.read<int64_t>();
    if (expiry != -1) value.expire_timestamp_ms = expiry;
  }
  fields.tags([&value](uint32_t tag, ByteView content) {
    if (tag != kTopicIdTag || content.size() != value.topic_id.bytes.size()) return;
    std::copy(content.begin(), content.end(), value.topic_id.bytes.begin());
  });
  if (!in.ok()) return malformed("an offset");
  return value;
}

Result<GroupValue> decode_group_value(ByteView bytes) {
  ByteReader in(bytes);
  const auto version = value_version(in, "a group");
  if (!version) return version.error();
  FieldReader fields(in, *version >= kFlexibleFrom);
  GroupValue value;
  value.protocol_type = fields.text();
  value.generation_id = in.read<int32_t>();
  value.protocol_name = fields.nullable_text();
  value.leader = fields.nullable_text();
  if (*version >= 2) value.state_timestamp_ms = in.read<int64_t>();
  const size_t count = fields.length();
  for (size_t i = 0; i < count && in.ok(); ++i) {
    value.members.push_back(read_member(in, fields, *version));
  }
  fields.skip_tags();
  if (!in.ok()) return malformed("a group");
  return value;
}

}  // namespace millrace::coordinator
