// OutputQueue: what a connection still has to send, in order.
#pragma once

#include <cstdint>
#include <deque>

#include "io/chunks.h"
#include "millrace/result.h"

namespace millrace::net {

/// Used by one thread.
class OutputQueue {
 public:
  void push(io::Chunks chunks);

  bool empty() const { return chunks_.empty(); }
  /// Bytes not sent yet.
  int64_t size() const { return size_; }

  /// Writes to the non-blocking socket until all is sent or the socket is full: memory by gathered
  /// writes, file ranges by sendfile. True when all is sent; an error means that the connection is
  /// of no use any more.
  Result<bool> flush(int socket);

 private:
  enum class Step : uint8_t { sent, would_block };

  Result<Step> send_memory(int socket);
  Result<Step> send_file(int socket, io::FileSlice& slice);
  Result<void> load_front(const io::FileSlice& slice);
  void consume(size_t count);

  std::deque<io::Chunk> chunks_;
  int64_t size_ = 0;
};

}  // namespace millrace::net
