#include "net/read_ahead.h"

#include <sys/uio.h>

#include <cerrno>
#include <utility>

#include "base/bytes.h"
#include "base/named_thread.h"

namespace millrace::net {

namespace {

bool is_in_page_cache(int file, int64_t at) {
  std::byte byte{};
  iovec part{&byte, 1};
  return preadv2(file, &part, 1, at, RWF_NOWAIT) >= 0 || errno != EAGAIN;
}

}  // namespace

bool in_page_cache(const io::FileSlice& slice) {
  const int file = slice.file->descriptor();
  const int64_t from = slice.at.value();
  return is_in_page_cache(file, from) && is_in_page_cache(file, from + slice.size - 1);
}

void ReadAhead::load(io::FileSlice slice, std::function<void()> loaded) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (!thread_.joinable()) {
      thread_ = named_thread("mill-read-ahead", [this] { run(); });
    }
    jobs_.push_back({.slice = std::move(slice), .loaded = std::move(loaded)});
  }
  changed_.notify_one();
}

void ReadAhead::stop() {
  std::deque<Job> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(jobs_);
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void ReadAhead::run() {
  Bytes buffer;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    buffer.resize(static_cast<size_t>(job.slice.size));
    // A failure is met again by sendfile, which has a connection to close.
    static_cast<void>(job.slice.file->read_at(job.slice.at, buffer));
    job.loaded();
    lock.lock();
  }
}

}  // namespace millrace::net
