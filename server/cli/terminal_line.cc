#include "cli/terminal_line.h"

#include <unistd.h>

#include <cstdio>

namespace millrace::server {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirst{1'000};
constexpr std::chrono::milliseconds kInterval{200};

}  // namespace

TerminalLine::TerminalLine(bool has_output)
    : is_shown_(::isatty(STDERR_FILENO) == 1 && !(has_output && ::isatty(STDOUT_FILENO) == 1)),
      next_(steady_clock::now() + kFirst) {}

TerminalLine::~TerminalLine() {
  if (has_line_) std::fputs("\r\x1b[K", stderr);
}

void TerminalLine::show(const std::string& line) {
  if (!is_due()) return;
  std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
  std::fflush(stderr);
  has_line_ = true;
  next_ = steady_clock::now() + kInterval;
}

}  // namespace millrace::server
