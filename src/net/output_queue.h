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

  enum class Flushed : uint8_t {
    all,
    socket_full,
    cold,  // what comes next is not in the page cache: cold_slice() says what
  };
  /// Writes to the non-blocking socket for as long as neither socket nor disk make it wait: memory
  /// by gathered writes, file ranges by sendfile. An error means that the connection is of no use
  /// any more.
  Result<Flushed> flush(int socket);

  /// After `cold`: the range to be read ahead before the next flush.
  io::FileSlice cold_slice() const;
  /// It was; flush takes it as it is now.
  void cold_slice_loaded();

 private:
  enum class Step : uint8_t { sent, would_block, cold };

  Result<Step> send_memory(int socket);
  Result<Step> send_file(int socket, io::FileSlice& slice);
  Result<void> load_front(const io::FileSlice& slice);
  void consume(size_t count);

  std::deque<io::Chunk> chunks_;
  int64_t size_ = 0;
  /// So much of the slice in front was found in the page cache.
  int64_t warm_bytes_ = 0;
};

}  // namespace millrace::net
