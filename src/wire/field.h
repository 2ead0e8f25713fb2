// How a message describes one field to its visitors: in which versions it is on the wire, in which
// it may be null, and whether it travels as a tagged field.
//
//   template <class Visitor>
//   static constexpr void describe(Visitor&& field) {
//     field("group_id", &HeartbeatRequest::group_id);
//     field("group_instance_id", &HeartbeatRequest::group_instance_id, since(3).nullable());
//   }
//
// The order of the calls is the order on the wire; tagged fields are called in rising order of
// their tags. Names are Kafka's, in snake_case.
#pragma once

#include <cstdint>
#include <limits>

namespace millrace::wire {

inline constexpr int16_t kEveryLaterVersion = std::numeric_limits<int16_t>::max();

struct Field {
  int16_t from = 0;
  int16_t to = kEveryLaterVersion;
  /// First version in which the value may be null; beyond `to` where it never may.
  int16_t null_from = kEveryLaterVersion;
  /// The tag, or -1 for a field in its place.
  int32_t tag = -1;

  /// May be null from this version on, by default whenever the field is there.
  constexpr Field nullable(int16_t first = 0) const { return {from, to, first, tag}; }
  constexpr Field tagged(int32_t number) const { return {from, to, null_from, number}; }

  constexpr bool is_in(int16_t version) const { return version >= from && version <= to; }
  constexpr bool may_be_null(int16_t version) const { return version >= null_from; }
  constexpr bool is_tagged() const { return tag >= 0; }
};

/// In every version.
constexpr Field always() { return {}; }
/// From `version` on.
constexpr Field since(int16_t version) { return {.from = version}; }
/// From the first to the last version named, both included.
constexpr Field between(int16_t first, int16_t last) { return {.from = first, .to = last}; }

}  // namespace millrace::wire
