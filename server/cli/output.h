// Standard output for data: buffered, and aware of a reader that went away.
#pragma once

#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::server {

/// SIGPIPE is ignored from the first Output on, so that `millrace consume | head` can still leave
/// its group and commit.
class Output {
 public:
  Output();

  /// Collects; writes when a good deal has come together.
  void write(std::string_view text);
  /// Everything is with the operating system, or the reader is gone (`is_closed`). An error is one
  /// of writing, for instance a full disk.
  Result<void> flush();
  /// The reader is gone; nothing that is written arrives anywhere.
  bool is_closed() const { return closed_; }

 private:
  std::string buffer_;
  bool closed_ = false;
  int error_ = 0;

  void write_out();
};

/// Writes `text` and flushes; kExitFailure with a line on stderr where that fails.
int print(std::string_view text);

}  // namespace millrace::server
