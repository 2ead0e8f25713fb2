// How far a long transfer has come: one line on the terminal that is written over.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace millrace::server {

/// Shows nothing where standard error is no terminal, nor in the first second. One thread.
class Progress {
 public:
  /// `total_bytes`, where known, gives a bar and a share. Beside lines on standard output
  /// (`has_output`) nothing is shown where that is a terminal too.
  Progress(std::optional<uint64_t> total_bytes, bool has_output);
  /// Takes the line away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add(int64_t records, size_t bytes);

  /// Of what a descriptor still has to give; nothing for what is no file.
  static std::optional<uint64_t> size_of_file(int descriptor);

 private:
  void show();

  const std::optional<uint64_t> total_bytes_;
  const bool is_shown_;
  const std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::time_point next_show_;
  int64_t records_ = 0;
  uint64_t bytes_ = 0;
  bool has_line_ = false;
};

}  // namespace millrace::server
