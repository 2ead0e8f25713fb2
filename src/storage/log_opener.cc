#include "storage/log_opener.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "storage/checkpoints.h"
#include "storage/header_walk.h"
#include "storage/producer_replay.h"
#include "storage/segment.h"
#include "storage/segment_repair.h"
#include "storage/segment_swap.h"

namespace millrace::storage {
namespace {}  // namespace

LogOpener::LogOpener(io::FileSystem& fs, const Clock& clock,
                     const PartitionLog::OpenOptions& options)
    : fs_(fs),
      clock_(clock),
      options_(options),
      log_(new PartitionLog(fs, clock, options)),
      end_offset_(options.log_start_offset),
      start_offset_(options.log_start_offset) {}

// The log is not shared yet: its guarded members are filled without its lock.

Result<std::shared_ptr<PartitionLog>> LogOpener::create(const Uuid& topic_id)
    MILL_NO_THREAD_SAFETY {
  MILL_CHECK(fs_.create_directories(options_.directory));
  MILL_TRY(auto segment, start_segment(start_offset_));
  segments_.push_back(std::move(segment));
  log_->topic_id_ = topic_id;
  log_->epochs_.assign(LeaderEpoch(0), start_offset_);
  // As few syncs as will do: a topic may have many partitions. The empty segment needs its name
  // only, and one sync of the directory makes all names durable.
  MILL_CHECK(io::write_beside(fs_, log_->path_of(kPartitionMetadata),
                              as_bytes(partition_metadata_text(topic_id))));
  MILL_CHECK(io::write_beside(fs_, log_->path_of(kLeaderEpochs), as_bytes(log_->epochs_.text())));
  MILL_CHECK(fs_.sync_directory(options_.directory));
  publish();
  return log_;
}

Result<std::shared_ptr<PartitionLog>> LogOpener::open(PartitionRecovery& recovery)
    MILL_NO_THREAD_SAFETY {
  recovery.partition = options_.name;
  MILL_TRY(log_->topic_id_, read_partition_metadata(fs_, log_->path_of(kPartitionMetadata)));
  MILL_TRY(auto bases, find_segments());
  const std::string mark = log_->path_of(kFailedSync);
  MILL_TRY(failed_sync_, read_failed_sync(fs_, mark));
  // A recovery point is evidence too.
  if (failed_sync_) failed_sync_ = std::max(*failed_sync_, options_.recovery_point);
  recovery.unclean = !options_.clean || failed_sync_.has_value();
  if (recovery.unclean) MILL_CHECK(repair(options_.recovery_point, bases, recovery));
  auto assembled = assemble(bases, recovery);
  if (!assembled && assembled.error().is(ErrorCode::corrupt_message)) {
    // Damage where everything was thought to be whole: now all of it is looked at.
    log::warn(assembled.error().message(), "; all of ", options_.name, " is checked");
    recovery.unclean = true;
    MILL_TRY(bases, find_segments());
    MILL_CHECK(repair(Offset(0), bases, recovery));
    assembled = assemble(bases, recovery);
  }
  MILL_CHECK(assembled);
  if (failed_sync_) {
    MILL_CHECK(fs_.remove(mark));
    MILL_CHECK(fs_.sync_directory(options_.directory));
  }
  publish();
  recovery.leader_epoch = log_->leader_epoch();
  recovery.log_end_offset = end_offset_;
  return log_;
}

Result<void> LogOpener::repair(Offset check_from, std::vector<Offset>& bases,
                               PartitionRecovery& recovery) {
  return repair_segments(fs_,
                         {.directory = options_.directory,
                          .recovery_point = options_.recovery_point,
                          .check_from = check_from,
                          .failed_sync = failed_sync_},
                         bases, recovery);
}

/// From log files that are in order to a log. May run twice.
Result<void> LogOpener::assemble(std::vector<Offset>& bases, PartitionRecovery& recovery) {
  segments_.clear();
  start_offset_ = end_offset_ = options_.log_start_offset;
  reindex_from_ = Offset(INT64_MAX);
  MILL_CHECK(open_segments(bases, recovery));
  MILL_CHECK(honour_log_start());
  MILL_CHECK(load_epochs(recovery.unclean));
  return load_producers(recovery.unclean);
}

Result<std::vector<Offset>> LogOpener::find_segments() {
  MILL_CHECK(recover_swaps(fs_, options_.directory));
  std::vector<Offset> bases;
  MILL_TRY(const auto entries, fs_.list(options_.directory));
  for (const io::DirectoryEntry& entry : entries) {
    if (const auto base = parse_segment_file_name(entry.name, ".log")) {
      bases.push_back(*base);
    } else if (entry.name.ends_with(".tmp") || entry.name.ends_with(".deleted")) {
      // Something that was being written, or a segment that Kafka had already given up.
      MILL_CHECK(fs_.remove(io::join(options_.directory, entry.name)));
    }
  }
  std::sort(bases.begin(), bases.end());
  return bases;
}

Result<void> LogOpener::open_segments(std::vector<Offset>& bases, PartitionRecovery& recovery) {
  for (size_t i = 0; i + 1 < bases.size(); ++i) {
    MILL_TRY(auto segment, open_sealed(bases[i], bases[i + 1], recovery));
    if (segment->size() > 0) {
      segments_.push_back(std::move(segment));
    } else {
      MILL_CHECK(segment->remove_files());
    }
  }
  if (bases.empty()) {
    MILL_TRY(auto segment, start_segment(start_offset_));
    segments_.push_back(std::move(segment));
    return {};
  }
  MILL_TRY(auto active, open_active(bases.back(), recovery));
  segments_.push_back(std::move(active));
  return {};
}

/// An index that is missing may say that no transaction was aborted, so it is trusted only where
/// the segment's other indexes are; else the batches tell, from this segment on.
Result<void> LogOpener::attach_transactions(Segment& segment, Offset next_base, bool is_trusted) {
  const bool is_active = next_base == kNoNextBase;
  if (is_trusted && segment.base_offset() < reindex_from_) {
    MILL_TRY(const bool usable, segment.attach_transactions(next_base, is_active));
    if (usable) return {};
  }
  segment.reset_transactions();
  reindex_from_ = std::min(reindex_from_, segment.base_offset());
  return {};
}

Result<std::shared_ptr<Segment>> LogOpener::open_sealed(Offset base, Offset next_base,
                                                        PartitionRecovery& recovery) {
  MILL_TRY(auto segment, Segment::open(fs_, options_.directory, base, clock_.wall_ms()));
  // After an unclean end index files are only trusted where a later record is durable: that sync
  // covered them. At the recovery point itself the segment may have been the active one.
  if (!recovery.unclean || next_base < options_.recovery_point) {
    MILL_TRY(const bool usable, segment->attach_indexes(next_base));
    if (usable) {
      MILL_CHECK(attach_transactions(*segment, next_base, true));
      return segment;
    }
  }
  MILL_CHECK(attach_transactions(*segment, next_base, false));
  Offset end;
  MILL_CHECK(segment->rebuild_indexes(options_.config.index_interval_bytes, end));
  recovery.rebuilt.push_back(segment_file_name(base, ".index"));
  // Without room for its files the segment goes on with the indexes in memory.
  if (segment->finish_indexes()) {
    MILL_CHECK(segment->sync());
    MILL_TRY(segment, segment->sealed());
  }
  return segment;
}

Result<std::shared_ptr<Segment>> LogOpener::open_active(Offset base, PartitionRecovery& recovery) {
  MILL_TRY(auto segment, Segment::open(fs_, options_.directory, base, clock_.wall_ms()));
  if (!recovery.unclean) {
    MILL_TRY(const bool usable, segment->load_indexes(end_offset_));
    if (usable) {
      MILL_CHECK(attach_transactions(*segment, kNoNextBase, true));
      return segment;
    }
  }
  MILL_CHECK(attach_transactions(*segment, kNoNextBase, false));
  MILL_CHECK(segment->rebuild_indexes(options_.config.index_interval_bytes, end_offset_));
  recovery.rebuilt.push_back(segment_file_name(base, ".index"));
  return segment;
}

Result<std::shared_ptr<Segment>> LogOpener::start_segment(Offset base) {
  end_offset_ = base;
  return Segment::create(fs_, options_.directory, base, clock_.wall_ms());
}

Result<void> LogOpener::honour_log_start() {
  if (end_offset_ < start_offset_) {
    // Everything there was deleted, and what was deleted outlived what followed: offsets go on
    // where the log was said to start.
    for (const auto& segment : segments_) MILL_CHECK(segment->remove_files());
    segments_.clear();
    MILL_TRY(auto segment, start_segment(start_offset_));
    MILL_CHECK(segment->file()->sync());
    segments_.push_back(std::move(segment));
    MILL_CHECK(fs_.sync_directory(options_.directory));
  }
  start_offset_ = std::max(start_offset_, segments_.front()->base_offset());
  return {};
}

Result<void> LogOpener::load_epochs(bool unclean) MILL_NO_THREAD_SAFETY {
  const std::string path = log_->path_of(kLeaderEpochs);
  auto read = LeaderEpochs::read(fs_, path);
  if (read) {
    log_->epochs_ = *std::move(read);
  } else {
    log::warn(read.error().message(), "; it is made anew from the log");
  }
  const std::vector<EpochStart> on_disk = log_->epochs_.entries();
  if (on_disk.empty()) MILL_CHECK(rebuild_epochs());
  log_->epochs_.truncate_from_end(end_offset_);
  log_->epochs_.truncate_from_start(start_offset_);
  const auto last = log_->epochs_.last();
  if (unclean || !last) {
    // Offsets above the end may have been seen by somebody: a new epoch tells the difference.
    const int32_t next = last ? last->epoch.value() + 1 : 0;
    log_->epochs_.assign(LeaderEpoch(next), end_offset_);
  }
  if (log_->epochs_.entries() != on_disk) MILL_CHECK(log_->epochs_.write(fs_, path));
  return {};
}

Result<void> LogOpener::rebuild_epochs() MILL_NO_THREAD_SAFETY {
  for (const auto& segment : segments_) {
    HeaderWalk walk(*segment->file(), Position(0), segment->size());
    for (;;) {
      MILL_TRY(const bool more, walk.next());
      if (!more) break;
      const LeaderEpoch epoch = walk.header().leader_epoch();
      if (epoch >= LeaderEpoch(0)) log_->epochs_.assign(epoch, walk.place().base_offset);
    }
  }
  return {};
}

Result<void> LogOpener::load_producers(bool unclean) MILL_NO_THREAD_SAFETY {
  // A snapshot may know of batches that did not survive the unclean end; those of durable offsets
  // cannot.
  const Offset believed = unclean ? std::min(options_.recovery_point, end_offset_) : end_offset_;
  MILL_CHECK(remove_snapshots_after(fs_, options_.directory, believed));
  MILL_TRY(log_->producers_, replay_producers(fs_, options_.directory, segments_,
                                              {.end = end_offset_,
                                               .snapshot_max = std::min(believed, reindex_from_),
                                               .now_ms = clock_.wall_ms(),
                                               .reindex_from = reindex_from_}));
  MILL_CHECK(keep_transaction_indexes());
  MILL_TRY(const auto snapshots, list_snapshots(fs_, options_.directory));
  if (!snapshots.empty()) log_->last_snapshot_ = snapshots.back();
  return {};
}

Result<void> LogOpener::keep_transaction_indexes() {
  bool names_changed = false;
  for (size_t i = 0; i + 1 < segments_.size(); ++i) {
    if (segments_[i]->base_offset() < reindex_from_ || segments_[i]->transactions().empty())
      continue;
    MILL_CHECK(segments_[i]->finish_transactions());
    names_changed = true;
  }
  return names_changed ? fs_.sync_directory(options_.directory) : Result<void>();
}

void LogOpener::publish() MILL_NO_THREAD_SAFETY {
  const Segment& active = *segments_.back();
  log_->tail_.store({.end_offset = end_offset_,
                     .active_base = active.base_offset(),
                     .active_size = active.size()});
  log_->log_start_offset_ = start_offset_.value();
  log_->synced_offset_ = end_offset_.value();
  log_->has_unstable_ = log_->producers_.first_open_offset().has_value();
  const auto last = log_->epochs_.last();
  log_->leader_epoch_ = last ? last->epoch.value() : 0;
  log_->publish(std::move(segments_));
}

Result<std::shared_ptr<PartitionLog>> PartitionLog::create(io::FileSystem& fs, const Clock& clock,
                                                           OpenOptions options,
                                                           const Uuid& topic_id) {
  return LogOpener(fs, clock, options).create(topic_id);
}

Result<std::shared_ptr<PartitionLog>> PartitionLog::open(io::FileSystem& fs, const Clock& clock,
                                                         OpenOptions options,
                                                         PartitionRecovery& recovery) {
  return LogOpener(fs, clock, options).open(recovery);
}

}  // namespace millrace::storage
