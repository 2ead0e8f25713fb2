#include "cli/progress.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "cli/progress_line.h"

namespace millrace::server {

using std::chrono::steady_clock;

Progress::Progress(std::optional<uint64_t> total_bytes, bool has_output)
    : total_bytes_(total_bytes), begun_(steady_clock::now()), line_(has_output) {}

void Progress::add(int64_t records, size_t bytes) {
  records_ += records;
  bytes_ += bytes;
  if (!line_.is_due()) return;
  const std::chrono::duration<double> taken = steady_clock::now() - begun_;
  line_.show(progress_line({.records = records_,
                            .bytes = bytes_,
                            .total_bytes = total_bytes_,
                            .seconds = taken.count()}));
}

std::optional<uint64_t> Progress::size_of_file(int descriptor) {
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const auto at = std::max<off_t>(::lseek(descriptor, 0, SEEK_CUR), 0);
  return static_cast<uint64_t>(std::max<off_t>(status.st_size - at, 0));
}

}  // namespace millrace::server
