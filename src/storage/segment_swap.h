// How a cleaned segment takes the place of those it was made from, so that a crash at any point
// leaves either the old ones or the new one.
//
// 1. The new segment's files are complete and durable as `<base>.<kind>.cleaned`.
// 2. commit_cleaned: its indexes, then its log, are called `.swap` instead. Once none is called
//    `.cleaned` any more, durably, the swap is only ever completed.
// 3. complete_swap: the old files go, then `.swap` is dropped from the indexes, then from the log.
//
// Names and meaning are Kafka's, which completes a swap of ours as we do one of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/strong.h"
#include "io/file_system.h"
#include "millrace/result.h"

namespace millrace::storage {

inline constexpr std::string_view kCleanedSuffix = ".cleaned";
inline constexpr std::string_view kSwapSuffix = ".swap";

/// Removes whatever an attempt left that was not committed. Only where none is.
Result<void> discard_cleaned(io::FileSystem& fs, const std::string& directory);

/// After an error it is open whether the swap is committed, unless discard_cleaned succeeds while
/// `committed` was not set.
Result<void> commit_cleaned(io::FileSystem& fs, const std::string& directory, Offset base,
                            bool& committed);

/// `replaced` are the bases of the old segments, `snapshots` those of their producer snapshots that
/// go with them. May be repeated.
Result<void> complete_swap(io::FileSystem& fs, const std::string& directory, Offset base,
                           const std::vector<Offset>& replaced,
                           const std::vector<Offset>& snapshots);

/// Completes what was committed and discards the rest: the first step of opening a log.
Result<void> recover_swaps(io::FileSystem& fs, const std::string& directory);

}  // namespace millrace::storage
