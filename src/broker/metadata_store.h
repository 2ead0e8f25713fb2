// Where cluster metadata lives: keys and values with revisions, guarded transactions and watch.
//
// Topics, ids, configurations and producer-id blocks are kept here. On one machine it is a journal
// (LocalMetadataStore); past one machine it is a shared store, so nobody above assumes to be its
// only writer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/result.h"

namespace millrace::broker {

/// A value and the revision of the transaction that wrote it. Revisions rise by one per
/// transaction, from 1.
struct MetadataEntry {
  std::string key;
  std::string value;
  int64_t revision = 0;
};

/// Compare, then put and delete, all or nothing.
struct MetadataTransaction {
  /// The transaction happens only if `key` still has this revision; 0: only if it is absent.
  struct Guard {
    std::string key;
    int64_t revision = 0;
  };
  struct Put {
    std::string key;
    std::string value;
  };
  std::vector<Guard> guards;
  std::vector<Put> puts;
  std::vector<std::string> deletes;
};

/// Guards, puts and deletes of one transaction together.
inline constexpr size_t kMetadataOperationsMax = 100;

/// Names one watch.
using WatchId = uint64_t;

/// Safe from any thread. What survives a crash: every transaction that succeeded.
class MetadataStore {
 public:
  /// Called after a transaction, in the order of revisions, with no lock held; a deleted key comes
  /// with an empty optional.
  using WatchCallback =
      std::function<void(const std::string& key, const std::optional<MetadataEntry>& now)>;

  virtual ~MetadataStore() = default;

  virtual std::optional<MetadataEntry> get(std::string_view key) const = 0;
  /// All entries whose key starts with `prefix`, by key.
  virtual std::vector<MetadataEntry> list(std::string_view prefix) const = 0;

  /// Durable when it answers. The new revision; CONCURRENT_TRANSACTIONS where a guard failed
  /// (nothing changed: read again and decide again); KAFKA_STORAGE_ERROR where the journal could
  /// not be written: nothing changed that this process sees, but if it crashes before the next
  /// success the transaction may turn out to have happened.
  virtual Result<int64_t> commit(const MetadataTransaction& transaction) = 0;

  virtual WatchId watch(std::string prefix, WatchCallback callback) = 0;
  /// After it returned the callback is not called again, unless it runs at this moment.
  virtual void unwatch(WatchId id) = 0;
};

}  // namespace millrace::broker
