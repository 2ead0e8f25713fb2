// What the indexes of a segment share: a file of entries of one size, keys ascending.
//
// An active segment's entries are in memory and written to the file in groups; a sealed segment's
// stay in the file and are looked up there, so that a large log costs no memory. An index is a
// cache: whatever is wrong with it, the log can make it anew.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/published.h"
#include "base/try.h"
#include "io/file_system.h"
#include "storage/stable_vector.h"

namespace millrace::storage {

/// `Entry` has kSize, encode(std::byte*), decode(const std::byte*) and key(), ascending within a
/// file. One writer at a time; any thread may look up meanwhile.
template <class Entry>
class IndexFile {
 public:
  enum class Kind : uint8_t { in_memory, in_file };

  IndexFile(io::FileSystem& fs, std::string path) : fs_(fs), path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  size_t count() const { return kind_ == Kind::in_memory ? entries_.size() : file_count_; }
  bool empty() const { return count() == 0; }

  /// The entry, or nothing where the file cannot be read.
  std::optional<Entry> at(size_t index) const {
    if (kind_ == Kind::in_memory) return entries_[index];
    const auto file = open();
    return file ? read_entry(**file, index) : std::nullopt;
  }
  std::optional<Entry> last() const {
    const size_t size = count();
    return size == 0 ? std::nullopt : at(size - 1);
  }

  /// The last entry with key <= `key`; nothing where there is none or the file cannot be read.
  std::optional<Entry> floor(int64_t key) const {
    const auto after = partition_point([key](const Entry& entry) { return entry.key() <= key; });
    return after && *after > 0 ? at(*after - 1) : std::nullopt;
  }
  /// How many entries stand in front of the first one that is not `before`; nothing where the file
  /// cannot be read. Those before stand in front of all others.
  template <class Before>
  std::optional<size_t> partition_point(Before before) const {
    if (kind_ == Kind::in_memory) {
      return search(before, [this](size_t index) { return std::optional<Entry>(entries_[index]); });
    }
    const auto file = open();
    if (!file) return std::nullopt;
    return search(before, [&](size_t index) { return read_entry(**file, index); });
  }

  /// Calls `fn` for every entry in their order until it answers false.
  template <class Fn>
  Result<void> for_each(Fn fn) const {
    if (kind_ == Kind::in_memory) {
      const size_t size = entries_.size();
      for (size_t i = 0; i < size && fn(entries_[i]);) ++i;
      return {};
    }
    MILL_TRY(const auto file, open());
    Bytes bytes(file_count_ * Entry::kSize);
    MILL_TRY(const size_t count, file->read_at(Position(0), bytes));
    bytes.resize(count);
    for (size_t at = 0; at + Entry::kSize <= bytes.size(); at += Entry::kSize) {
      if (!fn(Entry::decode(bytes.data() + at))) break;
    }
    return {};
  }

  void append(const Entry& entry) { entries_.push_back(entry); }
  /// Drops entries from `count` on; written ones at the next flush.
  void shrink(size_t count) {
    entries_.shrink(count);
    if (written_ > count) {
      written_ = count;
      cut_ = true;
    }
  }
  size_t unwritten() const { return entries_.size() - written_; }
  /// The file does not hold just what is in memory.
  bool is_behind() const { return kind_ == Kind::in_memory && (cut_ || unwritten() > 0); }

  /// The file is gone: the next flush writes all that is in memory.
  void forget_file() {
    if (kind_ == Kind::in_file) return;
    written_ = 0;
    cut_ = true;
  }

  /// Brings the file up to the entries in memory. On failure the file may be behind; the next flush
  /// tries again.
  Result<void> flush() {
    if (kind_ == Kind::in_file) return {};
    const size_t size = entries_.size();
    if (size == written_ && !cut_) return {};
    MILL_TRY(const auto file, fs_.open(path_, io::OpenMode::create));
    if (cut_) {
      MILL_CHECK(file->truncate(static_cast<int64_t>(written_ * Entry::kSize)));
      cut_ = false;
    }
    Bytes bytes((size - written_) * Entry::kSize);
    for (size_t i = written_; i < size; ++i) {
      entries_[i].encode(bytes.data() + (i - written_) * Entry::kSize);
    }
    MILL_CHECK(file->write_at(Position(static_cast<int64_t>(written_ * Entry::kSize)), bytes));
    written_ = size;
    return {};
  }

