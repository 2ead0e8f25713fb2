// A file system in memory that fails on demand and loses power: the enemy in the storage tests.
//
// It keeps two states: what programs see, and what is certainly on the disk. sync() moves a file's
// contents over, sync_directory() the names in a directory. power_loss() makes a new file system
// out of what is certain plus any subset of the rest.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "io/file_system.h"

namespace millrace::io {

/// What happens to one call.
enum class Fault : uint8_t {
  none,
  io_error,     // EIO, nothing done; on a write any prefix is done
  disk_full,    // ENOSPC on calls that need room, nothing done
  short_write,  // ENOSPC after half of a write was done
};

/// One call, as the hook sees it before it happens.
struct FaultyCall {
  uint64_t number = 0;  // from 1
  std::string_view name;
  std::string_view path;
  bool changes = false;  // writes, syncs and name changes; not reads
};

/// Safe from any thread. The same seed, calls and hook answers give the same images.
class FaultyFileSystem final : public FileSystem {
 public:
  using Hook = std::function<Fault(const FaultyCall&)>;

  FaultyFileSystem();
  ~FaultyFileSystem() override;

  /// Asked before each call, without locks of this class held; it may call power_loss.
  /// Set while no other thread calls.
  void set_hook(Hook hook) { hook_ = std::move(hook); }
  /// The `number`th changing call from now on (1 is the next) fails, and only it.
  void fail_change(uint64_t number, Fault fault);
  /// Every changing call that matches fails until cleared: a disk that stays full or broken.
  void set_lasting_fault(Fault fault) { lasting_ = fault; }
  uint64_t changes() const { return changes_; }

  /// What a disk may hold after the power went now: of unsynced data any 4 KiB pages kept, lost or
  /// torn at 512 B, any size between; of unsynced names any subset, renames whole. This file system
  /// goes on unharmed.
  std::unique_ptr<FaultyFileSystem> power_loss(uint64_t seed) const;

  Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> remove_all(const std::string& path) override;
  Result<void> create_directories(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override;

 private:
  friend class FaultyFile;
  struct Node;
  using NodePtr = std::shared_ptr<Node>;
  /// One name set to a node, or to nothing. Nodes are kept whole, so a subset makes sense.
  struct NameChange {
    NodePtr directory;
    std::string name;
    NodePtr node;
  };
  /// Changes that happen together or not at all.
  using NameChanges = std::vector<NameChange>;

  explicit FaultyFileSystem(NodePtr root);
  Fault fault_of(std::string_view name, const std::string& path, bool changes);
  Result<void> fail(Fault fault, std::string_view name, const std::string& path) const;
  NodePtr find(const std::string& path) const MILL_REQUIRES(mutex_);
  void apply(NameChanges changes) MILL_REQUIRES(mutex_);
  void remove_below(const NodePtr& node) MILL_REQUIRES(mutex_);

  mutable Mutex mutex_{LockRank::filesystem};
  NodePtr root_ MILL_GUARDED_BY(mutex_);
  std::vector<NameChanges> unsynced_names_ MILL_GUARDED_BY(mutex_);
  std::set<std::string> locked_ MILL_GUARDED_BY(mutex_);
  Hook hook_;
  std::atomic<uint64_t> calls_ = 0;
  std::atomic<uint64_t> changes_ = 0;
  std::atomic<uint64_t> fail_at_change_ = 0;
  std::atomic<Fault> fail_with_ = Fault::none;
  std::atomic<Fault> lasting_ = Fault::none;
};

}  // namespace millrace::io
