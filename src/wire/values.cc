#include "wire/values.h"

#include <algorithm>

namespace millrace::wire {

namespace {

bool same_chunk(const io::Chunk& a, const io::Chunk& b) {
  if (a.index() != b.index()) return false;
  if (const auto* bytes = std::get_if<SharedBytes>(&a)) {
    return equal_bytes(bytes->view(), std::get<SharedBytes>(b).view());
  }
  const auto& left = std::get<io::FileSlice>(a);
  const auto& right = std::get<io::FileSlice>(b);
  return left.file == right.file && left.at == right.at && left.size == right.size;
}

}  // namespace

bool operator==(const FetchRecords& a, const FetchRecords& b) {
  return std::ranges::equal(a.chunks, b.chunks, same_chunk);
}

}  // namespace millrace::wire
