#include "wire/message_builder.h"

#include <utility>

namespace millrace::wire {

void MessageBuilder::append(const io::Chunks& chunks) {
  for (const io::Chunk& chunk : chunks) {
    const size_t size = io::size_of(chunk);
    if (size == 0) continue;
    insertions_.push_back({copied_.size(), chunk});
    appended_bytes_ += size;
  }
}

EncodedMessage MessageBuilder::finish() {
  const SharedBytes copied(copied_.take());
  EncodedMessage message;
  size_t done = 0;
  for (Insertion& insertion : insertions_) {
    if (insertion.behind > done) {
      message.chunks.emplace_back(copied.slice(done, insertion.behind - done));
      done = insertion.behind;
    }
    message.chunks.push_back(std::move(insertion.chunk));
  }
  if (done < copied.size()) message.chunks.emplace_back(copied.slice(done, copied.size() - done));
  insertions_.clear();
  appended_bytes_ = 0;
  return message;
}

}  // namespace millrace::wire
