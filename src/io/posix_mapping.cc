#include "io/posix_mapping.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/text.h"
#include "base/try.h"

namespace millrace::io {
namespace {

class PosixMapping final : public Mapping {
 public:
  PosixMapping(std::shared_ptr<PosixFile> file, std::span<std::byte> bytes)
      : Mapping(bytes), file_(std::move(file)) {}
  ~PosixMapping() override { ::munmap(bytes().data(), bytes().size()); }

  Result<void> sync() override { return file_->sync(); }

 private:
  const std::shared_ptr<PosixFile> file_;
};

/// Where a block that was taken once is written in place for ever. A file system that writes to new
/// blocks instead, as btrfs and zfs do, may find the disk full at any store, and a store has no
/// other way to fail than SIGBUS. What lies below an overlay is not seen; container runtimes put it
/// on one of the others.
bool keeps_blocks(int64_t file_system) {
  constexpr auto kKnown = std::to_array<int64_t>(
      {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, TMPFS_MAGIC, OVERLAYFS_SUPER_MAGIC});
  return std::ranges::find(kKnown, file_system) != kKnown.end();
}

Result<std::shared_ptr<Mapping>> map_shared(std::shared_ptr<PosixFile> file, FileRange range,
                                            int protection) {
  const auto size = static_cast<size_t>(range.size);
  void* const at =
      ::mmap(nullptr, size, protection, MAP_SHARED, file->descriptor(), range.from.value());
  if (at == MAP_FAILED) return io_error(errno, "mmap", file->path());
  return std::shared_ptr<Mapping>(std::make_shared<PosixMapping>(
      std::move(file), std::span(static_cast<std::byte*>(at), size)));
}

}  // namespace

Result<std::shared_ptr<Mapping>> map_to_read(std::shared_ptr<PosixFile> file, FileRange range) {
  MILL_TRY(const int64_t size, file->size());
  // Memory behind a file's end cannot be read.
  if (size < range.from.value() + range.size) return io_error(ENXIO, "mmap", file->path());
  return map_shared(std::move(file), range, PROT_READ);
}

Result<std::shared_ptr<Mapping>> map_to_write(std::shared_ptr<PosixFile> file, FileRange range) {
  struct statfs info{};
  if (::fstatfs(file->descriptor(), &info) != 0) return io_error(errno, "statfs", file->path());
  if (!keeps_blocks(static_cast<int64_t>(info.f_type))) {
    return io_error(EOPNOTSUPP, "mmap", file->path());
  }
  for (int error = EINTR; error == EINTR;) {
    error = ::posix_fallocate(file->descriptor(), range.from.value(), range.size);
    if (error != 0 && error != EINTR) return io_error(error, "fallocate", file->path());
  }
  MILL_TRY(auto mapping, map_shared(std::move(file), range, PROT_READ | PROT_WRITE));
  // Not dropped under memory pressure, so that no store waits for the disk. A short cut only: a
  // process may not be allowed to.
  (void)::mlock(mapping->bytes().data(), mapping->bytes().size());
  return mapping;
}

}  // namespace millrace::io
