// The entries of .index and .timeindex files, compared with the batches of the .log beside them.
#include <map>

#include "base/text.h"
#include "base/try.h"
#include "cli/log_files.h"
#include "storage/header_walk.h"
#include "storage/index_file.h"
#include "storage/segment.h"

namespace millrace::server {
namespace {

using storage::BatchPlace;
using storage::OffsetIndexEntry;
using storage::TimeIndexEntry;

constexpr int64_t kIndexSizeMax = int64_t{1} << 31;

/// The batches of a segment by the position where they start, and by their last offsets.
struct Batches {
  std::map<int64_t, BatchPlace> by_position;
  std::map<int64_t, BatchPlace> by_last_offset;
};

/// As far as headers lead; damage further on is the .log file's own matter.
Result<Batches> walk(io::FileSystem& fs, const std::string& path) {
  MILL_TRY(const auto file, fs.open(path, io::OpenMode::read));
  MILL_TRY(const int64_t size, file->size());
  Batches batches;
  storage::HeaderWalk steps(*file, Position(0), size);
  for (;;) {
    const auto more = steps.next();
    if (!more || !*more) return batches;
    const auto& place = steps.place();
    batches.by_position[place.at.value()] = place;
    batches.by_last_offset[place.last_offset.value()] = place;
  }
}

template <class Entry>
struct Index {
  Offset base;
  std::vector<Entry> entries;
  std::optional<Batches> batches;
};

/// Kafka grows the index of a segment in use ahead with zeros. No batch at position 0 is ever
/// indexed.
bool is_padding(const OffsetIndexEntry& entry, bool) { return entry.position == 0; }
/// A first entry of zeros may be a record of the year 1970, unless there is no record.
bool is_padding(const TimeIndexEntry& entry, bool may_be_record) {
  return entry.timestamp == 0 && entry.relative_offset == 0 && !may_be_record;
}

/// The entries in front of any padding.
template <class Entry>
Result<Index<Entry>> read_index(io::FileSystem& fs, const std::string& path,
                                std::string_view suffix, const LogVisitor& visitor) {
  Index<Entry> index;
  const auto name = std::string_view(path).substr(path.rfind('/') + 1);
  const auto base = storage::parse_segment_file_name(name, suffix);
  if (!base) {
    visitor.damage(cat(path, ": the name is no base offset"));
    return index;
  }
  index.base = *base;
  MILL_TRY(const Bytes bytes, io::read_file(fs, path, kIndexSizeMax));
  const auto log = path.substr(0, path.size() - suffix.size()) + ".log";
  MILL_TRY(const bool has_log, fs.exists(log));
  if (has_log) {
    MILL_TRY(index.batches, walk(fs, log));
  } else {
    visitor.damage(cat(path, ": there is no ", log, " beside it"));
  }
  if (bytes.size() % Entry::kSize != 0) {
    visitor.damage(cat(path, ": size ", bytes.size(), " is no multiple of ", Entry::kSize));
  }
  for (size_t at = 0; at + Entry::kSize <= bytes.size(); at += Entry::kSize) {
    const auto entry = Entry::decode(bytes.data() + at);
    const bool may_be_record = at == 0 && index.batches && !index.batches->by_position.empty();
    if (is_padding(entry, may_be_record)) break;
    index.entries.push_back(entry);
  }
  return index;
}

}  // namespace

Result<void> visit_offset_index(io::FileSystem& fs, const std::string& path,
                                const LogVisitor& visitor) {
  MILL_TRY(const auto index, read_index<OffsetIndexEntry>(fs, path, ".index", visitor));
  std::optional<OffsetIndexEntry> before;
  for (const auto& entry : index.entries) {
    const Offset offset = index.base + entry.relative_offset;
    visitor.print(cat("entry  offset ", offset, "  position ", entry.position));
    const auto damage = [&](std::string_view what) {
      visitor.damage(
          cat(path, ": entry offset ", offset, ", position ", entry.position, ": ", what));
    };
    if (before &&
        (entry.relative_offset <= before->relative_offset || entry.position <= before->position)) {
      damage("does not rise");
    }
    before = entry;
    if (!index.batches) continue;
    const auto found = index.batches->by_position.find(entry.position);
    if (found == index.batches->by_position.end()) {
      damage("no batch starts there");
    } else if (found->second.last_offset != offset) {
      damage(cat("the batch there ends at offset ", found->second.last_offset));
    }
  }
  return {};
}

Result<void> visit_time_index(io::FileSystem& fs, const std::string& path,
                              const LogVisitor& visitor) {
  MILL_TRY(const auto index, read_index<TimeIndexEntry>(fs, path, ".timeindex", visitor));
  std::optional<TimeIndexEntry> before;
  for (const auto& entry : index.entries) {
    const Offset offset = index.base + entry.relative_offset;
    visitor.print(cat("entry  time ", entry.timestamp, "  offset ", offset));
    const auto damage = [&](std::string_view what) {
      visitor.damage(cat(path, ": entry time ", entry.timestamp, ", offset ", offset, ": ", what));
    };
    if (before && entry.timestamp <= before->timestamp) damage("time does not rise");
    if (before && entry.relative_offset <= before->relative_offset) damage("offset does not rise");
    before = entry;
    if (!index.batches || entry.timestamp < 0) continue;
    const auto found = index.batches->by_last_offset.lower_bound(offset.value());
    if (found == index.batches->by_last_offset.end()) {
      damage("the log ends before it");
    } else if (found->second.max_timestamp != entry.timestamp) {
      damage(cat("the batch there has time ", found->second.max_timestamp));
    }
  }
  return {};
}

}  // namespace millrace::server
