#include "client/net_driver.h"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <thread>

#include "base/named_thread.h"

namespace millrace::client {

// Shared with the thread: the driver may go away on it.
struct NetDriver::State {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  Timers timers;
  asio::steady_timer alarm{context};
  std::thread thread;
  Event ended;

  /// Puts the alarm at the earliest deadline. On the context's thread.
  void set_alarm() {
    const auto deadline = timers.next_deadline();
    if (!deadline) return;
    alarm.expires_at(*deadline);
    alarm.async_wait([this](asio::error_code error) {
      if (error) return;
      timers.run_due(std::chrono::steady_clock::now());
      set_alarm();
    });
  }
};

NetDriver::NetDriver(Executor* executor) : state_(std::make_shared<State>()) {
  state_->timers.on_earlier_deadline(
      [state = state_.get()] { asio::post(state->context, [state] { state->set_alarm(); }); });
  // All handlers of the context are this driver's work, those of sockets included.
  auto loop = [driver = this, state = state_] {
    run(driver, [&state] { state->context.run(); });
    state->ended.set();
  };
  if (executor != nullptr) {
    executor->post(std::move(loop));
    return;
  }
  state_->thread = named_thread("mill-client", std::move(loop));
}

NetDriver::~NetDriver() {
  state_->guard.reset();
  state_->context.stop();
  if (inside()) {
    if (state_->thread.joinable()) state_->thread.detach();
    return;
  }
  block(state_->ended, SteadyTime::max());
  if (state_->thread.joinable()) state_->thread.join();
}

void NetDriver::post(Work work) { asio::post(state_->context, std::move(work)); }

TimerId NetDriver::schedule(SteadyTime deadline, Work work) {
  return state_->timers.schedule(deadline, std::move(work));
}

bool NetDriver::cancel(TimerId timer) { return state_->timers.cancel(timer); }

asio::io_context& NetDriver::context() { return state_->context; }

}  // namespace millrace::client
