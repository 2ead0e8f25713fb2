#include "cli/progress.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "cli/progress_line.h"

namespace millrace::server {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirst{1'000};
constexpr std::chrono::milliseconds kInterval{200};

}  // namespace

Progress::Progress(std::optional<uint64_t> total_bytes, bool has_output)
    : total_bytes_(total_bytes),
      is_shown_(::isatty(STDERR_FILENO) == 1 && !(has_output && ::isatty(STDOUT_FILENO) == 1)),
      begun_(steady_clock::now()),
      next_show_(begun_ + kFirst) {}

Progress::~Progress() {
  if (has_line_) std::fputs("\r\x1b[K", stderr);
}

void Progress::add(int64_t records, size_t bytes) {
  records_ += records;
  bytes_ += bytes;
  if (is_shown_ && steady_clock::now() >= next_show_) show();
}

void Progress::show() {
  const auto now = steady_clock::now();
  const std::chrono::duration<double> taken = now - begun_;
  const std::string line = progress_line({.records = records_,
                                          .bytes = bytes_,
                                          .total_bytes = total_bytes_,
                                          .seconds = taken.count()});
  std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
  std::fflush(stderr);
  has_line_ = true;
  next_show_ = now + kInterval;
}

std::optional<uint64_t> Progress::size_of_file(int descriptor) {
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const auto at = std::max<off_t>(::lseek(descriptor, 0, SEEK_CUR), 0);
  return static_cast<uint64_t>(std::max<off_t>(status.st_size - at, 0));
}

}  // namespace millrace::server
