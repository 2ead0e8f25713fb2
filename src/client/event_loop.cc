#include "client/event_loop.h"

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <csignal>

#include "client/error.h"

namespace millrace::client {

struct EventLoop::Impl {
  asio::io_context context{1};
  asio::signal_set signals{context};
  bool interrupted = false;
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

asio::io_context& EventLoop::context() { return impl_->context; }

void EventLoop::catch_signals() {
  asio::error_code ignored;
  impl_->signals.add(SIGINT, ignored);
  impl_->signals.add(SIGTERM, ignored);
  impl_->signals.async_wait([this](asio::error_code error, int) {
    if (error) return;
    impl_->interrupted = true;
    // Gives the signals their default meaning back: whoever presses Ctrl-C twice means it.
    asio::error_code unused;
    impl_->signals.clear(unused);
  });
}

bool EventLoop::interrupted() {
  impl_->context.restart();
  impl_->context.poll();
  return impl_->interrupted;
}

Result<void> EventLoop::run_until(const bool& done, SteadyTime deadline, Signals signals) {
  // The timer keeps the context from running out of work and wakes it at the deadline.
  asio::steady_timer timer(impl_->context, deadline);
  timer.async_wait([](asio::error_code) {});
  impl_->context.restart();
  while (!done) {
    if (signals == Signals::heed && impl_->interrupted) {
      return client_error(ClientErrc::interrupted, "interrupted by a signal");
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return client_error(ClientErrc::timed_out, "no answer in time");
    }
    impl_->context.run_one();
  }
  return {};
}

void EventLoop::settle(const bool& done) {
  impl_->context.restart();
  while (!done && impl_->context.run_one() > 0) {
  }
}

Result<void> EventLoop::sleep(Milliseconds time, Signals signals) {
  const bool never = false;
  auto ended = run_until(never, std::chrono::steady_clock::now() + time, signals);
  if (!ended && ended.error().is(ClientErrc::timed_out)) return {};
  return ended;
}

}  // namespace millrace::client
