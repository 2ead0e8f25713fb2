// Several pieces of work at once, so that a hundred partitions do not wait for each other's
// answers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <ranges>

#include "client/signal.h"
#include "client/task.h"
#include "millrace/result.h"

namespace millrace::client {

namespace detail {

template <class Iterator, class Work>
struct Lanes {
  Iterator next;
  const Iterator end;
  Work& work;
  Signal ended;
  size_t running = 0;
  std::optional<Error> error = std::nullopt;
};

template <class Iterator, class Work>
Task<void> run_lane(Lanes<Iterator, Work>& lanes) {
  while (lanes.next != lanes.end && !lanes.error) {
    auto task = lanes.work(*lanes.next++);
    Result<void> outcome = co_await task;
    if (!outcome && !lanes.error) lanes.error = std::move(outcome).error();
  }
  if (--lanes.running == 0) lanes.ended.raise();
}

}  // namespace detail

/// Awaits `work(item)`, a Task of a Result<void>, for each of `items`, at most `width` of them at a
/// time. The first error is answered, once what was begun has ended; nothing is begun after it.
/// `items` must stay as they are meanwhile.
template <std::ranges::forward_range Items, class Work>
Task<Result<void>> in_parallel(Driver& driver, Items& items, size_t width, Work work) {
  using Lanes = detail::Lanes<std::ranges::iterator_t<Items>, Work>;
  Lanes lanes{.next = std::ranges::begin(items),
              .end = std::ranges::end(items),
              .work = work,
              .ended = Signal(driver)};
  for (size_t i = 0; i < width && lanes.next != lanes.end; ++i) {
    ++lanes.running;
    spawn(detail::run_lane(lanes));
  }
  // Whoever ends last wakes this only after its own end.
  if (lanes.running > 0) co_await lanes.ended.wait_until(SteadyTime::max());
  if (lanes.error) co_return *std::move(lanes.error);
  co_return Result<void>();
}

}  // namespace millrace::client
