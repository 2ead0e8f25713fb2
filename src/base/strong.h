// Strong<Tag, Rep>: a number that cannot be mistaken for another kind of number.
//
// Offsets count records, positions count bytes: both are int64, and passing one for the other is
// the classic storage bug. Construction and `value()` are explicit; arithmetic with plain counts
// and comparison within one kind work.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>

namespace millrace {

template <class Tag, class Rep>
class Strong {
 public:
  using rep = Rep;

  constexpr Strong() = default;
  constexpr explicit Strong(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }

  constexpr auto operator<=>(const Strong&) const = default;

  constexpr Strong operator+(Rep count) const { return Strong(static_cast<Rep>(value_ + count)); }
  constexpr Strong operator-(Rep count) const { return Strong(static_cast<Rep>(value_ - count)); }
  constexpr Rep operator-(Strong other) const { return static_cast<Rep>(value_ - other.value_); }
  constexpr Strong& operator+=(Rep count) { return *this = *this + count; }
  constexpr Strong& operator++() { return *this += 1; }

  friend std::ostream& operator<<(std::ostream& out, Strong s) { return out << s.value_; }

 private:
  Rep value_ = 0;
};

/// The number of a record within its partition, from 0.
using Offset = Strong<struct OffsetTag, int64_t>;
/// A byte within a file, from 0.
using Position = Strong<struct PositionTag, int64_t>;
/// The number of a partition within its topic, from 0.
using PartitionId = Strong<struct PartitionIdTag, int32_t>;
/// The epoch of a partition's leadership; -1 is "unknown" as on the wire.
using LeaderEpoch = Strong<struct LeaderEpochTag, int32_t>;
/// The id of an idempotent or transactional producer; -1 is "none" as on the wire.
using ProducerId = Strong<struct ProducerIdTag, int64_t>;

inline constexpr LeaderEpoch kNoLeaderEpoch{-1};
inline constexpr ProducerId kNoProducerId{-1};

}  // namespace millrace

template <class Tag, class Rep>
struct std::hash<millrace::Strong<Tag, Rep>> {
  size_t operator()(millrace::Strong<Tag, Rep> s) const noexcept {
    return std::hash<Rep>()(s.value());
  }
};
