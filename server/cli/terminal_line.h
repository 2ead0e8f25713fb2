// One line on the terminal that is written over: how far something has come.
#pragma once

#include <chrono>
#include <string>

namespace millrace::server {

/// Shows nothing where standard error is no terminal, nor in the first second, and then no more
/// than a person can read. One thread.
class TerminalLine {
 public:
  /// Beside lines on standard output (`has_output`) nothing is shown where that is a terminal too.
  explicit TerminalLine(bool has_output);
  /// Takes the line away.
  ~TerminalLine();
  TerminalLine(const TerminalLine&) = delete;
  TerminalLine& operator=(const TerminalLine&) = delete;

  /// It is time for a line.
  bool is_due() const { return is_shown_ && std::chrono::steady_clock::now() >= next_; }
  void show(const std::string& line);

 private:
  const bool is_shown_;
  std::chrono::steady_clock::time_point next_;
  bool has_line_ = false;
};

}  // namespace millrace::server
