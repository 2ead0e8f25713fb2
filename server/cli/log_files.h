// Reads the files of a log one after the other, prints what is in them and notes what is wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strong.h"
#include "io/file_system.h"
#include "millrace/result.h"
#include "record/batch_view.h"

namespace millrace::server {

/// Receives what is read; a line comes without its end.
struct LogVisitor {
  /// Describes contents.
  std::function<void(std::string_view line)> print;
  /// Something is damaged: file, place and finding in one line.
  std::function<void(std::string_view line)> damage;
  /// Print (and, for batches, unfold and check) single records too.
  bool records = false;
};

/// All files to look at: `path` itself, or those below it whose names we know, sorted.
Result<std::vector<std::string>> log_files(io::FileSystem& fs, const std::string& path);

/// One file, by its name: .log, .index, .timeindex, .snapshot, leader-epoch-checkpoint,
/// partition.metadata and the offset checkpoints. Indexes are compared with the .log beside them.
/// An error means that it could not be read; damage goes to the visitor.
Result<void> visit_file(io::FileSystem& fs, const std::string& path, const LogVisitor& visitor);

// The parts of visit_file.
Result<void> visit_log(io::FileSystem& fs, const std::string& path, const LogVisitor& visitor);
Result<void> visit_offset_index(io::FileSystem& fs, const std::string& path,
                                const LogVisitor& visitor);
Result<void> visit_time_index(io::FileSystem& fs, const std::string& path,
                              const LogVisitor& visitor);
Result<void> visit_snapshot(io::FileSystem& fs, const std::string& path, const LogVisitor& visitor);
Result<void> visit_checkpoint(io::FileSystem& fs, const std::string& path,
                              const LogVisitor& visitor);

}  // namespace millrace::server
