// Lines from a file descriptor, until it ends or somebody asks to stop.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::server {

/// A line longer than this is refused: no broker takes such a record.
inline constexpr size_t kLineBytesMax = size_t{64} << 20;

/// Reads ahead in blocks. One thread.
class LineReader {
 public:
  /// `stop` is asked now and then while nothing comes.
  LineReader(int descriptor, std::function<bool()> stop)
      : descriptor_(descriptor), stop_(std::move(stop)) {}

  enum class Outcome { line, end, stopped };

  /// Waits for the next line: without its end, valid until the next call. A last line without an
  /// end counts.
  Result<Outcome> next(std::string_view& line);

  /// Lines handed out, for messages.
  int64_t line_number() const { return line_number_; }

 private:
  const int descriptor_;
  const std::function<bool()> stop_;
  std::string buffer_;
  size_t consumed_ = 0;
  size_t searched_ = 0;
  bool at_end_ = false;
  int64_t line_number_ = 0;
};

}  // namespace millrace::server
