#include "embed/cleaner_thread.h"

#include <sys/resource.h>
#include <unistd.h>

#include "base/named_thread.h"
#include "broker/log_cleaner.h"

namespace millrace::embed {
namespace {

constexpr int kNice = 10;

}  // namespace

CleanerThread::CleanerThread(broker::LogCleaner& cleaner) : cleaner_(cleaner) {
  thread_ = named_thread("mill-cleaner", [this] { run(); });
}

void CleanerThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

bool CleanerThread::rest(Milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

void CleanerThread::run() {
  // On Linux this is the thread's own priority. Without the right to it there is none.
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
  bool found = true;
  while (rest(found ? Milliseconds(0) : cleaner_.backoff())) {
    found = cleaner_.clean_dirtiest([this](Milliseconds time) { return rest(time); });
  }
}

}  // namespace millrace::embed
