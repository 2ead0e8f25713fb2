// Bytes to be sent, in order: some in memory, some still in a file for sendfile.
#pragma once

#include <algorithm>
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

/// Those chunks, and that part of one, that make up the first `size` bytes.
inline Chunks first_bytes(Chunks chunks, size_t size) {
  Chunks first;
  for (Chunk& chunk : chunks) {
    const size_t taken = std::min(size, size_of(chunk));
    if (taken == 0) break;
    size -= taken;
    if (auto* bytes = std::get_if<SharedBytes>(&chunk)) {
      first.emplace_back(bytes->slice(0, taken));
    } else {
      std::get<FileSlice>(chunk).size = static_cast<int64_t>(taken);
      first.push_back(std::move(chunk));
    }
  }
  return first;
}

}  // namespace millrace::io
