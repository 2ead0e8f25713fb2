// Bytes to be sent, in order: some in memory, some still in a file for sendfile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "io/file_system.h"

namespace millrace::io {

/// A range of an open file. The file stays readable while the slice lives, even when it is removed.
struct FileSlice {
  std::shared_ptr<File> file;
  Position at;
  int64_t size = 0;
};

using Chunk = std::variant<SharedBytes, FileSlice>;
using Chunks = std::vector<Chunk>;

/// Bytes of one chunk, and of all of them.
inline size_t size_of(const Chunk& chunk) {
  if (const auto* bytes = std::get_if<SharedBytes>(&chunk)) return bytes->size();
  return static_cast<size_t>(std::get<FileSlice>(chunk).size);
}
inline size_t size_of(const Chunks& chunks) {
  size_t sum = 0;
  for (const Chunk& chunk : chunks) sum += size_of(chunk);
  return sum;
}

}  // namespace millrace::io
