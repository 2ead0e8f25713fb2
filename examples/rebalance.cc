// Two members share the partitions of a topic; each is told what it gets and what it has to give.
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "millrace/millrace.h"

using namespace std::chrono_literals;
using Partitions = std::vector<millrace::TopicPartition>;

int fail(const millrace::Error& error) {
  std::cerr << error.to_string() << '\n';
  return 1;
}

std::string text_of(const Partitions& partitions) {
  std::string text;
  for (const auto& partition : partitions) text += " " + to_string(partition);
  return text;
}

/// Callbacks run inside poll, on the thread that polls. `revoked` is the last chance to commit what
/// was done; here auto_commit does.
millrace::Result<millrace::Consumer> join(const millrace::Broker& broker, const std::string& name) {
  millrace::RebalanceCallbacks callbacks;
  callbacks.assigned = [name](const Partitions& partitions) {
    if (!partitions.empty()) std::cout << name << " got" << text_of(partitions) << '\n';
  };
  callbacks.revoked = [name](const Partitions& partitions) {
    if (!partitions.empty()) std::cout << name << " gives" << text_of(partitions) << '\n';
  };
  return broker.consumer({.group = "billing",
                          .topics = {"orders"},
                          .group_instance_id = name,  // keeps its place through a restart
                          .assignors = {millrace::Assignor::cooperative_sticky},
                          .heartbeat_interval = 100ms,  // by which a member hears of the others
                          .on_rebalance = std::move(callbacks)});
}

int main() {
  auto broker = millrace::Broker::open({.dir = std::string(millrace::in_memory),
                                        .config = {{"group.initial.rebalance.delay.ms", "0"}}});
  if (!broker) return fail(broker.error());
  auto orders = broker->ensure_topic({.name = "orders", .partitions = 2});
  if (!orders) return fail(orders.error());

  auto first = join(*broker, "first");
  if (!first) return fail(first.error());
  while (first->assignment().size() < 2) {
    if (auto records = first->poll(10ms); !records) return fail(records.error());
  }
  auto second = join(*broker, "second");
  if (!second) return fail(second.error());
  while (second->assignment().empty()) {
    for (auto* member : {&*first, &*second}) {
      if (auto records = member->poll(10ms); !records) return fail(records.error());
    }
  }
}

// Output:
// first got orders-0 orders-1
// first gives orders-1
// second got orders-1
