#include "io/posix_file.h"

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace millrace::io {
namespace {

// Well below IOV_MAX (1024), so that the array stays on the stack.
constexpr size_t kPartsPerCall = 64;

}  // namespace

PosixFile::~PosixFile() { ::close(descriptor_); }

Result<size_t> PosixFile::read_at(Position from, std::span<std::byte> into) const {
  size_t done = 0;
  while (done < into.size()) {
    const ssize_t count = ::pread(descriptor_, into.data() + done, into.size() - done,
                                  from.value() + static_cast<int64_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error(errno, "pread", path_);
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  return done;
}

Result<void> PosixFile::write_at(Position at, std::span<const ByteView> parts) {
  int64_t position = at.value();
  size_t next = 0;     // the first part that is not wholly written
  size_t written = 0;  // bytes of it that are
  while (next < parts.size()) {
    std::array<iovec, kPartsPerCall> vectors;
    size_t count = 0;
    for (size_t i = next; i < parts.size() && count < vectors.size(); ++i) {
      const ByteView rest = i == next ? parts[i].subspan(written) : parts[i];
      if (rest.empty()) continue;
      // pwritev takes a pointer to mutable bytes but does not change them.
      vectors[count++] = {const_cast<std::byte*>(rest.data()), rest.size()};
    }
    if (count == 0) break;
    const ssize_t result =
        ::pwritev(descriptor_, vectors.data(), static_cast<int>(count), position);
    if (result < 0 && errno == EINTR) continue;
    if (result < 0) return io_error(errno, "pwritev", path_);
    if (result == 0) return io_error(EIO, "pwritev", path_);
    position += result;
    written += static_cast<size_t>(result);
    while (next < parts.size() && written >= parts[next].size()) {
      written -= parts[next++].size();
    }
  }
  return {};
}

Result<void> PosixFile::sync() {
  // Not repeated on EINTR or anything else: a failed fdatasync may have dropped the dirty pages.
  if (::fdatasync(descriptor_) != 0) return io_error(errno, "fdatasync", path_);
  return {};
}

Result<void> PosixFile::truncate(int64_t size) {
  while (::ftruncate(descriptor_, size) != 0) {
    if (errno != EINTR) return io_error(errno, "ftruncate", path_);
  }
  return {};
}

Result<int64_t> PosixFile::size() const {
  struct stat info{};
  if (::fstat(descriptor_, &info) != 0) return io_error(errno, "fstat", path_);
  return static_cast<int64_t>(info.st_size);
}

}  // namespace millrace::io
