// Confluent's wire format: what stands in front of a record that has its schema in a registry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::server {

struct FramedRecord {
  int32_t id = 0;
  /// With Protobuf's message indexes, if it is Protobuf.
  std::string_view payload;
};

/// A byte 0, the schema's id in four bytes, the most significant first, and the payload.
std::string frame_record(const FramedRecord& record);
/// Nothing where the bytes do not begin so; no registry gives ids below 1. The payload is a part of
/// them.
std::optional<FramedRecord> parse_framed(std::string_view bytes);

}  // namespace millrace::server
