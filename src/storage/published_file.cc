#include "storage/published_file.h"

#include <algorithm>
#include <random>
#include <system_error>

#include "base/text.h"
#include "base/try.h"

namespace millrace::storage {
namespace {

/// How many slots the file has, if it is one of ours; else 0.
Result<uint32_t> find_slots(io::FileSystem& fs, const std::string& path) {
  auto mapped = fs.map(path, chunk_range(0), io::MapMode::read);
  // One that is too short to be mapped is none.
  if (!mapped) {
    if (mapped.error().is(std::errc::operation_not_supported)) return std::move(mapped).error();
    return 0;
  }
  const PublishedHeader& header = header_in(**mapped);
  return header.is_valid() ? header.slot_count.load() : 0;
}

uint64_t random_id() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

}  // namespace

Result<std::unique_ptr<PublishedFile>> PublishedFile::open(io::FileSystem& fs,
                                                           const std::string& dir) {
  std::unique_ptr<PublishedFile> file(new PublishedFile(fs, io::join(dir, kPublished)));
  MILL_TRY(const uint32_t slot_count, find_slots(fs, file->path_));
  if (slot_count > 0) {
    MILL_CHECK(file->take_over(slot_count));
  } else {
    MILL_CHECK(file->make(dir));
  }
  file->header().begun_run = file->run_;
  return file;
}

Result<void> PublishedFile::make(const std::string& dir) {
  const std::string draft = path_ + ".tmp";
  MILL_CHECK(fs_.remove_all(draft));
  auto mapped = fs_.map(draft, chunk_range(0), io::MapMode::read_write);
  if (!mapped) {
    // Half a file of a full disk, or an empty one.
    (void)fs_.remove_all(draft).has_value();
    return std::move(mapped).error();
  }
  chunks_.push_back(*std::move(mapped));
  header().magic = kPublishedMagic;
  header().file_id = random_id();
  header().slot_count = kSlotsPerChunk;
  MILL_CHECK(sync());
  MILL_CHECK(fs_.rename(draft, path_));
  MILL_CHECK(fs_.sync_directory(dir));
  for (uint32_t index = kSlotsPerChunk - 1; index > 0; --index) free_.push_back(index);
  return {};
}

Result<void> PublishedFile::take_over(uint32_t slot_count) {
  for (size_t number = 0; number < slot_count / kSlotsPerChunk; ++number) {
    MILL_TRY(auto chunk, fs_.map(path_, chunk_range(number), io::MapMode::read_write));
    chunks_.push_back(std::move(chunk));
  }
  uint32_t last_run = header().begun_run;
  for (uint32_t index = slot_count - 1; index > 0; --index) {
    const PublishedReading found = slot(index).load();
    const bool counts = found.run != 0 && found.run >= header().serving_run;
    if (!counts || !left_.emplace(Key(found.topic_id, found.partition), index).second) {
      free_.push_back(index);
    }
    // A loss of power may have taken the header's number and left the slot's.
    last_run = std::max(last_run, found.run);
  }
  run_ = last_run + 1;
  return {};
}

Result<std::shared_ptr<Publisher>> PublishedFile::claim(const Uuid& topic_id,
                                                        PartitionId partition) {
  const std::lock_guard lock(mutex_);
  const Key key(topic_id, partition);
  uint32_t index = 0;
  if (const auto left = left_.find(key); left != left_.end()) {
    index = left->second;
    left_.erase(left);
  } else {
    if (free_.empty()) MILL_CHECK(grow());
    index = free_.back();
    free_.pop_back();
    slot(index).free();
    slot(index).assign(topic_id, partition);
  }
  // A change that was under way when a broker died is over.
  if (slot(index).files_version().is_changing()) slot(index).end_change();
  claimed_[key] = index;
  return std::make_shared<Publisher>(chunks_[index / kSlotsPerChunk], slot(index), run_);
}

void PublishedFile::withdraw(const Uuid& topic_id, PartitionId partition) {
  const std::lock_guard lock(mutex_);
  const auto found = claimed_.find({topic_id, partition});
  if (found == claimed_.end()) return;
  slot(found->second).free();
  free_.push_back(found->second);
  claimed_.erase(found);
}

Result<void> PublishedFile::grow() {
  const auto count = static_cast<uint32_t>(chunks_.size()) * kSlotsPerChunk;
  if (count == kSlotsMax) return io::io_error(EFBIG, "growing", path_);
  MILL_TRY(auto chunk, fs_.map(path_, chunk_range(chunks_.size()), io::MapMode::read_write));
  chunks_.push_back(std::move(chunk));
  // Leftovers of a growth that the last broker did not finish.
  for (uint32_t index = count + kSlotsPerChunk; index > count; --index) free_.push_back(index - 1);
  header().slot_count = count + kSlotsPerChunk;
  return {};
}

Result<void> PublishedFile::begin_serving() {
  // Else a loss of power could leave the old slots with a header that does not count them.
  auto synced = sync();
  const std::lock_guard lock(mutex_);
  header().serving_run = run_;
  for (const auto& [key, index] : left_) {
    slot(index).free();
    free_.push_back(index);
  }
  left_.clear();
  return synced;
}

}  // namespace millrace::storage
