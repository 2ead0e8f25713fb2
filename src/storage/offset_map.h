// OffsetMap: which offset is the latest of each key, as far as a given memory goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/strong.h"
#include "storage/key_hash.h"

namespace millrace::storage {

struct OffsetMapLimits {
  /// log.cleaner.dedupe.buffer.size: the table's memory.
  int64_t bytes_max = int64_t{128} << 20;
  /// log.cleaner.io.buffer.load.factor: how much of it may be in use; lookups slow down beyond.
  double load_factor = 0.9;
};

/// Keys are kept as 128-bit hashes, 24 bytes an entry. When it is full it takes no further key:
/// then only what lies below `reached()` can be cleaned, the rest with the next round. Used by one
/// thread.
class OffsetMap {
 public:
  /// Hashes to ask for at once: enough to hide the memory's latency, few enough for the cache.
  static constexpr size_t kHashesAtOnce = 64;
  static constexpr size_t kEntrySize = 24;

  /// Room for `keys_max` keys, or as many as the limits allow; at least one.
  OffsetMap(const OffsetMapLimits& limits, int64_t keys_max);

  /// What the table knows a key by. Its entry begins to be loaded: whoever asks for the hashes of
  /// some keys before using them waits for memory once instead of once a key.
  KeyHash hash(ByteView key) const;

  /// False where the key is new and there is no room for it. Offsets of calls must rise.
  bool put(const KeyHash& key, Offset offset);
  std::optional<Offset> find(const KeyHash& key) const;

  /// Every record below is known: what was put, and what `reach` said.
  Offset reached() const { return reached_; }
  void reach(Offset end) { reached_ = end; }

  size_t size() const { return size_; }
  size_t size_max() const { return size_max_; }

 private:
  struct Entry {
    KeyHash hash;
    /// One more than the offset; 0 of free entries.
    int64_t end;
  };
  static_assert(sizeof(Entry) == kEntrySize);
  struct Free {
    void operator()(Entry* entries) const { std::free(entries); }
  };

  /// Where the search for a key begins.
  size_t slot_of(const KeyHash& hash) const {
    return static_cast<size_t>(((hash.high >> 32) * slots_) >> 32);
  }
  /// The key's entry, or the free one where it would go.
  Entry& entry_of(const KeyHash& hash) const;

  const KeyHasher hasher_ = KeyHasher::random();
  size_t slots_;
  size_t size_max_;
  size_t size_ = 0;
  Offset reached_;
  std::unique_ptr<Entry[], Free> entries_;
};

}  // namespace millrace::storage
