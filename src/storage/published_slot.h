// What a broker tells other processes of one partition, in memory that they have mapped. Format and
// promises: docs/formats/published.md.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/strong.h"
#include "base/uuid.h"

namespace millrace::storage {

/// How far a partition's records may be read.
struct PublishedOffsets {
  Offset log_start_offset;
  Offset last_stable_offset;
  Offset high_watermark;
  Offset log_end_offset;
  LeaderEpoch leader_epoch;

  bool operator==(const PublishedOffsets&) const = default;
};

/// Which files the partition's log is made of: a list of them is worth what it was as long as these
/// numbers stay.
struct FilesVersion {
  /// Odd while files go or are replaced.
  uint64_t changes = 0;
  uint64_t segments_begun = 0;

  bool is_changing() const { return changes % 2 != 0; }
  bool operator==(const FilesVersion&) const = default;
};

/// What one look at a slot found.
struct PublishedReading {
  Uuid topic_id;
  PartitionId partition;
  /// Which start of a broker stored the offsets; 0: none, the slot is free.
  uint32_t run = 0;
  PublishedOffsets offsets;
  /// How often the slot was stored into.
  uint64_t sequence = 0;
};

/// Lies in a mapping, which is a file. Two copies of the offsets take turns and `sequence` tells
/// which one counts, so that a writer that dies at any point leaves one that is whole. One writer
/// of the offsets at a time, one of the file changes, any number of readers.
class PublishedSlot {
 public:
  /// Only where no reader can take the slot for another partition's: while it is free.
  void assign(const Uuid& topic_id, PartitionId partition) {
    const auto words = std::bit_cast<std::array<uint64_t, 2>>(topic_id.bytes);
    topic_id_[0].store(words[0], std::memory_order_release);
    topic_id_[1].store(words[1], std::memory_order_release);
    partition_.store(partition.value(), std::memory_order_release);
  }

  /// A few stores without waiting for anybody. Whoever sees one of them sees all that the thread
  /// did before, and with it that `sequence` moved on: hence a release each.
  void store(uint32_t run, const PublishedOffsets& offsets) {
    const uint64_t next = sequence_.load(std::memory_order_relaxed) + 1;
    Copy& copy = copies_[next % 2];
    copy.log_start_offset.store(offsets.log_start_offset.value(), std::memory_order_release);
    copy.last_stable_offset.store(offsets.last_stable_offset.value(), std::memory_order_release);
    copy.high_watermark.store(offsets.high_watermark.value(), std::memory_order_release);
    copy.log_end_offset.store(offsets.log_end_offset.value(), std::memory_order_release);
    copy.leader_epoch.store(offsets.leader_epoch.value(), std::memory_order_release);
    copy.run.store(run, std::memory_order_release);
    sequence_.store(next, std::memory_order_release);
  }
  void free() { store(0, {}); }

  PublishedReading load() const {
    for (;;) {
      const uint64_t sequence = sequence_.load(std::memory_order_acquire);
      const Copy& copy = copies_[sequence % 2];
      PublishedReading found{
          .topic_id = {std::bit_cast<std::array<std::byte, 16>>(
              std::array{topic_id_[0].load(std::memory_order_acquire),
                         topic_id_[1].load(std::memory_order_acquire)})},
          .partition = PartitionId(partition_.load(std::memory_order_acquire)),
          .run = copy.run.load(std::memory_order_acquire),
          .offsets = {.log_start_offset =
                          Offset(copy.log_start_offset.load(std::memory_order_acquire)),
                      .last_stable_offset =
                          Offset(copy.last_stable_offset.load(std::memory_order_acquire)),
                      .high_watermark = Offset(copy.high_watermark.load(std::memory_order_acquire)),
                      .log_end_offset = Offset(copy.log_end_offset.load(std::memory_order_acquire)),
                      .leader_epoch =
                          LeaderEpoch(copy.leader_epoch.load(std::memory_order_acquire))},
          .sequence = sequence};
      if (this->sequence() == sequence) return found;
    }
  }
  uint64_t sequence() const { return sequence_.load(std::memory_order_acquire); }

  void begin_change() { changes_.store(changes_.load() | 1); }
  void end_change() { changes_.store((changes_.load() | 1) + 1); }
  void begin_segment() { segments_begun_.fetch_add(1); }
  FilesVersion files_version() const {
    return {.changes = changes_.load(), .segments_begun = segments_begun_.load()};
  }

 private:
  struct Copy {
    std::atomic<int64_t> log_start_offset;
    std::atomic<int64_t> last_stable_offset;
    std::atomic<int64_t> high_watermark;
    std::atomic<int64_t> log_end_offset;
    std::atomic<int32_t> leader_epoch;
    std::atomic<uint32_t> run;
  };

  std::atomic<uint64_t> sequence_;
  std::atomic<uint64_t> changes_;
  std::atomic<uint64_t> segments_begun_;
  std::array<std::atomic<uint64_t>, 2> topic_id_;
  std::atomic<int32_t> partition_;
  [[maybe_unused]] std::array<std::byte, 4> unused_;
  std::array<Copy, 2> copies_;
};
static_assert(sizeof(PublishedSlot) == 128);
static_assert(std::atomic<uint64_t>::is_always_lock_free &&
                  std::atomic<uint32_t>::is_always_lock_free,
              "a lock would be one process's own");

}  // namespace millrace::storage
