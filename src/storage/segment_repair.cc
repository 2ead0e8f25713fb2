#include "storage/segment_repair.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

#include "base/text.h"
#include "base/try.h"
#include "storage/header_walk.h"
#include "storage/segment.h"
#include "storage/segment_scan.h"

namespace millrace::storage {
namespace {

constexpr Offset kNoNextSegment{std::numeric_limits<int64_t>::max()};
constexpr size_t kCopySize = size_t{1} << 20;

class Repair {
 public:
  Repair(io::FileSystem& fs, const RepairSpec& spec, std::vector<Offset>& bases,
         PartitionRecovery& recovery)
      : fs_(fs), spec_(spec), bases_(bases), recovery_(recovery) {}

  Result<void> run() {
    if (spec_.failed_sync) MILL_CHECK(cut_at_failed_sync(*spec_.failed_sync));
    for (size_t i = 0; i < bases_.size(); ++i) {
      // Sealed and wholly durable: as good as after a clean end.
      if (next_base(i) <= spec_.check_from) continue;
      MILL_CHECK(repair(i));
    }
    MILL_CHECK(keep_first_base());
    MILL_CHECK(reach_recovery_point());
    return fs_.sync_directory(spec_.directory);
  }

 private:
  Offset next_base(size_t i) const {
    return i + 1 < bases_.size() ? bases_[i + 1] : kNoNextSegment;
  }
  std::string log_path(Offset base) const {
    return io::join(spec_.directory, segment_file_name(base, ".log"));
  }

  Result<void> cut_at_failed_sync(Offset synced) {
    while (bases_.size() > 1 && bases_.back() >= synced) {
      MILL_TRY(const auto file, fs_.open(log_path(bases_.back()), io::OpenMode::read_write));
      MILL_CHECK(cut(bases_.back(), *file, 0, synced));
      MILL_CHECK(remove_indexes(bases_.back()));
      MILL_CHECK(fs_.remove(log_path(bases_.back())));
      bases_.pop_back();
    }
    if (bases_.empty()) return {};
    MILL_TRY(const auto file, fs_.open(log_path(bases_.back()), io::OpenMode::read_write));
    MILL_TRY(const int64_t size, file->size());
    HeaderWalk walk(*file, Position(0), size);
    int64_t keep = 0;
    for (auto more = walk.next(); more && *more && walk.place().last_offset < synced;
         more = walk.next()) {
      keep = walk.position().value();
    }
    if (keep < size) MILL_CHECK(cut(bases_.back(), *file, keep, synced));
    return {};
  }

  /// One segment: what follows its first damage becomes the next one, which is looked at in turn.
  Result<void> repair(size_t i) {
    const Offset base = bases_[i];
    MILL_TRY(const auto file, fs_.open(log_path(base), io::OpenMode::read_write));
    MILL_TRY(const int64_t size, file->size());
    MILL_TRY(const auto scan, scan_segment(*file, size, {.base = base, .next_base = next_base(i)}));
    if (scan.valid_size < size) {
      MILL_TRY(const bool later_segment_has_batches, any_good_batch_after(i));
      if (scan.survivor) {
        MILL_CHECK(set_aside(base, *file, scan.valid_size, scan.survivor->at.value(),
                             scan.end_offset, scan.survivor->base_offset));
        // Nothing good in front: what follows takes the file's place, so that the log keeps its
        // start.
        const Offset split = scan.valid_size == 0 ? base : scan.survivor->base_offset;
        MILL_CHECK(split_off(*file, scan.survivor->at, size, split));
        if (split == base) return repair(i);
        bases_.insert(bases_.begin() + static_cast<ptrdiff_t>(i) + 1, scan.survivor->base_offset);
        MILL_CHECK(file->truncate(scan.valid_size));
      } else if (later_segment_has_batches || scan.end_offset < spec_.recovery_point) {
        const Offset next = i + 1 < bases_.size() ? next_base(i) : spec_.recovery_point;
        MILL_CHECK(set_aside(base, *file, scan.valid_size, size, scan.end_offset, next));
        MILL_CHECK(file->truncate(scan.valid_size));
      } else {
        MILL_CHECK(cut(base, *file, scan.valid_size, scan.end_offset));
      }
    }
    end_ = scan.end_offset;
    // What recovery found is believed from now on, so it must stay.
    return file->sync();
  }

