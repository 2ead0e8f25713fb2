#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "io/file_system.h"
#include "io/posix_file.h"
#include "io/posix_mapping.h"

namespace millrace::io {
namespace {

int open_flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::read: return O_RDONLY;
    case OpenMode::read_write: return O_RDWR;
    case OpenMode::create: return O_RDWR | O_CREAT;
    case OpenMode::create_exclusive: return O_RDWR | O_CREAT | O_EXCL;
    case OpenMode::truncate: return O_RDWR | O_CREAT | O_TRUNC;
  }
  return O_RDONLY;
}

Result<std::shared_ptr<PosixFile>> open_posix(const std::string& path, int flags) {
  for (;;) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (descriptor >= 0) return std::make_shared<PosixFile>(descriptor, path);
    if (errno != EINTR) return io_error(errno, "open", path);
  }
}

// What a lock covers does not matter as long as all mean the same.
struct flock whole_file(short type) {
  struct flock range{};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  return range;
}

// Two locks in one. flock has always kept a second broker of ours out; the record lock can be
// looked at without being taken, and is the kind that Apache Kafka holds on the same file. It
// belongs to the open file, so that closing another descriptor does not drop it. False where
// somebody else has one of them.
Result<bool> take_locks(const PosixFile& file) {
  if (::flock(file.descriptor(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    return io_error(errno, "flock", file.path());
  }
  struct flock range = whole_file(F_WRLCK);
  if (::fcntl(file.descriptor(), F_OFD_SETLK, &range) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  return io_error(errno, "fcntl", file.path());
}

// The kernel drops the locks when the last descriptor of the open file is closed, kill -9 included.
class FileLock final : public DirectoryLock {
 public:
  explicit FileLock(std::shared_ptr<PosixFile> file) : file_(std::move(file)) {}

 private:
  std::shared_ptr<PosixFile> file_;
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) override {
    MILL_TRY(auto file, open_posix(path, open_flags(mode)));
    return std::shared_ptr<File>(std::move(file));
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return io_error(errno, "rename", from);
    return {};
  }

  Result<void> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return io_error(errno, "unlink", path);
    return {};
  }

  Result<void> remove_all(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) return io_error(error.value(), "remove", path);
    return {};
  }

  Result<void> create_directories(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return io_error(error.value(), "mkdir", path);
    return {};
  }

  Result<std::vector<DirectoryEntry>> list(const std::string& path) override {
    std::error_code error;
    std::filesystem::directory_iterator at(path, error);
    std::vector<DirectoryEntry> entries;
    while (!error && at != std::filesystem::directory_iterator()) {
      std::error_code unknown;
      entries.push_back({at->path().filename().string(), at->is_directory(unknown)});
      at.increment(error);
    }
    if (error) return io_error(error.value(), "list", path);
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return entries;
  }

  Result<bool> exists(const std::string& path) override {
    struct stat info{};
    if (::stat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return io_error(errno, "stat", path);
  }

  Result<void> sync_directory(const std::string& path) override {
    MILL_TRY(const auto directory, open_posix(path, O_RDONLY | O_DIRECTORY));
    if (::fsync(directory->descriptor()) != 0) return io_error(errno, "fsync", path);
    return {};
  }

  Result<VolumeSpace> volume_space(const std::string& path) override {
    struct statvfs info{};
    if (::statvfs(path.c_str(), &info) != 0) return io_error(errno, "statvfs", path);
    const auto block = static_cast<int64_t>(info.f_frsize);
    return VolumeSpace{.total = block * static_cast<int64_t>(info.f_blocks),
                       .usable = block * static_cast<int64_t>(info.f_bavail)};
  }

  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override {
    MILL_TRY(auto file, open_posix(path, O_RDWR | O_CREAT));
    MILL_TRY(const bool is_free, take_locks(*file));
    if (!is_free) {
      Bytes pid(32);
      const auto count = file->read_at(Position(0), pid);
      const std::string holder(trim(as_text(ByteView(pid).first(count ? *count : 0))));
      return Error(
          std::error_code(EWOULDBLOCK, std::generic_category()),
          cat(path, ": locked by the running process ", holder.empty() ? "of unknown pid" : holder,
              "; stop it or choose another directory"));
    }
    MILL_CHECK(file->truncate(0));
    MILL_CHECK(static_cast<File&>(*file).write_at(Position(0), as_bytes(cat(::getpid(), "\n"))));
    return std::unique_ptr<DirectoryLock>(std::make_unique<FileLock>(std::move(file)));
  }

  Result<bool> is_locked(const std::string& path) override {
    MILL_TRY(const auto file, open_posix(path, O_RDONLY));
    struct flock range = whole_file(F_WRLCK);
    if (::fcntl(file->descriptor(), F_OFD_GETLK, &range) != 0) {
      return io_error(errno, "fcntl", path);
    }
    return range.l_type != F_UNLCK;
  }

  Result<std::shared_ptr<Mapping>> map(const std::string& path, FileRange range,
                                       MapMode mode) override {
    const bool is_written = mode == MapMode::read_write;
    MILL_TRY(auto file, open_posix(path, is_written ? O_RDWR | O_CREAT : O_RDONLY));
    return is_written ? map_to_write(std::move(file), range) : map_to_read(std::move(file), range);
  }
};

}  // namespace

std::unique_ptr<FileSystem> make_posix_file_system() { return std::make_unique<PosixFileSystem>(); }

}  // namespace millrace::io
