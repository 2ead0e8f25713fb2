// A file system in memory: for topics that are never written to disk, and for tests.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "io/file_system.h"

namespace millrace::io {

/// Contents of one file in blocks, so that growing never copies. Safe from any thread; removed
/// files live as long as somebody holds them.
class MemoryFile final : public File {
 public:
  explicit MemoryFile(std::string path) : path_(std::move(path)) {}

  Result<size_t> read_at(Position from, std::span<std::byte> into) const override;
  Result<void> write_at(Position at, std::span<const ByteView> parts) override;
  Result<void> sync() override { return {}; }
  Result<void> truncate(int64_t size) override;
  Result<int64_t> size() const override;
  const std::string& path() const override { return path_; }

 private:
  void resize(size_t size);

  const std::string path_;
  mutable std::shared_mutex mutex_;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  size_t size_ = 0;
};

/// Nothing of it survives the process; sync does nothing. Paths are compared as text after empty
/// components are dropped.
class MemoryFileSystem final : public FileSystem {
 public:
  Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> remove_all(const std::string& path) override;
  Result<void> create_directories(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override;

 private:
  std::shared_mutex mutex_;
  /// Full path to file; nothing stands for a directory.
  std::map<std::string, std::shared_ptr<MemoryFile>> nodes_;
};

/// "a/b" for "/a//b/": how the file systems in memory compare paths.
std::string normal_path(const std::string& path);
/// Of a normal path; empty for what lies in the root.
std::string parent_of(const std::string& path);

}  // namespace millrace::io
