#include "storage/checkpoints.h"

#include "base/text.h"
#include "base/try.h"
#include "storage/text_lines.h"

namespace millrace::storage {

Result<OffsetsByPartition> read_offset_checkpoint(io::FileSystem& fs, const std::string& path) {
  OffsetsByPartition offsets;
  MILL_TRY(const bool exists, fs.exists(path));
  if (!exists) return offsets;
  // Kafka makes the file empty when it starts and fills it later; a kill in between leaves it so.
  MILL_TRY(const auto file, fs.open(path, io::OpenMode::read));
  MILL_TRY(const int64_t size, file->size());
  if (size == 0) return offsets;
  MILL_TRY(const auto lines, read_counted_lines(fs, path));
  for (const std::string& line : lines) {
    const auto words = split(line, ' ');
    const auto partition = words.size() == 3 ? parse_int64(words[1]) : std::nullopt;
    const auto offset = words.size() == 3 ? parse_int64(words[2]) : std::nullopt;
    if (!partition || !offset || *partition < 0 || *partition > INT32_MAX || *offset < 0) {
      return malformed_file(path, cat("expected \"topic partition offset\", found \"", line, '"'));
    }
    offsets[{std::string(words[0]), PartitionId(static_cast<int32_t>(*partition))}] =
        Offset(*offset);
  }
  return offsets;
}

Result<void> write_offset_checkpoint(io::FileSystem& fs, const std::string& path,
                                     const OffsetsByPartition& offsets) {
  std::vector<std::string> lines;
  for (const auto& [name, offset] : offsets) {
    lines.push_back(cat(name.topic, ' ', name.partition, ' ', offset));
  }
  return write_counted_lines(fs, path, lines);
}

Result<Uuid> read_partition_metadata(io::FileSystem& fs, const std::string& path) {
  MILL_TRY(const bool exists, fs.exists(path));
  if (!exists) return Uuid{};
  MILL_TRY(const Bytes bytes, io::read_file(fs, path, kTextFileSizeMax));
  for (const std::string_view line : split(as_text(bytes), '\n')) {
    constexpr std::string_view kKey = "topic_id:";
    if (!line.starts_with(kKey)) continue;
    if (const auto id = Uuid::parse(trim(line.substr(kKey.size())))) return *id;
  }
  return malformed_file(path, "has no topic_id");
}

std::string partition_metadata_text(const Uuid& topic_id) {
  return cat("version: 0\ntopic_id: ", topic_id.to_string());
}

Result<void> write_partition_metadata(io::FileSystem& fs, const std::string& path,
                                      const Uuid& topic_id) {
  return io::replace_file(fs, path, as_bytes(partition_metadata_text(topic_id)));
}

Result<std::map<std::string, std::string>> read_properties(io::FileSystem& fs,
                                                           const std::string& path) {
  std::map<std::string, std::string> values;
  MILL_TRY(const bool exists, fs.exists(path));
  if (!exists) return values;
  MILL_TRY(const Bytes bytes, io::read_file(fs, path, kTextFileSizeMax));
  for (const std::string_view line : split(as_text(bytes), '\n')) {
    const size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) continue;
    values[std::string(trim(line.substr(0, equals)))] = trim(line.substr(equals + 1));
  }
  return values;
}

Result<void> write_properties(io::FileSystem& fs, const std::string& path,
                              const std::map<std::string, std::string>& values) {
  std::string text;
  for (const auto& [key, value] : values) text += cat(key, '=', value, '\n');
  return io::replace_file(fs, path, as_bytes(text));
}

Result<std::optional<Offset>> read_failed_sync(io::FileSystem& fs, const std::string& path) {
  MILL_TRY(const bool exists, fs.exists(path));
  if (!exists) return std::optional<Offset>();
  MILL_TRY(const Bytes bytes, io::read_file(fs, path, kTextFileSizeMax));
  return std::optional(Offset(parse_int64(trim(as_text(bytes))).value_or(0)));
}

}  // namespace millrace::storage
