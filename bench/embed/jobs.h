// What each peer is measured at. Every job opens a log of its own and prints one line of JSON.
#pragma once

#include <cstdint>
#include <string>

#include "peer_log.h"

namespace embedded {

constexpr size_t kRecordBytes = 100;
constexpr size_t kBatchRecords = 1'000;

/// Opens a new log and closes it, then the empty one that this left.
void measure_life(const Peer& peer, const std::string& place);

enum class Reader : uint8_t { spins, sleeps };
/// Single records, one at a time: from before the append until a reader on another thread has it.
void measure_hand_over(const Peer& peer, const std::string& place, Reader kind, int64_t count);

/// Single records, one at a time, until each is on disk.
void measure_synced(const Peer& peer, const std::string& place, int64_t count);

/// Batches in, and all of it out.
void measure_batches(const Peer& peer, const std::string& place, int64_t count);

/// What every append to a file pays: one pwritev of a record with its headers.
void measure_plain_write(const std::string& place, int64_t count);

}  // namespace embedded
