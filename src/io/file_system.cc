#include "io/file_system.h"

#include <cerrno>
#include <system_error>

#include "base/text.h"
#include "base/try.h"

namespace millrace::io {

Error io_error(int error_number, std::string_view call, std::string_view path) {
  const std::error_code code(error_number, std::generic_category());
  return {code, cat(call, " ", path, ": ", code.message())};
}

Result<bool> FileSystem::is_locked(const std::string& path) {
  return io_error(EOPNOTSUPP, "looking at the lock of", path);
}

Result<std::shared_ptr<Mapping>> FileSystem::map(const std::string& path, FileRange, MapMode) {
  return io_error(EOPNOTSUPP, "mmap", path);
}

std::string join(std::string_view dir, std::string_view name) {
  std::string path(dir);
  if (!path.empty() && path.back() != '/') path += '/';
  path += name;
  return path;
}

Result<Bytes> read_file(FileSystem& fs, const std::string& path, int64_t size_max) {
  MILL_TRY(const auto file, fs.open(path, OpenMode::read));
  MILL_TRY(const int64_t size, file->size());
  if (size > size_max) return io_error(EFBIG, "read", path);
  Bytes contents(static_cast<size_t>(size));
  MILL_TRY(const size_t count, file->read_at(Position(0), contents));
  contents.resize(count);
  return contents;
}

Result<void> write_beside(FileSystem& fs, const std::string& path, ByteView contents) {
  const std::string draft = path + ".tmp";
  {
    MILL_TRY(const auto file, fs.open(draft, OpenMode::truncate));
    MILL_CHECK(file->write_at(Position(0), contents));
    MILL_CHECK(file->sync());
  }
  return fs.rename(draft, path);
}

Result<void> replace_file(FileSystem& fs, const std::string& path, ByteView contents) {
  MILL_CHECK(write_beside(fs, path, contents));
  const size_t slash = path.rfind('/');
  return fs.sync_directory(slash == std::string::npos ? "." : path.substr(0, slash));
}

}  // namespace millrace::io
