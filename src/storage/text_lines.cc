#include "storage/text_lines.h"

#include "base/text.h"
#include "base/try.h"

namespace millrace::storage {

Error malformed_file(std::string_view path, std::string_view finding) {
  return kafka_error(ErrorCode::kafka_storage_error, cat(path, ": ", finding));
}

Result<std::vector<std::string>> read_counted_lines(io::FileSystem& fs, const std::string& path) {
  std::vector<std::string> lines;
  MILL_TRY(const bool exists, fs.exists(path));
  if (!exists) return lines;
  MILL_TRY(const Bytes bytes, io::read_file(fs, path, kTextFileSizeMax));
  for (const std::string_view line : split(as_text(bytes), '\n')) {
    if (!trim(line).empty()) lines.emplace_back(trim(line));
  }
  if (lines.size() < 2 || lines[0] != "0") {
    return malformed_file(path, "is not a checkpoint of version 0");
  }
  if (parse_int64(lines[1]) != static_cast<int64_t>(lines.size() - 2)) {
    return malformed_file(path, cat("says ", lines[1], " entries and has ", lines.size() - 2));
  }
  lines.erase(lines.begin(), lines.begin() + 2);
  return lines;
}

std::string counted_text(const std::vector<std::string>& lines) {
  std::string text = cat("0\n", lines.size(), '\n');
  for (const std::string& line : lines) text.append(line).append("\n");
  return text;
}

Result<void> write_counted_lines(io::FileSystem& fs, const std::string& path,
                                 const std::vector<std::string>& lines) {
  return io::replace_file(fs, path, as_bytes(counted_text(lines)));
}

}  // namespace millrace::storage
