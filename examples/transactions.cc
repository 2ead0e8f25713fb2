// Exactly once: reads orders, writes invoices, and commits records and offsets together or not at
// all. A program that dies in between leaves nothing that readers of committed records would see,
// and its successor begins where the last commit was.
#include <chrono>
#include <iostream>
#include <string>

#include "millrace/millrace.h"

using namespace std::chrono_literals;

int fail(const millrace::Error& error) {
  std::cerr << error.to_string() << '\n';
  return 1;
}

/// One round: what a poll brings becomes one transaction. Answers how many records that was.
millrace::Result<size_t> copy(millrace::Consumer& consumer, millrace::Producer& producer) {
  const auto records = consumer.poll(1s);
  if (!records) return records.error();
  if (records->empty()) return size_t{0};
  auto transaction = producer.begin();
  if (!transaction) return transaction.error();
  for (const auto& record : *records) {
    const std::string invoice = "invoice for " + std::string(*record.value());
    (void)producer.send({.topic = "invoices", .value = invoice});  // commit tells of failures
  }
  auto offsets = transaction->send_offsets(records->next_offsets(), consumer);
  if (!offsets) return offsets.error();  // the transaction aborts when it goes out of scope
  if (auto committed = transaction->commit(); !committed) return committed.error();
  return records->size();
}

int main() {
  auto broker = millrace::Broker::open({.dir = std::string(millrace::in_memory),
                                        .config = {{"group.initial.rebalance.delay.ms", "0"}}});
  if (!broker) return fail(broker.error());
  auto orders = broker->ensure_topic({.name = "orders", .partitions = 1});
  if (!orders) return fail(orders.error());
  auto invoices = broker->ensure_topic({.name = "invoices", .partitions = 1});
  if (!invoices) return fail(invoices.error());
  for (const char* value : {"2 apples", "3 pears"}) {
    if (auto offset = orders->append(0, {.value = value}); !offset) return fail(offset.error());
  }

  // Who starts with the same transactional id again fences a predecessor that is still about.
  auto producer = broker->producer({.transactional_id = "billing-1"});
  if (!producer) return fail(producer.error());
  auto consumer = broker->consumer({.group = "billing",
                                    .topics = {"orders"},
                                    .auto_offset_reset = millrace::OffsetReset::earliest,
                                    .auto_commit = false,
                                    .isolation = millrace::Isolation::read_committed});
  if (!consumer) return fail(consumer.error());
  for (size_t copied = 0; copied < 2;) {
    const auto more = copy(*consumer, *producer);
    if (!more) return fail(more.error());
    copied += *more;
  }

  const auto written =
      invoices->read(0, {.isolation = millrace::Isolation::read_committed, .wait = 10s});
  if (!written) return fail(written.error());
  for (const auto& record : *written) std::cout << *record.value << '\n';
  const auto done = consumer->committed({{.topic = "orders", .partition = 0}});
  if (!done) return fail(done.error());
  std::cout << "billing is at offset " << done->begin()->second.offset << '\n';
}

// Output:
// invoice for 2 apples
// invoice for 3 pears
// billing is at offset 2