  /// Offsets of durable records are never given to others, even where the records are gone.
  Result<void> reach_recovery_point() {
    if (end_ >= spec_.recovery_point) return {};
    const bool told = !recovery_.quarantined.empty() &&
                      recovery_.quarantined.back().next_offset == spec_.recovery_point;
    if (!told) {
      recovery_.quarantined.push_back({.file = segment_file_name(spec_.recovery_point, ".log"),
                                       .first_offset = end_,
                                       .next_offset = spec_.recovery_point});
    }
    MILL_TRY(const auto file, fs_.open(log_path(spec_.recovery_point), io::OpenMode::create));
    bases_.push_back(spec_.recovery_point);
    return file->sync();
  }

  /// A log whose first segment came out empty would start later: somebody who is to begin at its
  /// start would be told that it is out of range. The next segment takes the first one's name.
  Result<void> keep_first_base() {
    while (bases_.size() > 1) {
      MILL_TRY(const auto first, fs_.open(log_path(bases_.front()), io::OpenMode::read));
      MILL_TRY(const int64_t size, first->size());
      if (size > 0) return {};
      MILL_CHECK(remove_indexes(bases_[0]));
      MILL_CHECK(remove_indexes(bases_[1]));
      MILL_CHECK(fs_.rename(log_path(bases_[1]), log_path(bases_[0])));
      bases_.erase(bases_.begin() + 1);
    }
    return {};
  }

  Result<bool> any_good_batch_after(size_t i) {
    for (size_t later = i + 1; later < bases_.size(); ++later) {
      MILL_TRY(const auto file, fs_.open(log_path(bases_[later]), io::OpenMode::read));
      MILL_TRY(const int64_t size, file->size());
      MILL_TRY(const auto scan,
               scan_segment(*file, size, {.base = bases_[later], .next_base = next_base(later)}));
      if (scan.valid_size > 0 || scan.survivor) return true;
    }
    return false;
  }

  Result<void> cut(Offset base, io::File& file, int64_t keep, Offset next_offset) {
    MILL_TRY(const int64_t size, file.size());
    if (size > keep) {
      recovery_.cuts.push_back({.file = segment_file_name(base, ".log"),
                                .at = Position(keep),
                                .size = size - keep,
                                .next_offset = next_offset});
    }
    return file.truncate(keep);
  }

  Result<void> set_aside(Offset base, const io::File& file, int64_t from, int64_t to, Offset first,
                         Offset next) {
    const std::string name = segment_file_name(base, ".log");
    const std::string side = cat(name, '.', from, ".damaged");
    MILL_CHECK(copy(file, from, to, io::join(spec_.directory, side)));
    recovery_.quarantined.push_back({.file = name,
                                     .at = Position(from),
                                     .size = to - from,
                                     .side_file = side,
                                     .first_offset = first,
                                     .next_offset = next});
    return fs_.sync_directory(spec_.directory);
  }

  Result<void> split_off(const io::File& file, Position from, int64_t to, Offset base) {
    // Under another name until it is whole: half of it must not be taken for the segment.
    const std::string path = log_path(base);
    const std::string unfinished = path + ".tmp";
    MILL_CHECK(copy(file, from.value(), to, unfinished));
    MILL_CHECK(fs_.rename(unfinished, path));
    return fs_.sync_directory(spec_.directory);
  }

  /// Durable on success, but for the name.
  Result<void> copy(const io::File& file, int64_t from, int64_t to, const std::string& path) {
    MILL_TRY(const auto target, fs_.open(path, io::OpenMode::truncate));
    Bytes buffer;
    for (int64_t at = from; at < to; at += static_cast<int64_t>(buffer.size())) {
      buffer.resize(std::min(kCopySize, static_cast<size_t>(to - at)));
      MILL_TRY(const size_t count, file.read_at(Position(at), buffer));
      if (count < buffer.size()) {
        return kafka_error(ErrorCode::kafka_storage_error, cat(file.path(), " shrank while read"));
      }
      MILL_CHECK(target->write_at(Position(at - from), buffer));
    }
    return target->sync();
  }

  Result<void> remove_indexes(Offset base) {
    for (const std::string_view suffix : {".index", ".timeindex", ".txnindex"}) {
      const std::string path = io::join(spec_.directory, segment_file_name(base, suffix));
      MILL_TRY(const bool exists, fs_.exists(path));
      if (exists) MILL_CHECK(fs_.remove(path));
    }
    return {};
  }

  io::FileSystem& fs_;
  const RepairSpec& spec_;
  std::vector<Offset>& bases_;
  PartitionRecovery& recovery_;
  /// Where the last segment looked at ends.
  Offset end_;
};

}  // namespace

Result<void> repair_segments(io::FileSystem& fs, const RepairSpec& spec, std::vector<Offset>& bases,
                             PartitionRecovery& recovery) {
  return Repair(fs, spec, bases, recovery).run();
}

}  // namespace millrace::storage
