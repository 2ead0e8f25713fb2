// `millrace.published`: slots of 128 bytes, the first of which is the header. Format:
// docs/formats/published.md.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "io/file_system.h"
#include "storage/published_slot.h"

namespace millrace::storage {

inline constexpr const char* kPublished = "millrace.published";
/// The file grows by so much; what is mapped begins at a multiple of it.
inline constexpr int64_t kPublishedChunk = 64 << 10;
inline constexpr uint32_t kSlotsPerChunk = kPublishedChunk / sizeof(PublishedSlot);
/// Bounds what a damaged header makes anybody map: 1 GiB.
inline constexpr uint32_t kSlotsMax = kSlotsPerChunk << 14;
/// "MILLPUB" and the version, as the machine keeps numbers: others do not take them for their own.
inline constexpr uint64_t kPublishedMagic = 0x4d494c4c'50554201;

/// Slots count where their run is not below `serving_run`. In between two of a broker's starts the
/// runs are equal.
struct PublishedHeader {
  uint64_t magic;
  /// Drawn when the file was made.
  uint64_t file_id;
  /// Slots, this one included, all of which the file has.
  std::atomic<uint32_t> slot_count;
  /// The last start of a broker; above `serving_run` until it has recovered every partition.
  std::atomic<uint32_t> begun_run;
  std::atomic<uint32_t> serving_run;

  bool is_valid() const {
    const uint32_t count = slot_count.load();
    return magic == kPublishedMagic && count > 0 && count <= kSlotsMax &&
           count % kSlotsPerChunk == 0;
  }
};
static_assert(sizeof(PublishedHeader) <= sizeof(PublishedSlot));

inline io::FileRange chunk_range(size_t number) {
  return {.from = Position(static_cast<int64_t>(number) * kPublishedChunk),
          .size = kPublishedChunk};
}
/// The mapping must have begun at a chunk.
inline PublishedHeader& header_in(const io::Mapping& mapping) {
  return *reinterpret_cast<PublishedHeader*>(mapping.bytes().data());
}
inline PublishedSlot& slot_in(const io::Mapping& mapping, size_t index) {
  return reinterpret_cast<PublishedSlot*>(mapping.bytes().data())[index];
}

}  // namespace millrace::storage
