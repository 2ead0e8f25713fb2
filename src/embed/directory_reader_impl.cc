// What there is in the directory: its writer, its partitions and what is published of them.
#include "embed/directory_reader_impl.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "storage/checkpoints.h"
#include "storage/topic_partition.h"

namespace millrace::embed {

namespace {

constexpr Milliseconds kLookEvery{100};

Error unknown(const TopicPartition& name) {
  return kafka_error(ErrorCode::unknown_topic_or_partition, cat("there is no ", to_string(name)));
}

}  // namespace

Result<std::unique_ptr<DirectoryReaderImpl>> DirectoryReaderImpl::open(const std::string& dir) {
  std::unique_ptr<DirectoryReaderImpl> reader(
      new DirectoryReaderImpl(dir, io::make_posix_file_system()));
  MILL_CHECK(reader->fs_->list(dir));
  MILL_TRY(reader->published_, storage::PublishedReader::open(*reader->fs_, dir));
  reader->looked_ = std::chrono::steady_clock::now();
  return reader;
}

bool DirectoryReaderImpl::is_alive() const {
  return fs_->is_locked(io::join(dir_, storage::kLockFile)).value_or(false);
}

WriterState DirectoryReaderImpl::writer() const {
  if (is_alive()) return WriterState::alive;
  const bool is_clean = fs_->exists(io::join(dir_, storage::kCleanEnd)).value_or(false);
  if (is_clean) return WriterState::stopped;
  // A broker that started in between has removed the mark.
  return is_alive() ? WriterState::alive : WriterState::crashed;
}

Result<std::vector<TopicPartition>> DirectoryReaderImpl::partitions() const {
  std::vector<TopicPartition> found;
  MILL_TRY(const auto entries, fs_->list(dir_));
  for (const io::DirectoryEntry& entry : entries) {
    const auto name = storage::parse_directory_name(entry.name);
    if (!entry.is_directory || !name || name->topic == storage::kClusterMetadataTopic) continue;
    found.push_back({.topic = name->topic, .partition = name->partition.value()});
  }
  std::ranges::sort(found);
  return found;
}

std::string DirectoryReaderImpl::directory_of(const TopicPartition& name) const {
  return io::join(dir_, storage::directory_name(
                            {.topic = name.topic, .partition = PartitionId(name.partition)}));
}

Result<DirectoryReaderImpl::Partition*> DirectoryReaderImpl::find(const TopicPartition& name) {
  const auto known = partitions_.find(name);
  if (known != partitions_.end()) {
    if (look_at(known->second)) return &known->second;
    partitions_.erase(known);
  }
  MILL_TRY(const Uuid topic_id, topic_id_of(name));
  MILL_TRY(const size_t slot, slot_of(name, topic_id));
  auto made =
      partitions_.emplace(name, Partition{.name = name,
                                          .topic_id = topic_id,
                                          .slot = slot,
                                          .log = storage::LogReader(*fs_, directory_of(name))});
  return &made.first->second;
}

Result<Uuid> DirectoryReaderImpl::topic_id_of(const TopicPartition& name) const {
  // A name that leads elsewhere is no topic's.
  if (name.topic.find('/') != std::string::npos) return unknown(name);
  const std::string path = io::join(directory_of(name), storage::kPartitionMetadata);
  MILL_TRY(const Uuid topic_id, storage::read_partition_metadata(*fs_, path));
  if (topic_id.is_zero()) return unknown(name);
  return topic_id;
}

Result<size_t> DirectoryReaderImpl::slot_of(const TopicPartition& name, const Uuid& topic_id) {
  const auto slot = published_->find(topic_id, PartitionId(name.partition));
  if (slot) return *slot;
  return kafka_error(ErrorCode::kafka_storage_error,
                     cat("its broker publishes nothing of ", directory_of(name)));
}

std::optional<storage::PublishedReading> DirectoryReaderImpl::look_at(
    const Partition& partition) const {
  auto found = published_->load(partition.slot);
  const bool is_same = found && found->topic_id == partition.topic_id &&
                       found->partition.value() == partition.name.partition;
  return is_same ? found : std::nullopt;
}

Result<void> DirectoryReaderImpl::look_for_new_file() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now < looked_ + kLookEvery) return {};
  looked_ = now;
  if (published_->is_current()) return {};
  MILL_TRY(published_, storage::PublishedReader::open(*fs_, dir_));
  partitions_.clear();
  return {};
}

Result<storage::PublishedOffsets> DirectoryReaderImpl::offsets(const TopicPartition& name) {
  MILL_CHECK(look_for_new_file());
  MILL_TRY(const Partition* partition, find(name));
  auto now = look_at(*partition);
  if (!now) return unknown(name);
  // Files go a moment before their broker says so, and a read may have told that already.
  Offset& start = now->offsets.log_start_offset;
  if (now->run == partition->run) start = std::max(start, partition->log.first_offset());
  return now->offsets;
}

}  // namespace millrace::embed
