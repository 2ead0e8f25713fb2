// Keeps the disk away from the io threads: what sendfile would have to wait for is read first, on a
// thread of its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "io/chunks.h"

namespace millrace::net {

/// Whether sendfile would find the slice in memory: asks for its first and its last byte. Pages in
/// between may be missing all the same; then the sender waits for them. True where the file system
/// cannot tell.
bool in_page_cache(const io::FileSlice& slice);

/// Reads slices so that they are in the page cache, one after the other. Safe from any thread.
class ReadAhead {
 public:
  ReadAhead() = default;
  ~ReadAhead() { stop(); }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// `loaded` is called on the reading thread, whether or not reading succeeded: sendfile will
  /// tell. The thread starts with the first call.
  void load(io::FileSlice slice, std::function<void()> loaded);
  /// Drops what is not read yet; nothing is called afterwards.
  void stop();

 private:
  struct Job {
    io::FileSlice slice;
    std::function<void()> loaded;
  };

  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace millrace::net
