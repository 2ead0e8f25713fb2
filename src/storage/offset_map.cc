#include "storage/offset_map.h"

#include <sys/mman.h>

#include <algorithm>

#include "base/assert.h"

namespace millrace::storage {
namespace {

/// Keys lie all over the table, so that with small pages nearly each one costs the processor a
/// lookup of its page. A hint: whether there are large pages is the system's affair.
void ask_for_large_pages(void* memory, size_t size) {
#ifdef MADV_HUGEPAGE
  constexpr uintptr_t kPage = uintptr_t{2} << 20;
  const auto address = reinterpret_cast<uintptr_t>(memory);
  const uintptr_t begin = (address + kPage - 1) / kPage * kPage;
  const uintptr_t end = (address + size) / kPage * kPage;
  if (begin < end) (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

}  // namespace

OffsetMap::OffsetMap(const OffsetMapLimits& limits, int64_t keys_max) {
  // At least one and a free one; as many as 32 bits of a hash choose among.
  const auto slots_max = std::clamp<size_t>(
      static_cast<size_t>(std::max<int64_t>(limits.bytes_max, 0)) / kEntrySize, 2, UINT32_MAX);
  const double load = std::clamp(limits.load_factor, 0.01, 0.99);
  const double wanted = static_cast<double>(std::max<int64_t>(keys_max, 1)) / load + 2;
  slots_ = static_cast<size_t>(std::min(wanted, static_cast<double>(slots_max)));
  // Zeroed pages cost memory only once they are used. With less there are more rounds.
  entries_.reset(static_cast<Entry*>(std::calloc(slots_, sizeof(Entry))));
  while (!entries_ && slots_ > 2) {
    slots_ = std::max<size_t>(slots_ / 2, 2);
    entries_.reset(static_cast<Entry*>(std::calloc(slots_, sizeof(Entry))));
  }
  MILL_ASSERT(entries_, "there is no memory for two entries");
  ask_for_large_pages(entries_.get(), slots_ * sizeof(Entry));
  // One entry stays free, where the search for an unknown key ends.
  size_max_ =
      std::clamp<size_t>(static_cast<size_t>(static_cast<double>(slots_) * load), 1, slots_ - 1);
}

OffsetMap::Entry& OffsetMap::entry_of(const KeyHash& hash) const {
  size_t at = slot_of(hash);
  while (entries_[at].end != 0 && !(entries_[at].hash == hash)) {
    if (++at == slots_) at = 0;
  }
  return entries_[at];
}

KeyHash OffsetMap::hash(ByteView key) const {
  const KeyHash hash = hasher_(key);
  __builtin_prefetch(&entries_[slot_of(hash)]);
  return hash;
}

bool OffsetMap::put(const KeyHash& key, Offset offset) {
  Entry& entry = entry_of(key);
  if (entry.end == 0) {
    if (size_ == size_max_) return false;
    ++size_;
    entry.hash = key;
  }
  MILL_ASSERT(entry.end <= offset.value() + 1, "offsets must rise");
  entry.end = offset.value() + 1;
  reached_ = offset + 1;
  return true;
}

std::optional<Offset> OffsetMap::find(const KeyHash& key) const {
  const Entry& entry = entry_of(key);
  return entry.end == 0 ? std::nullopt : std::optional(Offset(entry.end - 1));
}

}  // namespace millrace::storage
