#include "io/disk_faults.h"

#include <cerrno>
#include <utility>

#include "base/try.h"

namespace millrace::io {

namespace {

class FailingFile final : public File {
 public:
  FailingFile(std::shared_ptr<File> inner, std::shared_ptr<DiskFaults> faults)
      : inner_(std::move(inner)), faults_(std::move(faults)) {}

  Result<size_t> read_at(Position from, std::span<std::byte> into) const override {
    return inner_->read_at(from, into);
  }
  Result<void> write_at(Position at, std::span<const ByteView> parts) override {
    MILL_CHECK(faults_->on_write("pwritev", path()));
    return inner_->write_at(at, parts);
  }
  Result<void> sync() override {
    MILL_CHECK(faults_->on_sync("fdatasync", path()));
    return inner_->sync();
  }
  Result<void> truncate(int64_t size) override { return inner_->truncate(size); }
  Result<int64_t> size() const override { return inner_->size(); }
  int descriptor() const override { return inner_->descriptor(); }
  const std::string& path() const override { return inner_->path(); }

 private:
  const std::shared_ptr<File> inner_;
  const std::shared_ptr<DiskFaults> faults_;
};

class FailingFileSystem final : public FileSystem {
 public:
  FailingFileSystem(std::unique_ptr<FileSystem> inner, std::shared_ptr<DiskFaults> faults)
      : inner_(std::move(inner)), faults_(std::move(faults)) {}

  Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) override {
    const bool may_make = mode != OpenMode::read && mode != OpenMode::read_write;
    if (may_make && !inner_->exists(path).value_or(true)) {
      MILL_CHECK(faults_->on_making("open", path));
    }
    MILL_TRY(auto file, inner_->open(path, mode));
    return std::shared_ptr<File>(std::make_shared<FailingFile>(std::move(file), faults_));
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    return inner_->rename(from, to);
  }
  Result<void> remove(const std::string& path) override { return inner_->remove(path); }
  Result<void> remove_all(const std::string& path) override { return inner_->remove_all(path); }
  Result<void> create_directories(const std::string& path) override {
    if (!inner_->exists(path).value_or(true)) MILL_CHECK(faults_->on_making("mkdir", path));
    return inner_->create_directories(path);
  }
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override {
    return inner_->list(path);
  }
  Result<bool> exists(const std::string& path) override { return inner_->exists(path); }
  Result<void> sync_directory(const std::string& path) override {
    MILL_CHECK(faults_->on_sync("fsync", path));
    return inner_->sync_directory(path);
  }
  Result<VolumeSpace> volume_space(const std::string& path) override {
    return inner_->volume_space(path);
  }
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override {
    return inner_->lock(path);
  }

 private:
  const std::unique_ptr<FileSystem> inner_;
  const std::shared_ptr<DiskFaults> faults_;
};

}  // namespace

void DiskFaults::add(testing::DiskFault fault) {
  const MutexLock lock(mutex_);
  orders_.push_back(std::move(fault));
}

void DiskFaults::clear() {
  const MutexLock lock(mutex_);
  orders_.clear();
}

int64_t DiskFaults::met() const {
  const MutexLock lock(mutex_);
  return met_;
}

bool DiskFaults::meets(Kind kind, std::string_view path) {
  const MutexLock lock(mutex_);
  for (auto order = orders_.begin(); order != orders_.end(); ++order) {
    if (order->kind != kind || path.find(order->path_contains) == std::string_view::npos) continue;
    if (order->after > 0) {
      --order->after;
      continue;
    }
    ++met_;
    if (order->count > 0 && --order->count == 0) orders_.erase(order);
    return true;
  }
  return false;
}

Result<void> DiskFaults::on_write(std::string_view call, std::string_view path) {
  if (meets(Kind::write_fails, path)) return io_error(EIO, call, path);
  if (meets(Kind::disk_full, path)) return io_error(ENOSPC, call, path);
  return {};
}

Result<void> DiskFaults::on_sync(std::string_view call, std::string_view path) {
  if (meets(Kind::sync_fails, path)) return io_error(EIO, call, path);
  return {};
}

Result<void> DiskFaults::on_making(std::string_view call, std::string_view path) {
  if (meets(Kind::disk_full, path)) return io_error(ENOSPC, call, path);
  return {};
}

std::unique_ptr<FileSystem> with_faults(std::unique_ptr<FileSystem> inner,
                                        std::shared_ptr<DiskFaults> faults) {
  return std::make_unique<FailingFileSystem>(std::move(inner), std::move(faults));
}

}  // namespace millrace::io
