#include "base/timers.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace {
namespace {

using namespace std::chrono_literals;

TEST(Timers, RunsWhatIsDueInOrderOfDeadline) {
  Timers timers;
  std::vector<int> order;
  const SteadyTime start{};
  timers.schedule(start + 20ms, [&] { order.push_back(2); });
  timers.schedule(start + 10ms, [&] { order.push_back(1); });
  timers.schedule(start + 30ms, [&] { order.push_back(3); });
  EXPECT_EQ(timers.run_due(start + 20ms), 2U);
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  EXPECT_EQ(timers.next_deadline(), start + 30ms);
}

TEST(Timers, CancelledCallbackNeverRuns) {
  Timers timers;
  bool ran = false;
  const TimerId id = timers.schedule(SteadyTime{}, [&] { ran = true; });
  EXPECT_TRUE(timers.cancel(id));
  EXPECT_FALSE(timers.cancel(id));
  EXPECT_EQ(timers.run_due(SteadyTime{} + 1h), 0U);
  EXPECT_FALSE(ran);
}

TEST(Timers, CancelAnswersFalseOnceTheCallbackRuns) {
  Timers timers;
  TimerId id = 0;
  bool cancelled = true;
  id = timers.schedule(SteadyTime{}, [&] { cancelled = timers.cancel(id); });
  timers.run_due(SteadyTime{});
  EXPECT_FALSE(cancelled);
}

TEST(Timers, CallbackMayScheduleTheNextOne) {
  Timers timers;
  int runs = 0;
  std::function<void()> again = [&] {
    if (++runs < 3) timers.schedule(SteadyTime{} + runs * 1ms, again);
  };
  timers.schedule(SteadyTime{}, again);
  timers.run_due(SteadyTime{} + 10ms);
  EXPECT_EQ(runs, 3);
}

TEST(Timers, TellsTheDriverOnlyAboutEarlierDeadlines) {
  Timers timers;
  int told = 0;
  timers.on_earlier_deadline([&] { ++told; });
  timers.schedule(SteadyTime{} + 10ms, [] {});
  timers.schedule(SteadyTime{} + 20ms, [] {});
  timers.schedule(SteadyTime{} + 5ms, [] {});
  EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace millrace
