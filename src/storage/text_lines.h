// Kafka's checkpoint files: a version line, a count line, then that many lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/file_system.h"
#include "millrace/result.h"

namespace millrace::storage {

/// The lines after version 0 and count; none where there is no file. A file of another version or
/// with another number of lines is malformed.
Result<std::vector<std::string>> read_counted_lines(io::FileSystem& fs, const std::string& path);
/// The contents of such a file.
std::string counted_text(const std::vector<std::string>& lines);
/// Replaces the file atomically and durably.
Result<void> write_counted_lines(io::FileSystem& fs, const std::string& path,
                                 const std::vector<std::string>& lines);

/// kafka_storage_error naming file and finding.
Error malformed_file(std::string_view path, std::string_view finding);

/// Largest text file that is read at all.
inline constexpr int64_t kTextFileSizeMax = 64 << 20;

}  // namespace millrace::storage
