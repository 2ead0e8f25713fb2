// A durable log inside a program: no server, no sockets.
#include <iostream>

#include "millrace/millrace.h"

int fail(const millrace::Error& error) {
  std::cerr << error.to_string() << '\n';
  return 1;
}

int main() {
  auto broker = millrace::Broker::open({.dir = "data"});  // creates the directory, or recovers it
  if (!broker) return fail(broker.error());
  auto orders = broker->ensure_topic({.name = "orders", .partitions = 1});
  if (!orders) return fail(orders.error());

  const auto offset = orders->append(0, {.key = "alice", .value = "2 apples"});
  if (!offset) return fail(offset.error());
  std::cout << "on disk at offset " << *offset << '\n';

  const auto records = orders->read(0, {.offset = *offset});
  if (!records) return fail(records.error());
  for (const auto& record : *records) {
    std::cout << *record.key << " ordered " << *record.value << '\n';
  }
}

// Output:
// on disk at offset 0
// alice ordered 2 apples
