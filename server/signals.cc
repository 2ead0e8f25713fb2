#include "signals.h"

#include <csignal>

namespace millrace::server {

namespace {

sigset_t end_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void hold_end_signals() {
  const sigset_t set = end_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int wait_for_end_signal() {
  const sigset_t set = end_signals();
  int signal = 0;
  sigwait(&set, &signal);
  return signal;
}

}  // namespace millrace::server
