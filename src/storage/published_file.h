// PublishedFile: where a broker tells other processes how far its partitions may be read.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/strong.h"
#include "base/uuid.h"
#include "io/file_system.h"
#include "millrace/result.h"
#include "storage/published_layout.h"
#include "storage/published_slot.h"

namespace millrace::storage {

/// One partition's slot in the hands of its writer. Callers see to it that one thread at a time
/// stores: the partition while it is in service, its directory before and afterwards.
class Publisher {
 public:
  Publisher(std::shared_ptr<io::Mapping> mapping, PublishedSlot& slot, uint32_t run)
      : mapping_(std::move(mapping)), slot_(slot), run_(run) {}

  /// Never above what reads of the files find now.
  void publish(const PublishedOffsets& offsets) { slot_.store(run_, offsets); }
  PublishedSlot& slot() { return slot_; }

 private:
  const std::shared_ptr<io::Mapping> mapping_;
  PublishedSlot& slot_;
  const uint32_t run_;
};

/// Tells readers not to trust what they listed while files go or are replaced. One at a time.
class FilesChange {
 public:
  /// With nothing there is nobody to tell.
  explicit FilesChange(std::shared_ptr<Publisher> publisher) : publisher_(std::move(publisher)) {
    if (publisher_) publisher_->slot().begin_change();
  }
  ~FilesChange() {
    if (publisher_) publisher_->slot().end_change();
  }
  FilesChange(const FilesChange&) = delete;
  FilesChange& operator=(const FilesChange&) = delete;

 private:
  const std::shared_ptr<Publisher> publisher_;
};

/// Owned by whoever holds the directory's lock. What the last broker published counts until
/// begin_serving, so that readers lose nothing while a start recovers. Safe from any thread.
class PublishedFile {
 public:
  /// Takes over the directory's file, or makes one. operation_not_supported where the file system
  /// has none; then nothing was done.
  static Result<std::unique_ptr<PublishedFile>> open(io::FileSystem& fs, const std::string& dir);

  /// The partition's slot until it is withdrawn; readers see the old offsets until new ones are
  /// published. An error where the file cannot grow.
  Result<std::shared_ptr<Publisher>> claim(const Uuid& topic_id, PartitionId partition);
  /// Nobody publishes into it any more.
  void withdraw(const Uuid& topic_id, PartitionId partition);

  /// All partitions that were found have published. The others' slots do not count any more. An
  /// error where that may not survive power loss.
  Result<void> begin_serving();
  /// What was published before survives power loss.
  Result<void> sync() { return chunks_.front()->sync(); }

 private:
  using Key = std::pair<Uuid, PartitionId>;

  PublishedFile(io::FileSystem& fs, std::string path) : fs_(fs), path_(std::move(path)) {}
  Result<void> make(const std::string& dir);
  Result<void> take_over(uint32_t slot_count);
  Result<void> grow();
  PublishedHeader& header() const { return header_in(*chunks_.front()); }
  PublishedSlot& slot(uint32_t index) const {
    return slot_in(*chunks_[index / kSlotsPerChunk], index % kSlotsPerChunk);
  }

  io::FileSystem& fs_;
  const std::string path_;
  uint32_t run_ = 1;
  std::mutex mutex_;
  std::vector<std::shared_ptr<io::Mapping>> chunks_;
  std::map<Key, uint32_t> claimed_;
  /// Those of the last run that nobody claimed yet.
  std::map<Key, uint32_t> left_;
  std::vector<uint32_t> free_;
};

}  // namespace millrace::storage
