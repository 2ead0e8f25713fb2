// Threads that say what they are for.
#pragma once

#include <pthread.h>

#include <thread>
#include <utility>

namespace millrace {

/// A thread that runs `work` under a name, of at most 15 characters, for ps -L, top -H and
/// debuggers. It has the name when this returns.
template <class Work>
std::thread named_thread(const char* name, Work work) {
  std::thread thread(std::move(work));
  pthread_setname_np(thread.native_handle(), name);
  return thread;
}

}  // namespace millrace
