#include "io/read_chunks.h"

#include <memory>
#include <span>
#include <utility>

#include "base/try.h"

namespace millrace::io {

Result<Bytes> read_chunks(const Chunks& chunks) {
  Bytes bytes;
  bytes.reserve(size_of(chunks));
  for (const Chunk& chunk : chunks) {
    if (const auto* shared = std::get_if<SharedBytes>(&chunk)) {
      bytes.insert(bytes.end(), shared->view().begin(), shared->view().end());
      continue;
    }
    const auto& slice = std::get<FileSlice>(chunk);
    const size_t at = bytes.size();
    bytes.resize(at + static_cast<size_t>(slice.size));
    MILL_TRY(const size_t count, slice.file->read_at(slice.at, std::span(bytes).subspan(at)));
    bytes.resize(at + count);
  }
  return bytes;
}

Result<SharedBytes> load_chunk(Chunk chunk) {
  if (auto* bytes = std::get_if<SharedBytes>(&chunk)) return std::move(*bytes);
  const auto& slice = std::get<FileSlice>(chunk);
  const auto size = static_cast<size_t>(slice.size);
  const std::shared_ptr<std::byte[]> buffer(new std::byte[size]);
  MILL_TRY(const size_t count, slice.file->read_at(slice.at, {buffer.get(), size}));
  return SharedBytes(buffer, ByteView(buffer.get(), count));
}

}  // namespace millrace::io
