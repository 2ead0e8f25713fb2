#include "storage/published_reader.h"

#include "base/text.h"
#include "base/try.h"

namespace millrace::storage {

Result<std::unique_ptr<PublishedReader>> PublishedReader::open(io::FileSystem& fs,
                                                               const std::string& dir) {
  std::unique_ptr<PublishedReader> reader(new PublishedReader(fs, io::join(dir, kPublished)));
  auto mapped = fs.map(reader->path_, chunk_range(0), io::MapMode::read);
  if (!mapped) {
    return kafka_error(ErrorCode::kafka_storage_error,
                       cat(mapped.error().message(), "; no broker has published in ", dir));
  }
  reader->mapping_ = *std::move(mapped);
  if (!reader->header().is_valid()) {
    return kafka_error(ErrorCode::kafka_storage_error,
                       cat(reader->path_, " is not of this version"));
  }
  MILL_CHECK(reader->map_all());
  return reader;
}

Result<void> PublishedReader::map_all() {
  const uint32_t count = header().slot_count;
  if (count == mapped_count_ || !header().is_valid()) return {};
  const auto size = static_cast<int64_t>(count * sizeof(PublishedSlot));
  MILL_TRY(mapping_, fs_.map(path_, {.from = Position(0), .size = size}, io::MapMode::read));
  mapped_count_ = count;
  return {};
}

std::optional<size_t> PublishedReader::find(const Uuid& topic_id, PartitionId partition) {
  if (!map_all()) return std::nullopt;
  for (size_t index = 1; index < mapped_count_; ++index) {
    const auto found = load(index);
    if (found && found->topic_id == topic_id && found->partition == partition) return index;
  }
  return std::nullopt;
}

std::optional<PublishedReading> PublishedReader::load(size_t index) const {
  const PublishedReading found = slot(index).load();
  if (found.run == 0 || found.run < header().serving_run) return std::nullopt;
  return found;
}

bool PublishedReader::is_current() const {
  const auto there = fs_.map(path_, chunk_range(0), io::MapMode::read);
  return !there || header_in(**there).file_id == header().file_id;
}

}  // namespace millrace::storage
