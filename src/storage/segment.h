// Segment: one stretch of a partition's log, `<base offset>.log`, with its indexes.
//
// The log file holds batches one after the other. `.index` has an entry for a batch every
// index.interval.bytes, so a lookup is a binary search and a short walk. A crash may leave indexes
// behind the log or wrong: they are caches, checked when opened and made anew from the log.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "base/try.h"
#include "io/file_system.h"
#include "millrace/result.h"
#include "storage/header_walk.h"
#include "storage/index_file.h"
#include "storage/transaction_index.h"

namespace millrace::storage {

/// "00000000000000000042.log" for 42 and ".log".
std::string segment_file_name(Offset base, std::string_view suffix);
/// The base offset in a name with that suffix, or nothing.
std::optional<Offset> parse_segment_file_name(std::string_view name, std::string_view suffix);

struct TimestampOffset;

/// An active segment grows: one writer at a time (the log's mutex) calls write and account, readers
/// go up to a size they were told. A sealed one does not change; its indexes stay in their files.
class Segment {
 public:
  /// A new, empty segment; leftovers under its names are emptied. Its names, which all end with
  /// `suffix`, are not yet durable.
  static Result<std::shared_ptr<Segment>> create(io::FileSystem& fs, const std::string& directory,
                                                 Offset base, int64_t now_ms,
                                                 std::string_view suffix = {});
  /// An existing log file as long as it is, with empty indexes: attach or rebuild them next.
  static Result<std::shared_ptr<Segment>> open(io::FileSystem& fs, const std::string& directory,
                                               Offset base, int64_t now_ms);
  /// One that another process writes, for finding offsets as far as its index says and walking on
  /// from there. Its size is the one of now.
  static Result<std::shared_ptr<Segment>> open_to_read(io::FileSystem& fs,
                                                       const std::string& directory, Offset base,
                                                       std::string_view suffix);
  Segment(io::FileSystem& fs, const std::string& directory, Offset base, int64_t now_ms,
          std::shared_ptr<io::File> file, int64_t size, std::string_view suffix = {});

  Offset base_offset() const { return base_; }
  int64_t size() const { return size_.load(std::memory_order_acquire); }
  const std::shared_ptr<io::File>& file() const { return file_; }
  /// The largest timestamp of its records, -1 where none has one.
  int64_t largest_timestamp() const { return largest_timestamp_.load(); }
  /// When it began, for segment.ms and retention of records without timestamps.
  int64_t created_ms() const { return created_ms_; }
  /// The first batch's largest timestamp, or -1.
  int64_t first_timestamp() const { return first_timestamp_; }

  // Writing, and only for the active segment.

  Result<void> write(std::span<const ByteView> parts) {
    return file_->write_at(Position(size()), parts);
  }
  /// Enters a batch that was written at the end: size and indexes.
  void account(Offset last_offset, int64_t size, int64_t max_timestamp, int64_t index_interval);
  /// Enters a transaction whose abort marker is in this segment.
  void add_aborted(const EndedTransaction& aborted) { transactions_.append(aborted); }
  void add_aborted(const AbortedTransaction& aborted) { transactions_.append(aborted); }
  /// Has the file name them all now, for who reads it in another process.
  Result<void> write_aborted() { return transactions_.flush(); }
  /// No further entry fits segment.index.bytes.
  bool indexes_full(int64_t index_bytes_max) const;
  /// Enters the largest timestamp in the time index and brings the index files up to date. Where
  /// that fails they are removed, to be made anew at the next start.
  Result<void> finish_indexes();
  /// finish_indexes would change a file.
  bool indexes_unfinished() const;
  /// The same segment with its indexes left in their files.
  Result<std::shared_ptr<Segment>> sealed() const;
  /// The same after all its files, complete and with a suffix, lost that suffix.
  std::shared_ptr<Segment> renamed() const;
  /// Lookups go on undisturbed when other files take the names of this segment's.
  Result<void> pin_indexes();
  Result<void> sync();

  // Opening.

  /// Takes the index files as they are. False where they are missing or cannot belong to this log.
  Result<bool> attach_indexes(Offset next_base);
  /// As attach, into memory to go on appending; then walks the batches behind the last entry. False
  /// where the batches do not end with the file.
  Result<bool> load_indexes(Offset& end_offset);
  /// Makes the indexes anew from the batches' headers; corrupt_message where these are wrong.
  Result<void> rebuild_indexes(int64_t index_interval, Offset& end_offset);
  void reset_indexes();
  /// Takes the transaction index as it is, into memory for the active segment. False where it
  /// cannot belong to this log; then it is empty, to be filled by add_aborted.
  Result<bool> attach_transactions(Offset next_base, bool is_active);
  /// Makes the file of a sealed segment hold what add_aborted entered; durable but for its name.
  Result<void> finish_transactions() {
    MILL_CHECK(transactions_.flush());
    return transactions_.sync();
  }
  void reset_transactions() { transactions_.reset(); }
  Result<void> remove_files();

  // Reading, from any thread.

  /// The first batch with a record at or after `offset`, of those ending by `limit`.
  Result<std::optional<BatchPlace>> find(Offset offset, int64_t limit) const;
  /// A place from where walking meets that batch; `back` index entries earlier.
  Position start_for(Offset offset, size_t back = 0) const;
  /// The first record with a timestamp not below and an offset in [from, up_to).
  Result<std::optional<TimestampOffset>> find_timestamp(int64_t timestamp, Offset from,
                                                        Offset up_to, int64_t limit) const;
  /// The first record that has the largest timestamp.
  Result<std::optional<TimestampOffset>> find_largest_timestamp(Offset from, int64_t limit) const;
  Result<Bytes> read_batch(const BatchPlace& place) const;
  /// The larger of its two indexes, as files.
  int64_t index_bytes() const;
  /// An offset that no record in front of `position` reaches, by the index; nothing where no entry
  /// is so far.
  std::optional<Offset> offset_bound(int64_t position) const;
  const TransactionIndex& transactions() const { return transactions_; }

 private:
  void note_timestamp(int64_t timestamp, Offset last_offset);
  void add_time_entry();
  Result<std::optional<BatchPlace>> walk_to(Position start, Offset offset, int64_t limit) const;

  io::FileSystem& fs_;
  const std::string directory_;
  const Offset base_;
  const int64_t created_ms_;
  const std::shared_ptr<io::File> file_;
  std::atomic<int64_t> size_;
  OffsetIndex offsets_;
  TimeIndex times_;
  TransactionIndex transactions_;
  int64_t bytes_since_entry_ = 0;
  int64_t first_timestamp_ = -1;
  std::atomic<int64_t> largest_timestamp_ = -1;
  /// The last offset of the batch that has it.
  std::atomic<int64_t> largest_timestamp_offset_ = -1;
};

}  // namespace millrace::storage
