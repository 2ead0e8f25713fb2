#include "storage/log_reader.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "record/batch_view.h"
#include "storage/segment.h"
#include "storage/segment_swap.h"

namespace millrace::storage {
namespace {

/// Most batches are smaller, so that one read is enough for the first.
constexpr int64_t kReadBytesMin = 4096;

/// The size of the whole and right batches at the front of `bytes` that may be shown.
struct WholeBatches {
  int64_t size = 0;
  Offset next_offset;
  /// Bytes of the batch behind them, as far as its header tells.
  int64_t next_size = 0;
};

/// Takes one more. False where it is not to be shown or not whole in `rest`.
Result<bool> take(ByteView rest, const LogReader::Limits& limits, WholeBatches& found) {
  found.next_size = record::kBatchHeaderSize;
  if (rest.size() < record::kBatchHeaderSize) return false;
  MILL_TRY(const auto header, record::BatchHeader::parse(rest));
  if (header.base_offset() >= limits.up_to) return false;
  found.next_size = static_cast<int64_t>(header.size());
  const bool is_enough = found.size > 0 && found.size + found.next_size > limits.bytes_max;
  if (is_enough || rest.size() < header.size()) return false;
  MILL_TRY(const auto batch, record::BatchView::parse(rest));
  MILL_CHECK(batch.check_crc());
  if (batch.last_offset() < found.next_offset) {
    return kafka_error(ErrorCode::corrupt_message,
                       cat("offset ", batch.last_offset(), " stands behind ", found.next_offset));
  }
  found.size += found.next_size;
  found.next_offset = batch.next_offset();
  return true;
}

/// The error of the first batch; what is wrong with a later one is told when it is the first.
Result<WholeBatches> find_whole(ByteView bytes, Offset from, const LogReader::Limits& limits) {
  WholeBatches found{.next_offset = from};
  for (;;) {
    auto taken = take(bytes.subspan(static_cast<size_t>(found.size)), limits, found);
    if (!taken && found.size == 0) return std::move(taken).error();
    if (!taken || !*taken) return found;
  }
}

}  // namespace

void LogReader::forget() {
  files_.clear();
  segment_.reset();
  next_offset_ = Offset(-1);
}

void LogReader::expect(const FilesVersion& version) {
  if (version.changes != version_.changes) forget();
  // New segments leave the old ones as they are.
  if (version != version_) files_.clear();
  version_ = version;
}

Result<void> LogReader::list() {
  if (!files_.empty()) return {};
  MILL_TRY(const auto entries, fs_.list(directory_));
  for (const io::DirectoryEntry& entry : entries) {
    if (const auto base = parse_segment_file_name(entry.name, ".log")) {
      files_.push_back({.base = *base, .suffix = ""});
    } else if (const auto swap = parse_segment_file_name(entry.name, ".log.swap")) {
      files_.push_back({.base = *swap, .suffix = kSwapSuffix});
    }
  }
  // Either of two with one base will do.
  std::ranges::sort(files_, {}, &LogFile::base);
  const auto twice = std::ranges::unique(files_, {}, &LogFile::base);
  files_.erase(twice.begin(), twice.end());
  return {};
}

Result<size_t> LogReader::file_of(Offset offset) const {
  const auto after = std::ranges::upper_bound(files_, offset, {}, &LogFile::base);
  if (after != files_.begin()) return static_cast<size_t>(after - files_.begin()) - 1;
  return kafka_error(ErrorCode::offset_out_of_range,
                     cat("offset ", offset, " is in front of the first record in ", directory_,
                         files_.empty() ? std::string() : cat(", ", files_.front().base)));
}

Result<void> LogReader::open(const LogFile& file, Offset from) {
  if (segment_ && segment_->base_offset() == file.base) {
    if (from == next_offset_) return {};
    MILL_TRY(const int64_t size, segment_->file()->size());
    // Where it grew its index did, too, and the search for the offset would take longer each time.
    if (size == segment_->size()) return {};
  }
  next_offset_ = Offset(-1);
  MILL_TRY(segment_, Segment::open_to_read(fs_, directory_, file.base, file.suffix));
  return {};
}

std::optional<LogReader::Piece> LogReader::read_on(Offset from, const Limits& limits) {
  if (!segment_ || from != next_offset_) return std::nullopt;
  auto piece = read_segment(from, limits);
  if (!piece || piece->batches.empty()) return std::nullopt;
  return *std::move(piece);
}

Result<LogReader::Piece> LogReader::read(Offset from, const Limits& limits) {
  MILL_CHECK(list());
  MILL_TRY(const size_t first, file_of(from));
  for (size_t i = first; i < files_.size() && files_[i].base < limits.up_to; ++i) {
    MILL_CHECK(open(files_[i], from));
    MILL_TRY(auto piece, read_segment(from, limits));
    if (!piece.batches.empty()) return piece;
    // Offsets may be missing at a segment's end; the next one has what follows.
  }
  return Piece{.batches = {}, .next_offset = from};
}

Result<LogReader::Piece> LogReader::read_segment(Offset from, const Limits& limits) {
  MILL_TRY(const int64_t size, segment_->file()->size());
  MILL_TRY(const Position at, position_of(from, size));
  MILL_TRY(auto piece, read_at(at, size, from, limits));
  if (!piece.batches.empty()) {
    next_offset_ = piece.next_offset;
    next_position_ = at + static_cast<int64_t>(piece.batches.size());
  }
  return piece;
}

/// The size where there is nothing from the offset on.
Result<Position> LogReader::position_of(Offset from, int64_t size) const {
  if (from == next_offset_) return next_position_;
  MILL_TRY(const auto place, segment_->find(from, size));
  return place ? place->at : Position(size);
}

Result<LogReader::Piece> LogReader::read_at(Position at, int64_t size, Offset from,
                                            const Limits& limits) const {
  const int64_t available = size - at.value();
  int64_t wanted = std::min(std::max(limits.bytes_max, kReadBytesMin), available);
  while (wanted > 0) {
    const std::shared_ptr<std::byte[]> buffer(new std::byte[static_cast<size_t>(wanted)]);
    MILL_TRY(const size_t count,
             segment_->file()->read_at(at, std::span(buffer.get(), static_cast<size_t>(wanted))));
    const auto found = find_whole({buffer.get(), count}, from, limits);
    if (!found) {
      return Error(found.error()).with_context(cat(segment_->file()->path(), " from ", at, " on"));
    }
    if (found->size > 0) {
      const ByteView batches(buffer.get(), static_cast<size_t>(found->size));
      return Piece{.batches = {buffer, batches}, .next_offset = found->next_offset};
    }
    // The rest of the first batch is to be had, or it is none of the published ones.
    const bool is_larger = found->next_size > wanted && found->next_size <= available;
    wanted = is_larger ? found->next_size : 0;
  }
  return Piece{.batches = {}, .next_offset = from};
}

Result<std::vector<AbortedTransaction>> LogReader::aborted_transactions(Offset from, Offset up_to) {
  std::vector<AbortedTransaction> found;
  MILL_CHECK(list());
  MILL_TRY(const size_t first, file_of(from));
  for (size_t i = first; i < files_.size(); ++i) {
    const LogFile& file = files_[i];
    const std::string name = segment_file_name(file.base, ".txnindex").append(file.suffix);
    TransactionIndex index(fs_, io::join(directory_, name));
    MILL_TRY(const bool fits,
             index.attach(file.base, i + 1 < files_.size() ? files_[i + 1].base : kNoNextBase));
    if (!fits) return kafka_error(ErrorCode::corrupt_message, cat(name, " is damaged"));
    MILL_TRY(const bool complete, index.collect(from, up_to, found));
    if (complete) break;
  }
  return found;
}

}  // namespace millrace::storage
