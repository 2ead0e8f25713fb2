#include "embed/timer_thread.h"

#include <gtest/gtest.h>

#include <future>

namespace millrace::embed {
namespace {

TEST(TimerThread, RunsWhatIsDueAndWakesForAnEarlierDeadline) {
  Timers timers;
  const SystemClock clock;
  timers.schedule(clock.steady_now() + std::chrono::hours(1), [] { FAIL() << "an hour early"; });
  TimerThread thread(timers, clock);
  std::promise<void> ran;
  timers.schedule(clock.steady_now() + Milliseconds(1), [&] { ran.set_value(); });
  EXPECT_EQ(ran.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST(TimerThread, CallbackMayScheduleTheNext) {
  Timers timers;
  const SystemClock clock;
  TimerThread thread(timers, clock);
  std::promise<void> ran;
  timers.schedule(clock.steady_now(),
                  [&] { timers.schedule(clock.steady_now(), [&] { ran.set_value(); }); });
  EXPECT_EQ(ran.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST(TimerThread, RunsNothingAfterStop) {
  Timers timers;
  const SystemClock clock;
  TimerThread thread(timers, clock);
  thread.stop();
  timers.schedule(clock.steady_now() - Milliseconds(1), [] { FAIL() << "ran after stop"; });
  thread.stop();
}

}  // namespace
}  // namespace millrace::embed
