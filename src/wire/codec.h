// Encoding and decoding of message bodies.
//
// Declared for every message, defined once for each in messages/<name>.cc, which keeps the
// templates out of the files that use messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "millrace/result.h"
#include "wire/described.h"
#include "wire/message_builder.h"
#include "wire/values.h"

namespace millrace::wire {

/// True where `version` of the message uses compact lengths and tagged fields.
template <Message T>
constexpr bool is_flexible(int16_t version) {
  return version >= T::kFlexibleFrom;
}

/// Appends the body as `version`, which must lie within the message's versions. A field that the
/// version does not have is left out; a null where the version knows none becomes empty. Texts are
/// cut at Kafka's limit of 32,767 bytes. Record sets go by reference: they must outlive `out`.
template <Message T>
void encode(const T& message, int16_t version, MessageBuilder& out);

/// The same into plain bytes; record sets must be in memory.
template <Message T>
void encode(const T& message, int16_t version, ByteWriter& out);

/// Bytes that encode() appends, record sets included.
template <Message T>
size_t encoded_size(const T& message, int16_t version);

/// Reads a body of `version`, which must lie within the message's versions, and leaves `in` behind
/// it. Fields that the version does not have keep their defaults, unknown tagged fields are
/// skipped. Anything malformed is INVALID_REQUEST. No length is believed before as many bytes are
/// there. Record sets are views: they share `owner` where the message can keep it (Fetch answers),
/// otherwise the caller keeps the frame.
template <Message T>
Result<T> decode(ByteReader& in, int16_t version, std::shared_ptr<const void> owner = nullptr);

/// One line for people: field=value in the order of the wire, long byte fields as their size.
template <Message T>
std::string to_text(const T& message, int16_t version);

}  // namespace millrace::wire
