// `.txnindex`: the aborted transactions whose markers stand in a segment, which read_committed
// fetches name to clients. Format: docs/formats/storage.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/strong.h"
#include "io/file_system.h"
#include "millrace/result.h"
#include "storage/index_file.h"
#include "storage/producer_state.h"

namespace millrace::storage {

/// Where the last segment ends, as far as anybody knows.
inline constexpr Offset kNoNextBase{INT64_MAX};

/// A transaction that ended with an abort marker at `last_offset`.
struct AbortedTransaction {
  static constexpr size_t kSize = 2 + 8 + 8 + 8 + 8;
  ProducerId producer_id;
  Offset first_offset;
  Offset last_offset;
  /// Below it every transaction had ended when the marker was written: no later entry concerns
  /// records below.
  Offset last_stable_offset;

  int64_t key() const { return last_offset.value(); }
  void encode(std::byte* to) const;
  static AbortedTransaction decode(const std::byte* from);
  bool operator==(const AbortedTransaction&) const = default;
};

/// Markers ascend. One writer at a time; any thread may collect meanwhile. Most segments have no
/// such transaction, and no file.
class TransactionIndex {
 public:
  TransactionIndex(io::FileSystem& fs, std::string path) : fs_(fs), index_(fs, std::move(path)) {}

  bool empty() const { return index_.empty(); }
  size_t count() const { return index_.count(); }
  void append(const AbortedTransaction& aborted) { index_.append(aborted); }
  void append(const EndedTransaction& aborted) {
    index_.append({.producer_id = aborted.producer_id,
                   .first_offset = aborted.first_offset,
                   .last_offset = aborted.last_offset,
                   .last_stable_offset = aborted.last_stable_offset});
  }

  /// Adds the transactions that reach into [from, up_to) to `found`. True where no entry of a later
  /// segment can.
  Result<bool> collect(Offset from, Offset up_to, std::vector<AbortedTransaction>& found) const;

  /// Brings the file up to what is in memory; without entries there is none.
  Result<void> flush();
  /// The entries stay; the next flush writes them all.
  void remove_file() {
    (void)fs_.remove(index_.path()).has_value();
    index_.forget_file();
  }
  Result<void> sync() const { return index_.sync(); }
  bool is_behind() const { return !empty() && index_.is_behind(); }
  /// Forgets what there was; the next flush writes or removes the file.
  void reset() { index_.reset(); }

  /// Uses the file's entries where they are. False where they cannot be those of markers within
  /// [base, next_base).
  Result<bool> attach(Offset base, Offset next_base);
  /// As IndexFile's; without entries there may be no file.
  void attach_known(size_t count) {
    if (count > 0) index_.attach_known(count);
  }
  Result<void> pin() { return empty() ? Result<void>() : index_.pin(); }
  /// Takes the file's entries into memory, to append more.
  Result<void> load();

 private:
  Result<bool> file_exists() const { return fs_.exists(index_.path()); }

  io::FileSystem& fs_;
  IndexFile<AbortedTransaction> index_;
};

}  // namespace millrace::storage
