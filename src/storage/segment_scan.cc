#include "storage/segment_scan.h"

#include <algorithm>
#include <span>

#include "base/bytes.h"
#include "base/try.h"
#include "record/batch_view.h"

namespace millrace::storage {
namespace {

constexpr size_t kWindowSize = size_t{1} << 20;
constexpr std::byte kMagic{2};

/// Bytes of a file around a place, read in large pieces.
class Window {
 public:
  Window(const io::File& file, int64_t size) : file_(file), size_(size) {}

  /// Bytes from `at` on: at least `wanted` of them, or as many as the file has.
  Result<ByteView> at(int64_t at, size_t wanted) {
    const auto left = static_cast<size_t>(size_ - at);
    wanted = std::min(wanted, left);
    if (at < start_ || at + static_cast<int64_t>(wanted) > start_ + held()) {
      buffer_.resize(std::min(std::max(wanted, kWindowSize), left));
      start_ = at;
      MILL_TRY(const size_t count, file_.read_at(Position(at), buffer_));
      buffer_.resize(count);
    }
    return ByteView(buffer_).subspan(static_cast<size_t>(at - start_));
  }

 private:
  int64_t held() const { return static_cast<int64_t>(buffer_.size()); }

  const io::File& file_;
  const int64_t size_;
  Bytes buffer_;
  int64_t start_ = 0;
};

/// The batch at `at`, if it is whole and belongs where it stands.
Result<std::optional<record::BatchView>> good_batch(Window& window, int64_t at, int64_t size,
                                                    Offset next, const ScanBounds& bounds) {
  constexpr std::optional<record::BatchView> kNone;
  MILL_TRY(const ByteView front, window.at(at, record::kBatchHeaderSize));
  const auto header = record::BatchHeader::parse(front);
  if (!header || static_cast<int64_t>(header->size()) > size - at) return kNone;
  if (header->base_offset() < next || header->last_offset_delta() < 0 ||
      header->last_offset() >= bounds.next_base ||
      header->last_offset() - bounds.base > INT32_MAX) {
    return kNone;
  }
  MILL_TRY(const ByteView bytes, window.at(at, header->size()));
  const auto batch = record::BatchView::parse(bytes);
  if (!batch || !batch->crc_matches()) return kNone;
  return std::optional(*batch);
}

Result<std::optional<SegmentScan::Survivor>> find_survivor(Window& window, int64_t from,
                                                           int64_t size, Offset next,
                                                           const ScanBounds& bounds) {
  constexpr auto kMagicAt = static_cast<int64_t>(record::HeaderLayout::kMagic);
  for (int64_t at = from; at + static_cast<int64_t>(record::kBatchHeaderSize) <= size;) {
    // Only where the magic byte stands can a batch begin; this skips zeros and most garbage.
    MILL_TRY(const ByteView bytes, window.at(at + kMagicAt, 1));
    const auto magic = std::find(bytes.begin(), bytes.end(), kMagic);
    at += magic - bytes.begin();
    if (magic == bytes.end()) continue;
    if (at + static_cast<int64_t>(record::kBatchHeaderSize) > size) break;
    MILL_TRY(const auto batch, good_batch(window, at, size, next, bounds));
    if (batch) {
      return std::optional(
          SegmentScan::Survivor{.at = Position(at), .base_offset = batch->base_offset()});
    }
    ++at;
  }
  return std::optional<SegmentScan::Survivor>();
}

}  // namespace

Result<SegmentScan> scan_segment(const io::File& file, int64_t size, const ScanBounds& bounds) {
  Window window(file, size);
  SegmentScan scan{.valid_size = 0, .end_offset = bounds.base, .survivor = std::nullopt};
  while (scan.valid_size < size) {
    MILL_TRY(const auto batch, good_batch(window, scan.valid_size, size, scan.end_offset, bounds));
    if (!batch) {
      MILL_TRY(scan.survivor,
               find_survivor(window, scan.valid_size + 1, size, scan.end_offset, bounds));
      return scan;
    }
    scan.valid_size += static_cast<int64_t>(batch->size());
    scan.end_offset = batch->next_offset();
  }
  return scan;
}

}  // namespace millrace::storage
