// The file system as a seam: the real one, one in memory, and one that fails and loses power on
// demand.
//
// Storage sees files only through these two interfaces. Errors carry errno in std::generic_category
// and name the path.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "millrace/result.h"

namespace millrace::io {

/// An open file. Positioned reads and writes from any thread; writers of one range must not
/// overlap. Closed by the destructor, which does not sync.
class File {
 public:
  virtual ~File() = default;

  /// Reads until `into` is full or the file ends; answers the bytes read.
  virtual Result<size_t> read_at(Position from, std::span<std::byte> into) const = 0;

  /// Writes all parts one after the other, or fails; after a failure any prefix may have been
  /// written.
  virtual Result<void> write_at(Position at, std::span<const ByteView> parts) = 0;
  Result<void> write_at(Position at, ByteView bytes) { return write_at(at, std::span(&bytes, 1)); }

  /// Makes contents and size durable (fdatasync). After a failure nothing written since the last
  /// success is.
  virtual Result<void> sync() = 0;

  virtual Result<void> truncate(int64_t size) = 0;
  virtual Result<int64_t> size() const = 0;

  /// The descriptor for sendfile and friends, or -1 where there is none.
  virtual int descriptor() const { return -1; }

  virtual const std::string& path() const = 0;
};

enum class OpenMode {
  read,              // must exist
  read_write,        // must exist
  create,            // read and write, made when absent, kept when present
  create_exclusive,  // read and write, must be absent
  truncate,          // read and write, made when absent, emptied when present
};

/// A range of a file as memory, shared with all who map it, in any process. The destructor unmaps
/// it.
class Mapping {
 public:
  explicit Mapping(std::span<std::byte> bytes) : bytes_(bytes) {}
  virtual ~Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  /// One that was made to be read must not be written.
  std::span<std::byte> bytes() const { return bytes_; }
  /// Makes the file's contents durable.
  virtual Result<void> sync() = 0;

 private:
  const std::span<std::byte> bytes_;
};

enum class MapMode {
  read,        // the file must exist and have the whole range
  read_write,  // the file is made where there is none, and grown with its blocks taken
};

struct FileRange {
  /// A multiple of 64 KiB.
  Position from;
  int64_t size = 0;
};

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
};

/// Holds a directory's lock file until destroyed.
class DirectoryLock {
 public:
  virtual ~DirectoryLock() = default;
};

/// Bytes; -1 where the file system cannot tell.
struct VolumeSpace {
  int64_t total = -1;
  /// What a process without privileges may still take.
  int64_t usable = -1;
};

/// Safe from any thread. Names become durable by sync_directory of the directory that holds them.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  /// Replaces `to` atomically.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  /// Fails with ENOENT where there is none.
  virtual Result<void> remove(const std::string& path) = 0;
  /// A directory with all it holds; success where there is none.
  virtual Result<void> remove_all(const std::string& path) = 0;
  virtual Result<void> create_directories(const std::string& path) = 0;
  /// Sorted by name.
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& path) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  virtual Result<void> sync_directory(const std::string& path) = 0;
  /// Of the volume that holds `path`.
  virtual Result<VolumeSpace> volume_space(const std::string& /*path*/) { return VolumeSpace{}; }
  /// Takes `path` as a lock file (pid inside); an error names the holder's pid.
  virtual Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) = 0;
  /// Whether anybody holds it, in any process. Takes nothing, so it is in nobody's way.
  virtual Result<bool> is_locked(const std::string& path);
  /// operation_not_supported where memory and file cannot be one; for writing also where a store
  /// could meet a full disk, which would end the process.
  virtual Result<std::shared_ptr<Mapping>> map(const std::string& path, FileRange range,
                                               MapMode mode);
};

/// The whole file; refuses one of more than `size_max` bytes.
Result<Bytes> read_file(FileSystem& fs, const std::string& path, int64_t size_max);
/// Writes `path`.tmp, syncs it and renames it over `path`: after a crash old or new contents, new
/// ones for certain once the directory was synced.
Result<void> write_beside(FileSystem& fs, const std::string& path, ByteView contents);
/// write_beside and the directory's sync.
Result<void> replace_file(FileSystem& fs, const std::string& path, ByteView contents);
/// "dir/name".
std::string join(std::string_view dir, std::string_view name);

/// errno as an Error that names the call and the path.
Error io_error(int error_number, std::string_view call, std::string_view path);

std::unique_ptr<FileSystem> make_posix_file_system();

}  // namespace millrace::io
