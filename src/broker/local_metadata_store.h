// The MetadataStore of one machine: a journal with snapshots in <dir>/millrace.meta/.
//
// Files (docs/formats/metadata.md): `<generation>.snapshot` holds all entries at its making,
// `<generation>.journal` the transactions since; ten digits each. The newest snapshot counts, older
// files are leftovers. A transaction is one frame, written and synced before it is answered. A torn
// frame at the journal's end was never answered and is cut off; damage anywhere else stops the
// start with the file and the position.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "broker/metadata_store.h"
#include "io/file_system.h"

namespace millrace::broker {

class LocalMetadataStore final : public MetadataStore {
 public:
  /// Makes the folder when absent. `fs` must outlive the store.
  static Result<std::unique_ptr<LocalMetadataStore>> open(io::FileSystem& fs, std::string dir);

  std::optional<MetadataEntry> get(std::string_view key) const override;
  std::vector<MetadataEntry> list(std::string_view prefix) const override;
  Result<int64_t> commit(const MetadataTransaction& transaction) override;
  WatchId watch(std::string prefix, WatchCallback callback) override;
  void unwatch(WatchId id) override;

 private:
  struct Stored {
    std::string value;
    int64_t revision = 0;
  };
  struct Watch {
    WatchId id = 0;
    std::string prefix;
    std::shared_ptr<const WatchCallback> callback;
  };
  struct Event {
    std::string key;
    std::optional<MetadataEntry> now;
  };

  LocalMetadataStore(io::FileSystem& fs, std::string dir) : fs_(fs), dir_(std::move(dir)) {}

  std::string path_of(int64_t generation, std::string_view suffix) const;
  Result<void> recover() MILL_REQUIRES(journal_mutex_);
  Result<void> load_snapshot() MILL_REQUIRES(journal_mutex_);
  Result<void> replay_journal() MILL_REQUIRES(journal_mutex_);
  Result<void> remove_leftovers() MILL_REQUIRES(journal_mutex_);
  /// Writes a snapshot of the next generation and begins its journal.
  Result<void> begin_generation() MILL_REQUIRES(journal_mutex_);
  Result<void> append(ByteView frame) MILL_REQUIRES(journal_mutex_);
  Result<void> check_guards(const MetadataTransaction& transaction) const;
  void apply(const MetadataTransaction& transaction) MILL_EXCLUDES(state_mutex_);
  void deliver() MILL_EXCLUDES(state_mutex_);

  io::FileSystem& fs_;
  const std::string dir_;

  // One transaction at a time; held while its frame is written and synced. Readers do not take it.
  mutable Mutex journal_mutex_{LockRank::metadata_journal};
  std::shared_ptr<io::File> journal_ MILL_GUARDED_BY(journal_mutex_);
  int64_t journal_size_ MILL_GUARDED_BY(journal_mutex_) = 0;
  int64_t generation_ MILL_GUARDED_BY(journal_mutex_) = 0;
  int64_t snapshot_size_ MILL_GUARDED_BY(journal_mutex_) = 0;
  // After a failed write, sync or change of generation nobody knows which journal counts and what
  // it holds: the next transaction starts a new generation first.
  bool journal_in_doubt_ MILL_GUARDED_BY(journal_mutex_) = false;

  mutable Mutex state_mutex_{LockRank::metadata_state};
  std::map<std::string, Stored, std::less<>> entries_ MILL_GUARDED_BY(state_mutex_);
  int64_t revision_ MILL_GUARDED_BY(state_mutex_) = 0;
  std::vector<Watch> watches_ MILL_GUARDED_BY(state_mutex_);
  WatchId last_watch_ MILL_GUARDED_BY(state_mutex_) = 0;
  std::deque<Event> undelivered_ MILL_GUARDED_BY(state_mutex_);
  bool delivering_ MILL_GUARDED_BY(state_mutex_) = false;
};

}  // namespace millrace::broker
