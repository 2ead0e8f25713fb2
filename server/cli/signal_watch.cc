#include "cli/signal_watch.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

#include "base/assert.h"

namespace millrace::server {
namespace {

/// What the handler, which may do little else, adds to; the watch's end adds more than any number
/// of signals.
int g_event = -1;
constexpr uint64_t kEnd = uint64_t{1} << 32;

void add(uint64_t what) {
  [[maybe_unused]] const auto written = ::write(g_event, &what, sizeof what);
}

void on_signal(int) { add(1); }

void set_handler(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  // A second signal finds the default; system calls under way go on.
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

SignalWatch::SignalWatch(std::function<void()> on_signal) : on_signal_(std::move(on_signal)) {
  MILL_ASSERT(g_event < 0, "there is a watch already");
  g_event = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] {
    for (uint64_t came = 0;;) {
      if (::read(g_event, &came, sizeof came) < 0) continue;
      if (came >= kEnd) return;
      is_signalled_ = true;
      on_signal_();
    }
  });
  set_handler(&server::on_signal);
}

SignalWatch::~SignalWatch() {
  set_handler(SIG_DFL);
  add(kEnd);
  thread_.join();
  ::close(g_event);
  g_event = -1;
}

}  // namespace millrace::server
