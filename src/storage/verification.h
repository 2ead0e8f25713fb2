// Words of KIP-890: a transaction begins on a partition only if its coordinator knows that it does.
#pragma once

#include <cstdint>

namespace millrace::storage {

/// Names one asking of the coordinator.
using VerificationGuard = uint64_t;
/// Nobody was asked.
inline constexpr VerificationGuard kNoVerification = 0;

/// What a producer that the log does not know begins with. From transactions of version 2 on it is
/// 0, so that nothing comes before a first batch that is late.
enum class FirstSequence : uint8_t { any, zero };

}  // namespace millrace::storage
