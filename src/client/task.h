// Task: a coroutine that is awaited, and how one is begun where nobody awaits it.
//
// Our own, and small, since the client also runs in-process, without asio. All coroutines of a
// client run inside its Driver: one at a time, so their state needs no locks. State may change
// across each co_await, and nowhere else.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "base/try.h"

namespace millrace::client {

namespace detail {

struct FinalAwaiter {
  bool await_ready() noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
    return done.promise().continuation;
  }
  void await_resume() noexcept {}
};

struct PromiseBase {
  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
  // Nothing here throws but an allocation that fails, and then there is nothing left to save.
  void unhandled_exception() noexcept { std::terminate(); }

  std::coroutine_handle<> continuation = std::noop_coroutine();
};

/// Keeps what the coroutine returned until it is taken.
template <class T>
struct Promise : PromiseBase {
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() { return *std::move(value); }

  std::optional<T> value;
};

template <>
struct Promise<void> : PromiseBase {
  void return_void() {}
  void take() {}
};

}  // namespace detail

/// Begins when it is awaited, and must be awaited at most once. Destroying one that was not awaited
/// drops it; one that is suspended is never destroyed by its owner, who is suspended itself.
template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type : detail::Promise<T> {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().continuation = awaiting;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {

struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

inline Detached run_detached(Task<void> task) { co_await task; }

}  // namespace detail

/// Begins a task on this thread, inside the driver; it frees itself at its end. What it refers to
/// it must keep alive by its own parameters, and whoever closes must make its waits end.
inline void spawn(Task<void> task) { detail::run_detached(std::move(task)); }

}  // namespace millrace::client

// MILL_TRY and MILL_CHECK for coroutines. `expression` may contain co_await; keep to named
// variables and plain calls in it (g++ 12).
#define MILL_CO_TRY_NAMED(name, declaration, expression) \
  auto name = (expression);                              \
  if (!name) co_return std::move(name).error();          \
  declaration = *std::move(name)

#define MILL_CO_TRY(declaration, expression) \
  MILL_CO_TRY_NAMED(MILL_CONCAT(mill_try_, __LINE__), declaration, expression)

#define MILL_CO_CHECK(expression)                \
  do {                                           \
    auto mill_checked = (expression);            \
    if (!mill_checked) {                         \
      co_return std::move(mill_checked).error(); \
    }                                            \
  } while (false)
