// How far a long transfer has come: one line on the terminal that is written over.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "cli/terminal_line.h"

namespace millrace::server {

/// Shown as a TerminalLine is. One thread.
class Progress {
 public:
  /// `total_bytes`, where known, gives a bar and a share. `has_output` as TerminalLine.
  Progress(std::optional<uint64_t> total_bytes, bool has_output);

  void add(int64_t records, size_t bytes);

  /// Of what a descriptor still has to give; nothing for what is no file.
  static std::optional<uint64_t> size_of_file(int descriptor);

 private:
  const std::optional<uint64_t> total_bytes_;
  const std::chrono::steady_clock::time_point begun_;
  TerminalLine line_;
  int64_t records_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace millrace::server
