// Bytes to be sent, in order: some in memory, some still in a file for sendfile.
#pragma once

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

inline int64_t chunk_size(const Chunk& chunk) {
  if (const auto* bytes = std::get_if<SharedBytes>(&chunk)) {
    return static_cast<int64_t>(bytes->size());
  }
  return std::get<FileSlice>(chunk).size;
}

inline int64_t chunks_size(const Chunks& chunks) {
  int64_t sum = 0;
  for (const Chunk& chunk : chunks) sum += chunk_size(chunk);
  return sum;
}

}  // namespace millrace::io
