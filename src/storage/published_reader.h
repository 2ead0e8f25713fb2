// PublishedReader: what a broker publishes of its partitions, as another process sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/strong.h"
#include "base/uuid.h"
#include "io/file_system.h"
#include "millrace/result.h"
#include "storage/published_layout.h"
#include "storage/published_slot.h"

namespace millrace::storage {

/// Looks take no lock and change nothing. Used by one thread.
class PublishedReader {
 public:
  /// kafka_storage_error where no broker has published in this directory.
  static Result<std::unique_ptr<PublishedReader>> open(io::FileSystem& fs, const std::string& dir);

  /// The slot of that partition now, if it has one.
  std::optional<size_t> find(const Uuid& topic_id, PartitionId partition);
  /// What a slot of find() holds; nothing where it does not count any more.
  std::optional<PublishedReading> load(size_t index) const;
  FilesVersion files_version(size_t index) const { return slot(index).files_version(); }
  /// Moves on with every change of the slot.
  uint64_t sequence(size_t index) const { return slot(index).sequence(); }

  /// A broker has begun to recover the partitions and has not ended yet.
  bool is_starting() const { return header().begun_run != header().serving_run; }
  /// False where the directory has another file by now, which is to be opened anew.
  bool is_current() const;

 private:
  PublishedReader(io::FileSystem& fs, std::string path) : fs_(fs), path_(std::move(path)) {}
  /// Maps all the slots that there are now.
  Result<void> map_all();
  const PublishedHeader& header() const { return header_in(*mapping_); }
  const PublishedSlot& slot(size_t index) const { return slot_in(*mapping_, index); }

  io::FileSystem& fs_;
  const std::string path_;
  std::shared_ptr<io::Mapping> mapping_;
  uint32_t mapped_count_ = 0;
};

}  // namespace millrace::storage
