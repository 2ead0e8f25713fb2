#include "storage/producer_snapshot.h"

#include "base/crc32c.h"
#include "base/text.h"
#include "base/try.h"
#include "storage/text_lines.h"

namespace millrace::storage {
namespace {

constexpr int16_t kVersion = 1;
constexpr size_t kCrcAt = 2;
constexpr size_t kCrcEnd = 6;
constexpr size_t kEntrySize = 8 + 2 + 4 + 8 + 4 + 8 + 4 + 8;
constexpr int64_t kFileSizeMax = int64_t{1} << 30;

Error malformed(std::string_view finding) {
  return kafka_error(ErrorCode::kafka_storage_error, std::string(finding));
}

}  // namespace

Bytes encode_snapshot(const ProducerState& producers) {
  const auto entries = producers.entries();
  ByteWriter out(kCrcEnd + 4 + entries.size() * kEntrySize);
  out.write<int16_t>(kVersion);
  out.write<uint32_t>(0);
  out.write<int32_t>(static_cast<int32_t>(entries.size()));
  for (const ProducerEntry& entry : entries) {
    const bool has_batch = entry.window_size > 0;
    const WrittenBatch last = has_batch ? entry.window[entry.window_size - 1] : WrittenBatch{};
    out.write<int64_t>(entry.producer_id.value());
    out.write<int16_t>(entry.epoch);
    out.write<int32_t>(last.last_sequence);
    out.write<int64_t>(has_batch ? last.last_offset.value() : -1);
    out.write<int32_t>(last.offset_delta);
    out.write<int64_t>(entry.last_timestamp);
    out.write<int32_t>(entry.coordinator_epoch);
    out.write<int64_t>(entry.current_txn_first_offset.value());
  }
  out.patch<uint32_t>(kCrcAt, crc32c(out.view().subspan(kCrcEnd)));
  return out.take();
}

Result<ProducerState> decode_snapshot(ByteView bytes) {
  ByteReader in(bytes);
  const auto version = in.read<int16_t>();
  const auto crc = in.read<uint32_t>();
  if (!in.ok() || version != kVersion) return malformed("is not a snapshot of version 1");
  if (crc32c(bytes.subspan(kCrcEnd)) != crc) return malformed("checksum does not match");
  const auto count = in.read<int32_t>();
  if (!in.ok() || count < 0 || static_cast<size_t>(count) * kEntrySize != in.remaining()) {
    return malformed("size does not fit its number of entries");
  }
  ProducerState producers;
  for (int32_t i = 0; i < count; ++i) {
    ProducerEntry entry;
    WrittenBatch last;
    entry.producer_id = ProducerId(in.read<int64_t>());
    entry.epoch = in.read<int16_t>();
    last.last_sequence = in.read<int32_t>();
    last.last_offset = Offset(in.read<int64_t>());
    last.offset_delta = in.read<int32_t>();
    last.timestamp = entry.last_timestamp = in.read<int64_t>();
    entry.coordinator_epoch = in.read<int32_t>();
    entry.current_txn_first_offset = Offset(in.read<int64_t>());
    if (last.last_sequence >= 0) entry.remember(last);
    producers.add(entry);
  }
  return producers;
}

Result<void> write_snapshot_file(io::FileSystem& fs, const std::string& path,
                                 const ProducerState& producers) {
  MILL_TRY(const auto file, fs.open(path, io::OpenMode::truncate));
  return file->write_at(Position(0), encode_snapshot(producers));
}

Result<ProducerState> read_snapshot_file(io::FileSystem& fs, const std::string& path) {
  MILL_TRY(const Bytes bytes, io::read_file(fs, path, kFileSizeMax));
  auto producers = decode_snapshot(bytes);
  if (!producers) return malformed_file(path, producers.error().message());
  return producers;
}

}  // namespace millrace::storage
