// How a program tests itself against a real broker: with a clock that it turns and faults that it
// orders, without a sleep and without a second process.
#include <chrono>
#include <iostream>
#include <string>

#include "millrace/millrace.h"
#include "millrace/testing.h"

using namespace std::chrono_literals;

int fail(const millrace::Error& error) {
  std::cerr << error.to_string() << '\n';
  return 1;
}

int main() {
  millrace::ManualClock clock;
  auto broker = millrace::Broker::open({.dir = std::string(millrace::in_memory),
                                        .manual = true,
                                        .clock = &clock,
                                        .allow_faults = true});
  if (!broker) return fail(broker.error());
  auto orders = broker->ensure_topic(
      {.name = "orders", .partitions = 1, .configs = {{"retention.ms", "604800000"}}});
  if (!orders) return fail(orders.error());

  // The next two Produce requests are written and never answered: the producer has to ask again,
  // and the broker has to know what it has already.
  auto faults = broker->faults();
  if (!faults) return fail(faults.error());
  faults->add({.api_key = 0, .topic = "orders"},
              {.then = millrace::testing::RequestFault::Then::drop_reply, .count = 2});
  auto producer = broker->producer();
  if (!producer) return fail(producer.error());
  const auto sent = producer->send({.topic = "orders", .value = "2 apples"});
  for (int i = 0; i < 100 && !sent.ready(); ++i) {
    if (auto on = millrace::testing::advance(*broker, clock, 100ms); !on) return fail(on.error());
  }
  std::cout << faults->met() << " faults, " << orders->high_watermark(0) << " record\n";

  // A week, with everything that falls due in it.
  if (auto on = millrace::testing::advance(*broker, clock, 8 * 24h); !on) return fail(on.error());
  std::cout << "after a week the log begins at " << orders->log_start_offset(0) << '\n';
}

// Output:
// 2 faults, 1 record
// after a week the log begins at 1
