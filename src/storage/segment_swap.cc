#include "storage/segment_swap.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "storage/header_walk.h"
#include "storage/segment.h"

namespace millrace::storage {
namespace {

constexpr std::array<std::string_view, 3> kIndexes = {".index", ".timeindex", ".txnindex"};
constexpr std::string_view kLog = ".log";

std::string path_of(const std::string& directory, Offset base, std::string_view kind,
                    std::string_view suffix = {}) {
  return io::join(directory, segment_file_name(base, kind).append(suffix));
}

Result<void> remove_if_there(io::FileSystem& fs, const std::string& path) {
  MILL_TRY(const bool exists, fs.exists(path));
  return exists ? fs.remove(path) : Result<void>();
}

/// False where there is no `from`.
Result<bool> rename_if_there(io::FileSystem& fs, const std::string& from, const std::string& to) {
  MILL_TRY(const bool exists, fs.exists(from));
  if (exists) MILL_CHECK(fs.rename(from, to));
  return exists;
}

/// A file of a segment with the name that a clean gave it.
struct Leftover {
  Offset base;
  std::string name;
  bool is_log = false;
};

struct Leftovers {
  std::vector<Leftover> cleaned;
  std::vector<Leftover> swaps;
};

std::optional<Leftover> parse_leftover(const std::string& name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return std::nullopt;
  const std::string_view plain = std::string_view(name).substr(0, name.size() - suffix.size());
  if (const auto base = parse_segment_file_name(plain, kLog)) {
    return Leftover{.base = *base, .name = name, .is_log = true};
  }
  for (const std::string_view kind : kIndexes) {
    if (const auto base = parse_segment_file_name(plain, kind)) {
      return Leftover{.base = *base, .name = name};
    }
  }
  return std::nullopt;
}

Result<Leftovers> find_leftovers(io::FileSystem& fs, const std::string& directory) {
  Leftovers found;
  MILL_TRY(const auto entries, fs.list(directory));
  for (const io::DirectoryEntry& entry : entries) {
    if (auto cleaned = parse_leftover(entry.name, kCleanedSuffix)) {
      found.cleaned.push_back(*std::move(cleaned));
    } else if (auto swap = parse_leftover(entry.name, kSwapSuffix)) {
      found.swaps.push_back(*std::move(swap));
    }
  }
  return found;
}

Result<void> remove_all(io::FileSystem& fs, const std::string& directory,
                        const std::vector<Leftover>& files) {
  if (files.empty()) return {};
  for (const Leftover& file : files) MILL_CHECK(fs.remove(io::join(directory, file.name)));
  return fs.sync_directory(directory);
}

/// A `.swap` index without its log is told from one that may be used by the `.cleaned` files beside
/// it, so these go last.
Result<void> discard(io::FileSystem& fs, const std::string& directory,
                     const std::vector<Leftover>& swaps, const std::vector<Leftover>& cleaned) {
  MILL_CHECK(remove_all(fs, directory, swaps));
  return remove_all(fs, directory, cleaned);
}

/// Where the log of a committed swap ends, which is where the last segment ended that it replaces.
Result<Offset> end_of(io::FileSystem& fs, const std::string& path, Offset base) {
  MILL_TRY(const auto file, fs.open(path, io::OpenMode::read));
  MILL_TRY(const int64_t size, file->size());
  HeaderWalk walk(*file, Position(0), size);
  Offset end = base;
  // Where it is damaged, fewer old segments go; recovery sees to the rest.
  for (auto more = walk.next(); more && *more; more = walk.next()) {
    end = walk.place().last_offset + 1;
  }
  return std::max(end, base + 1);
}

/// The bases of all segment files in [from, end).
Result<std::vector<Offset>> bases_within(io::FileSystem& fs, const std::string& directory,
                                         Offset from, Offset end) {
  std::set<Offset> bases;
  MILL_TRY(const auto entries, fs.list(directory));
  for (const io::DirectoryEntry& entry : entries) {
    for (const std::string_view kind : {kLog, kIndexes[0], kIndexes[1], kIndexes[2]}) {
      const auto base = parse_segment_file_name(entry.name, kind);
      if (base && *base >= from && *base < end) bases.insert(*base);
    }
  }
  return std::vector<Offset>(bases.begin(), bases.end());
}

}  // namespace

Result<void> discard_cleaned(io::FileSystem& fs, const std::string& directory) {
  MILL_TRY(const Leftovers found, find_leftovers(fs, directory));
  return discard(fs, directory, found.swaps, found.cleaned);
}

Result<void> commit_cleaned(io::FileSystem& fs, const std::string& directory, Offset base,
                            bool& committed) {
  // First all are there as `.cleaned`: while one still is, nothing is committed.
  MILL_CHECK(fs.sync_directory(directory));
  for (const std::string_view kind : kIndexes) {
    MILL_CHECK(fs.rename(path_of(directory, base, kind, kCleanedSuffix),
                         path_of(directory, base, kind, kSwapSuffix)));
  }
  MILL_CHECK(fs.rename(path_of(directory, base, kLog, kCleanedSuffix),
                       path_of(directory, base, kLog, kSwapSuffix)));
  committed = true;
  return fs.sync_directory(directory);
}

Result<void> complete_swap(io::FileSystem& fs, const std::string& directory, Offset base,
                           const std::vector<Offset>& replaced,
                           const std::vector<Offset>& snapshots) {
  for (const Offset old : replaced) {
    MILL_CHECK(remove_if_there(fs, path_of(directory, old, kLog)));
    for (const std::string_view kind : kIndexes) {
      if (old == base) {
        // Without a `.swap` file the name is the new index's already.
        MILL_TRY(const bool is_old, fs.exists(path_of(directory, base, kind, kSwapSuffix)));
        if (!is_old) continue;
      }
      MILL_CHECK(remove_if_there(fs, path_of(directory, old, kind)));
    }
  }
  for (const Offset old : snapshots) {
    MILL_CHECK(remove_if_there(fs, path_of(directory, old, ".snapshot")));
  }
  MILL_CHECK(fs.sync_directory(directory));
  for (const std::string_view kind : kIndexes) {
    MILL_CHECK(rename_if_there(fs, path_of(directory, base, kind, kSwapSuffix),
                               path_of(directory, base, kind)));
  }
  MILL_CHECK(fs.sync_directory(directory));
  MILL_CHECK(
      fs.rename(path_of(directory, base, kLog, kSwapSuffix), path_of(directory, base, kLog)));
  return fs.sync_directory(directory);
}

Result<void> recover_swaps(io::FileSystem& fs, const std::string& directory) {
  MILL_TRY(const Leftovers found, find_leftovers(fs, directory));
  if (found.cleaned.empty() && found.swaps.empty()) return {};
  // As in Kafka: what is not in front of all `.cleaned` files was not committed.
  Offset uncommitted_from(INT64_MAX);
  for (const Leftover& file : found.cleaned) {
    uncommitted_from = std::min(uncommitted_from, file.base);
  }
  std::vector<Leftover> committed;
  std::vector<Leftover> uncommitted;
  for (const Leftover& file : found.swaps) {
    (file.base < uncommitted_from ? committed : uncommitted).push_back(file);
  }
  MILL_CHECK(discard(fs, directory, uncommitted, found.cleaned));
  for (const Leftover& file : committed) {
    if (!file.is_log) continue;
    const std::string path = io::join(directory, file.name);
    MILL_TRY(const Offset end, end_of(fs, path, file.base));
    MILL_TRY(const auto replaced, bases_within(fs, directory, file.base, end));
    log::info(path, ": the cleaned segment takes its place");
    MILL_CHECK(complete_swap(fs, directory, file.base, replaced, {}));
  }
  // Kafka drops the suffix from the log first.
  for (const Leftover& file : committed) {
    const std::string path = io::join(directory, file.name);
    MILL_CHECK(rename_if_there(fs, path, path.substr(0, path.size() - kSwapSuffix.size())));
  }
  return committed.empty() ? Result<void>() : fs.sync_directory(directory);
}

}  // namespace millrace::storage
