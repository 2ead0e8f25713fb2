// CleanerThread: compacts logs in the background.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "millrace/clock.h"

namespace millrace::broker {
class LogCleaner;
}  // namespace millrace::broker

namespace millrace::embed {

/// Cleans one log after the other and rests in between, at a lower priority than all other threads.
/// Started by the constructor.
class CleanerThread {
 public:
  explicit CleanerThread(broker::LogCleaner& cleaner);
  ~CleanerThread() { stop(); }
  CleanerThread(const CleanerThread&) = delete;
  CleanerThread& operator=(const CleanerThread&) = delete;

  /// A log that is being cleaned is left as it is; the next start begins it anew.
  void stop();

 private:
  void run();
  /// False once it is to stop.
  bool rest(Milliseconds time);

  broker::LogCleaner& cleaner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace millrace::embed
