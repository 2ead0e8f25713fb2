// The batches of a .log file.
#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "base/try.h"
#include "base/utf8.h"
#include "cli/log_files.h"
#include "cli/text_encoding.h"
#include "record/codec.h"
#include "record/record_reader.h"
#include "storage/segment.h"

namespace millrace::server {
namespace {

constexpr size_t kShownBytesMax = 200;
constexpr size_t kZeroBlockBytes = size_t{64} << 10;

std::string shown(const std::optional<ByteView>& bytes) {
  if (!bytes) return "null";
  const auto text = as_text(*bytes).substr(0, kShownBytesMax);
  std::string out;
  if (is_utf8(text)) {
    append_json_string(out, text);
  } else {
    out = "base64:" + to_base64(text);
  }
  if (bytes->size() > kShownBytesMax) out += cat("... (", bytes->size(), " bytes)");
  return out;
}

std::string describe(const record::BatchHeader& batch, int64_t position, bool crc_matches) {
  const auto codec = batch.codec();
  std::string line =
      cat("batch  offsets ", batch.base_offset(), "..", batch.last_offset(), "  count ",
          batch.record_count(), "  position ", position, "  size ", batch.size(), "  epoch ",
          batch.leader_epoch(), "  codec ", codec ? record::codec_name(*codec) : "unknown", "  ",
          batch.timestamp_type() == record::TimestampType::create_time ? "create" : "append",
          " time ", batch.max_timestamp());
  if (batch.has_producer_id()) {
    line += cat("  producer ", batch.producer_id(), '/', batch.producer_epoch(), "  sequence ",
                batch.base_sequence(), "..", batch.last_sequence());
  }
  if (batch.is_transactional()) line += "  transactional";
  if (batch.is_control()) line += "  control";
  return line + cat("  crc ", batch.crc(), crc_matches ? " ok" : " WRONG");
}

std::string describe(const record::RecordView& record) {
  std::string line = cat("  record  offset ", record.offset, "  time ", record.timestamp, "  key ",
                         shown(record.key), "  value ", shown(record.value));
  for (const auto& header : record.headers) {
    line += cat("  header ", header.key, '=', shown(header.value));
  }
  return line;
}

Result<bool> is_all_zero(const io::File& file, int64_t from, int64_t size) {
  Bytes block(kZeroBlockBytes);
  for (int64_t at = from; at < size;) {
    MILL_TRY(const size_t count, file.read_at(Position(at), block));
    if (count == 0) break;
    const auto part = ByteView(block).first(count);
    if (std::ranges::any_of(part, [](std::byte b) { return b != std::byte{0}; })) return false;
    at += static_cast<int64_t>(count);
  }
  return true;
}

/// One batch with its records. Damage inside it does not stop the walk: its length is known.
void visit_batch(const record::BatchView& batch, int64_t position, const std::string& path,
                 const LogVisitor& visitor) {
  const bool crc_matches = batch.crc_matches();
  visitor.print(describe(batch, position, crc_matches));
  if (!crc_matches) {
    visitor.damage(cat(path, ": position ", position, ", offset ", batch.base_offset(), ": CRC is ",
                       batch.computed_crc(), ", the header says ", batch.crc()));
    return;
  }
  auto read = record::for_each_record(batch, [&](const record::RecordView& record) {
    if (visitor.records) visitor.print(describe(record));
  });
  if (!read) {
    visitor.damage(cat(path, ": position ", position, ", offset ", batch.base_offset(), ": ",
                       read.error().message()));
  }
}

}  // namespace

Result<void> visit_log(io::FileSystem& fs, const std::string& path, const LogVisitor& visitor) {
  MILL_TRY(const auto file, fs.open(path, io::OpenMode::read));
  MILL_TRY(const int64_t size, file->size());
  const auto base =
      storage::parse_segment_file_name(std::string_view(path).substr(path.rfind('/') + 1), ".log");
  Offset expected = base.value_or(Offset(0));
  int64_t at = 0;
  Bytes bytes;
  while (at < size) {
    const auto stop = [&](std::string_view why) {
      visitor.damage(cat(path, ": position ", at, ": ", why, "; ", size - at,
                         " bytes from there on are no whole batches"));
      return Result<void>();
    };
    bytes.resize(record::kBatchHeaderSize);
    MILL_TRY(const size_t count, file->read_at(Position(at), bytes));
    const auto header = record::BatchHeader::parse(ByteView(bytes).first(count));
    if (!header) {
      MILL_TRY(const bool zeros, is_all_zero(*file, at, size));
      if (!zeros) return stop(header.error().message());
      // A segment in use is grown ahead with zeros; they are the end of the log.
      visitor.print(cat("end  position ", at, ", then ", size - at, " bytes of zeros"));
      return {};
    }
    const auto batch_size = static_cast<int64_t>(header->size());
    if (batch_size > size - at) {
      return stop(cat("a batch of ", batch_size, " bytes is cut short"));
    }
    if (header->base_offset() < expected) {
      visitor.damage(cat(path, ": position ", at, ": offset ", header->base_offset(),
                         " where at least ", expected, " belongs"));
    }
    expected = std::max(expected, header->next_offset());
    bytes.resize(static_cast<size_t>(batch_size));
    MILL_CHECK(file->read_at(Position(at), bytes));
    MILL_TRY(const auto batch, record::BatchView::parse(bytes));
    visit_batch(batch, at, path, visitor);
    at += batch_size;
  }
  visitor.print(cat("end  position ", at, "  next offset ", expected));
  return {};
}

}  // namespace millrace::server
