// Transactions of so many records, one after the other, each committed before the next begins.
#include <algorithm>

#include "clients.h"
#include "modes.h"
#include "report.h"

namespace load {
namespace {

constexpr int kCallTimeoutMs = 30'000;

/// Leaves the program where a call of the transactional API fails: nothing may fail here.
void expect(rd_kafka_error_t* error, const char* call) {
  if (error == nullptr) return;
  die(std::string(call) + ": " + rd_kafka_error_string(error));
}

}  // namespace

int run_transact(const Options& options) {
  Acknowledgements acknowledgements;
  ensure_topic(options);
  const Client producer = make_producer(options, acknowledgements);
  std::vector<std::string> payloads = make_payloads(options.message_bytes);
  const Topic topic = open_topic(options, producer.get());
  expect(rd_kafka_init_transactions(producer.get(), kCallTimeoutMs), "init_transactions");

  Report report(options);
  Histogram whole;
  const int64_t start_ns = now_ns();
  const int64_t end_ns = start_ns + options.limit_seconds * int64_t{1'000'000'000};
  int64_t transactions = 0;
  int64_t sent = 0;
  while (sent < options.messages && now_ns() < end_ns) {
    const int64_t began_ns = now_ns();
    expect(rd_kafka_begin_transaction(producer.get()), "begin_transaction");
    for (int64_t i = 0; i < options.transaction_messages; ++i, ++sent) {
      std::string& payload = payloads[static_cast<size_t>(sent) % payloads.size()];
      if (!send(topic.get(), payload, now_ns(), false)) die("the producer's queue is full");
    }
    expect(rd_kafka_commit_transaction(producer.get(), kCallTimeoutMs), "commit_transaction");
    whole.add(now_ns() - began_ns);
    ++transactions;
  }
  const double seconds = static_cast<double>(std::max<int64_t>(1, now_ns() - start_ns)) / 1e9;
  report.add("acked", static_cast<double>(acknowledgements.acked));
  report.add("failed", static_cast<double>(acknowledgements.failed));
  report.add("seconds", seconds, 3);
  report.add("transactions_per_second", static_cast<double>(transactions) / seconds, 1);
  report.add("per_second", static_cast<double>(acknowledgements.acked) / seconds);
  report.add("transaction_us", whole);
  report.print();
  return acknowledgements.acked == sent ? 0 : 1;
}

}  // namespace load
