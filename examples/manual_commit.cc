// A consumer that commits an offset once the record's work is done: whatever ends the program in
// between, a record is worked on again rather than lost.
#include <chrono>
#include <iostream>
#include <string>

#include "millrace/millrace.h"

using namespace std::chrono_literals;

int fail(const millrace::Error& error) {
  std::cerr << error.to_string() << '\n';
  return 1;
}

/// Works on the records of the group until the one called `last`, which it leaves without a commit.
millrace::Result<void> work(const millrace::Broker& broker, const std::string& last) {
  auto consumer = broker.consumer({.group = "billing",
                                   .topics = {"orders"},
                                   .auto_offset_reset = millrace::OffsetReset::earliest,
                                   .auto_commit = false});
  if (!consumer) return consumer.error();
  while (true) {
    const auto records = consumer->poll(1s);  // nothing within a second is no error
    if (!records) return records.error();
    for (const auto& record : *records) {
      std::cout << record.offset() << ": " << *record.value() << '\n';
      if (record.value() == last) return {};
      // Returns once the commit is as durable as the record. commit(*records), once for each poll,
      // is cheaper and repeats more.
      if (auto committed = consumer->commit(record); !committed) return committed.error();
    }
  }
}

int main() {
  auto broker = millrace::Broker::open({.dir = std::string(millrace::in_memory),
                                        .config = {{"group.initial.rebalance.delay.ms", "0"}}});
  if (!broker) return fail(broker.error());
  auto orders = broker->ensure_topic({.name = "orders", .partitions = 1});
  if (!orders) return fail(orders.error());
  for (const char* value : {"2 apples", "3 pears", "1 plum"}) {
    if (auto offset = orders->append(0, {.value = value}); !offset) return fail(offset.error());
  }

  std::cout << "first worker\n";
  if (auto done = work(*broker, "3 pears"); !done) return fail(done.error());
  std::cout << "second worker\n";
  if (auto done = work(*broker, "1 plum"); !done) return fail(done.error());
}

// Output:
// first worker
// 0: 2 apples
// 1: 3 pears
// second worker
// 1: 3 pears
// 2: 1 plum
