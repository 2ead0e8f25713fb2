// Changes to a finished batch, in its own bytes.
//
// `batch` is a whole batch or, where the CRC is not touched, at least its 61 header bytes (a copy
// of the header can so be written in front of a body that stays where it is).
#pragma once

#include <cstddef>
#include <span>

#include "base/strong.h"
#include "record/batch_view.h"

namespace millrace::record {

/// Outside the CRC, so nothing else changes; 16 bytes in front of the magic are enough.
void patch_base_offset(std::span<std::byte> batch, Offset base_offset);
/// As patch_base_offset.
void patch_leader_epoch(std::span<std::byte> batch, LeaderEpoch leader_epoch);

/// Needs the whole batch: computes the CRC anew unless both values stood there already.
void patch_max_timestamp(std::span<std::byte> batch, TimestampType type, int64_t max_timestamp);

/// Needs the whole batch: makes the stored CRC the computed one.
void patch_crc(std::span<std::byte> batch);

}  // namespace millrace::record
