#include "storage/segment.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"

namespace millrace::storage {
namespace {

constexpr size_t kNameDigits = 20;
/// Index entries gather in memory until so many wait; a crash costs only the time to remake them.
constexpr size_t kEntriesPerWrite = 512;

std::string file_name(Offset base, std::string_view kind, std::string_view suffix) {
  return segment_file_name(base, kind).append(suffix);
}

}  // namespace

std::string segment_file_name(Offset base, std::string_view suffix) {
  const std::string digits = std::to_string(base.value());
  std::string name(kNameDigits - std::min(kNameDigits, digits.size()), '0');
  return name.append(digits).append(suffix);
}

std::optional<Offset> parse_segment_file_name(std::string_view name, std::string_view suffix) {
  if (name.size() != kNameDigits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  const auto base = parse_int64(name.substr(0, kNameDigits));
  if (!base || *base < 0) return std::nullopt;
  return Offset(*base);
}

Segment::Segment(io::FileSystem& fs, const std::string& directory, Offset base, int64_t now_ms,
                 std::shared_ptr<io::File> file, int64_t size, std::string_view suffix)
    : fs_(fs),
      directory_(directory),
      base_(base),
      created_ms_(now_ms),
      file_(std::move(file)),
      size_(size),
      offsets_(fs, io::join(directory, file_name(base, ".index", suffix))),
      times_(fs, io::join(directory, file_name(base, ".timeindex", suffix))),
      transactions_(fs, io::join(directory, file_name(base, ".txnindex", suffix))) {}

Result<std::shared_ptr<Segment>> Segment::create(io::FileSystem& fs, const std::string& directory,
                                                 Offset base, int64_t now_ms,
                                                 std::string_view suffix) {
  const std::string path = io::join(directory, file_name(base, ".log", suffix));
  MILL_TRY(auto file, fs.open(path, io::OpenMode::truncate));
  auto segment = std::make_shared<Segment>(fs, directory, base, now_ms, std::move(file), 0, suffix);
  segment->reset_indexes();
  segment->reset_transactions();
  return segment;
}

Result<std::shared_ptr<Segment>> Segment::open(io::FileSystem& fs, const std::string& directory,
                                               Offset base, int64_t now_ms) {
  const std::string path = io::join(directory, segment_file_name(base, ".log"));
  MILL_TRY(auto file, fs.open(path, io::OpenMode::read_write));
  MILL_TRY(const int64_t size, file->size());
  return std::make_shared<Segment>(fs, directory, base, now_ms, std::move(file), size);
}

Result<std::shared_ptr<Segment>> Segment::open_to_read(io::FileSystem& fs,
                                                       const std::string& directory, Offset base,
                                                       std::string_view suffix) {
  const std::string path = io::join(directory, file_name(base, ".log", suffix));
  MILL_TRY(auto file, fs.open(path, io::OpenMode::read));
  MILL_TRY(const int64_t size, file->size());
  auto segment = std::make_shared<Segment>(fs, directory, base, 0, std::move(file), size, suffix);
  MILL_TRY(const bool has_index, fs.exists(segment->offsets_.path()));
  if (!has_index) return segment;
  MILL_CHECK(segment->offsets_.attach());
  MILL_CHECK(segment->offsets_.pin());
  return segment;
}

void Segment::note_timestamp(int64_t timestamp, Offset last_offset) {
  if (timestamp <= largest_timestamp_.load(std::memory_order_relaxed)) return;
  largest_timestamp_offset_.store(last_offset.value());
  largest_timestamp_.store(timestamp);
}

void Segment::add_time_entry() {
  const int64_t timestamp = largest_timestamp_.load();
  const auto last = times_.last();
  if (timestamp < 0 || (last && timestamp <= last->timestamp)) return;
  times_.append({timestamp, static_cast<int32_t>(largest_timestamp_offset_ - base_.value())});
}

void Segment::account(Offset last_offset, int64_t size, int64_t max_timestamp,
                      int64_t index_interval) {
  const int64_t position = size_.load(std::memory_order_relaxed);
  if (position == 0) first_timestamp_ = max_timestamp;
  note_timestamp(max_timestamp, last_offset);
  if (bytes_since_entry_ > index_interval) {
    offsets_.append({static_cast<int32_t>(last_offset - base_), static_cast<int32_t>(position)});
    add_time_entry();
    bytes_since_entry_ = 0;
    if (offsets_.unwritten() >= kEntriesPerWrite) {
      // A full disk costs index entries, not the log: they stay in memory and are tried again.
      (void)offsets_.flush().has_value();
      (void)times_.flush().has_value();
    }
  }
  bytes_since_entry_ += size;
  size_.store(position + size, std::memory_order_release);
}

bool Segment::indexes_full(int64_t index_bytes_max) const {
  const auto entries = [&](size_t entry_size) {
    return static_cast<size_t>(std::max<int64_t>(index_bytes_max, 0)) / entry_size;
  };
  // One time entry is kept free for the one that sealing adds.
  return offsets_.count() >= entries(OffsetIndexEntry::kSize) ||
         times_.count() + 1 >= entries(TimeIndexEntry::kSize);
}

bool Segment::indexes_unfinished() const {
  const auto last = times_.last();
  return offsets_.is_behind() || times_.is_behind() || transactions_.is_behind() ||
         largest_timestamp_.load() > (last ? last->timestamp : -1);
}

Result<void> Segment::finish_indexes() {
  add_time_entry();
  auto flushed = offsets_.flush();
  if (flushed) flushed = times_.flush();
  if (flushed) flushed = transactions_.flush();
  if (!flushed) {
    // Half an index would be believed; a missing one is made anew.
    (void)fs_.remove(offsets_.path()).has_value();
    (void)fs_.remove(times_.path()).has_value();
    offsets_.shrink(0);
    times_.shrink(0);
    // Unlike these two it is not only a short cut: what is in memory stays.
    transactions_.remove_file();
  }
  return flushed;
}

Result<std::shared_ptr<Segment>> Segment::sealed() const {
  auto copy = std::make_shared<Segment>(fs_, directory_, base_, created_ms_, file_, size());
  copy->first_timestamp_ = first_timestamp_;
  copy->largest_timestamp_ = largest_timestamp_.load();
  copy->largest_timestamp_offset_ = largest_timestamp_offset_.load();
  MILL_CHECK(copy->offsets_.attach());
  MILL_CHECK(copy->times_.attach());
  MILL_CHECK(copy->transactions_.attach(base_, Offset(INT64_MAX)));
  return copy;
}

std::shared_ptr<Segment> Segment::renamed() const {
  // Opened anew so that errors name the file as it is called now; the old handle would do as well.
  auto file =
      fs_.open(io::join(directory_, segment_file_name(base_, ".log")), io::OpenMode::read_write);
  auto copy = std::make_shared<Segment>(fs_, directory_, base_, created_ms_,
                                        file ? *std::move(file) : file_, size());
  copy->first_timestamp_ = first_timestamp_;
  copy->largest_timestamp_ = largest_timestamp_.load();
  copy->largest_timestamp_offset_ = largest_timestamp_offset_.load();
  copy->offsets_.attach_known(offsets_.count());
  copy->times_.attach_known(times_.count());
  copy->transactions_.attach_known(transactions_.count());
  return copy;
}

Result<void> Segment::pin_indexes() {
  MILL_CHECK(offsets_.pin());
  MILL_CHECK(times_.pin());
  return transactions_.pin();
}

int64_t Segment::index_bytes() const {
  return static_cast<int64_t>(
      std::max(offsets_.count() * OffsetIndexEntry::kSize, times_.count() * TimeIndexEntry::kSize));
}

Result<void> Segment::sync() {
  MILL_CHECK(file_->sync());
  MILL_CHECK(offsets_.sync());
  MILL_CHECK(times_.sync());
  return transactions_.sync();
}

Result<void> Segment::remove_files() {
  for (const std::string_view suffix : {".log", ".index", ".timeindex", ".txnindex", ".snapshot"}) {
    const std::string path = io::join(directory_, segment_file_name(base_, suffix));
    MILL_TRY(const bool exists, fs_.exists(path));
    if (exists) MILL_CHECK(fs_.remove(path));
  }
  return {};
}

}  // namespace millrace::storage
