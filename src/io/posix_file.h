// A file of the operating system.
#pragma once

#include <string>
#include <utility>

#include "io/file_system.h"

namespace millrace::io {

/// Owns a descriptor. Interrupted and short calls are continued, so a caller sees all or an error.
class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override;
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Result<size_t> read_at(Position from, std::span<std::byte> into) const override;
  Result<void> write_at(Position at, std::span<const ByteView> parts) override;
  Result<void> sync() override;
  Result<void> truncate(int64_t size) override;
  Result<int64_t> size() const override;
  int descriptor() const override { return descriptor_; }
  const std::string& path() const override { return path_; }

 private:
  const int descriptor_;
  const std::string path_;
};

}  // namespace millrace::io
