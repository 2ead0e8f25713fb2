// LogReader: the files of one partition, read while another process writes, removes and replaces
// them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "io/file_system.h"
#include "millrace/result.h"
#include "storage/published_slot.h"
#include "storage/transaction_index.h"

namespace millrace::storage {

class Segment;

/// Knows the names of the files and holds the segment open that was read last; opened files stay
/// readable whatever becomes of their names. The caller says which version of the files to go by,
/// and believes an answer only if that was still the version afterwards: names that come and go
/// while they are listed can hide a segment. Used by one thread.
class LogReader {
 public:
  struct Limits {
    /// Published, so everything below is in the files.
    Offset up_to;
    /// One batch is answered even if it is larger.
    int64_t bytes_max = 0;
  };
  /// Whole batches below the limit with right checksums, or none.
  struct Piece {
    SharedBytes batches;
    /// Behind the last of them; without any where the read began.
    Offset next_offset;
  };

  LogReader(io::FileSystem& fs, std::string directory)
      : fs_(fs), directory_(std::move(directory)) {}

  /// What is known of the files is forgotten where it is of another version.
  void expect(const FilesVersion& version);
  void forget();
  const FilesVersion& version() const { return version_; }
  /// Of the files that are known; 0 where none are.
  Offset first_offset() const { return files_.empty() ? Offset(0) : files_.front().base; }

  /// Goes on where the last answer ended, in the file it was read from, whatever became of its
  /// name. Nothing where `from` is not there or there is nothing more.
  std::optional<Piece> read_on(Offset from, const Limits& limits);

  /// From the batch that contains `from` on, or from the next one where that was removed.
  /// offset_out_of_range in front of the first segment; corrupt_message; the system's errors.
  Result<Piece> read(Offset from, const Limits& limits);
  /// Those with records in [from, up_to), by their ends.
  Result<std::vector<AbortedTransaction>> aborted_transactions(Offset from, Offset up_to);

 private:
  struct LogFile {
    Offset base;
    /// Of a cleaned segment on its way in; all its files have it until they lose it.
    std::string_view suffix;
  };

  Result<void> list();
  /// The last file that begins at or before `offset`; offset_out_of_range.
  Result<size_t> file_of(Offset offset) const;
  /// To read from that offset on.
  Result<void> open(const LogFile& file, Offset from);
  Result<Position> position_of(Offset from, int64_t size) const;
  /// Reads the open segment.
  Result<Piece> read_segment(Offset from, const Limits& limits);
  Result<Piece> read_at(Position at, int64_t size, Offset from, const Limits& limits) const;

  io::FileSystem& fs_;
  const std::string directory_;
  FilesVersion version_;
  std::vector<LogFile> files_;

  std::shared_ptr<Segment> segment_;
  /// Where the last answer ended in it.
  Offset next_offset_{-1};
  Position next_position_;
};

}  // namespace millrace::storage