  /// The file as it will stay, durable. Call flush first. A file that retention removed meanwhile
  /// is not missed.
  Result<void> sync() const {
    auto file = fs_.open(path_, io::OpenMode::read_write);
    if (file) return (*file)->sync();
    if (file.error().is(std::errc::no_such_file_or_directory)) return {};
    return std::move(file).error();
  }

  /// Forgets what the file held and starts empty in memory; the next flush writes all.
  void reset() {
    kind_ = Kind::in_memory;
    entries_.shrink(0);
    written_ = 0;
    cut_ = true;
  }

  /// Uses the file's entries where they are. False where its size is no multiple of an entry's.
  Result<bool> attach() {
    MILL_TRY(const auto file, fs_.open(path_, io::OpenMode::read));
    MILL_TRY(const int64_t size, file->size());
    kind_ = Kind::in_file;
    file_count_ = static_cast<size_t>(size) / Entry::kSize;
    return static_cast<size_t>(size) % Entry::kSize == 0;
  }

  /// Uses a file that is known to hold `count` whole entries.
  void attach_known(size_t count) {
    kind_ = Kind::in_file;
    file_count_ = count;
  }

  /// Keeps the file open from now on, so that lookups go on when another file takes its name.
  Result<void> pin() {
    if (kind_ == Kind::in_memory) return {};
    MILL_TRY(auto file, fs_.open(path_, io::OpenMode::read));
    pinned_.store(std::move(file));
    return {};
  }

  /// Takes an attached file's entries into memory, to append more.
  Result<void> load() {
    MILL_TRY(const Bytes bytes, io::read_file(fs_, path_, kFileSizeMax));
    kind_ = Kind::in_memory;
    entries_.shrink(0);
    written_ = bytes.size() / Entry::kSize;
    cut_ = false;
    for (size_t i = 0; i < written_; ++i) {
      entries_.push_back(Entry::decode(bytes.data() + i * Entry::kSize));
    }
    return {};
  }

 private:
  static constexpr int64_t kFileSizeMax = int64_t{1} << 31;

  Result<std::shared_ptr<io::File>> open() const {
    if (auto pinned = pinned_.load()) return pinned;
    return fs_.open(path_, io::OpenMode::read);
  }

  static std::optional<Entry> read_entry(const io::File& file, size_t index) {
    std::array<std::byte, Entry::kSize> bytes;
    const auto count = file.read_at(Position(static_cast<int64_t>(index * Entry::kSize)), bytes);
    if (!count || *count != bytes.size()) return std::nullopt;
    return Entry::decode(bytes.data());
  }

  template <class Before, class Get>
  std::optional<size_t> search(Before before, Get get) const {
    size_t low = 0;
    size_t high = count();
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      const std::optional<Entry> entry = get(middle);
      if (!entry) return std::nullopt;
      if (before(*entry)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  io::FileSystem& fs_;
  const std::string path_;
  Kind kind_ = Kind::in_memory;
  StableVector<Entry> entries_;
  size_t written_ = 0;
  /// The file may hold more than `written_` entries.
  bool cut_ = false;
  size_t file_count_ = 0;
  Published<io::File> pinned_;
};

/// An entry of `.index`: the batch whose last offset is `relative_offset` above the segment's base
/// starts at `position`.
struct OffsetIndexEntry {
  static constexpr size_t kSize = 8;
  int32_t relative_offset = 0;
  int32_t position = 0;

  int64_t key() const { return relative_offset; }
  void encode(std::byte* to) const {
    store_be(to, relative_offset);
    store_be(to + 4, position);
  }
  static OffsetIndexEntry decode(const std::byte* from) {
    return {load_be<int32_t>(from), load_be<int32_t>(from + 4)};
  }
};

/// An entry of `.timeindex`: up to the batch whose last offset is `relative_offset` above the
/// segment's base no record is younger than `timestamp`, and that batch has one so young.
struct TimeIndexEntry {
  static constexpr size_t kSize = 12;
  int64_t timestamp = 0;
  int32_t relative_offset = 0;

  int64_t key() const { return timestamp; }
  void encode(std::byte* to) const {
    store_be(to, timestamp);
    store_be(to + 8, relative_offset);
  }
  static TimeIndexEntry decode(const std::byte* from) {
    return {load_be<int64_t>(from), load_be<int32_t>(from + 8)};
  }
};

using OffsetIndex = IndexFile<OffsetIndexEntry>;
using TimeIndex = IndexFile<TimeIndexEntry>;

}  // namespace millrace::storage
