// As many records as the client can send, until all are acknowledged.
#include <algorithm>
#include <cstdio>

#include "clients.h"
#include "modes.h"
#include "report.h"

namespace load {
namespace {

/// 16 digits, distinct for as many records as there are keys, then in the same order again. A
/// prime factor scatters neighbours.
std::string_view key_of(const Options& options, int64_t number, char (&room)[17]) {
  if (options.keys == 0) return {};
  constexpr uint64_t kPrime = 2'654'435'761;
  const uint64_t key = static_cast<uint64_t>(number) * kPrime % static_cast<uint64_t>(options.keys);
  std::snprintf(room, sizeof room, "%016llx", static_cast<unsigned long long>(key));
  return {room, sizeof room - 1};
}

}  // namespace

int run_produce(const Options& options) {
  Acknowledgements acknowledgements;
  const Client producer = make_producer(options, acknowledgements);
  ensure_topic(options, producer.get());
  std::vector<std::string> payloads = make_payloads(options.message_bytes);
  const Topic topic = open_topic(options, producer.get());

  Report report(options);
  const int64_t start_ns = now_ns();
  const int64_t end_ns = start_ns + options.limit_seconds * int64_t{1'000'000'000};
  int64_t sent = 0;
  char room[17];
  while (sent < options.messages && now_ns() < end_ns) {
    // The payloads outlive the producer, so the client need not copy them.
    std::string& payload = payloads[static_cast<size_t>(sent) % payloads.size()];
    if (send(topic.get(), payload, now_ns(), false, key_of(options, sent, room))) {
      ++sent;
      if (sent % 256 == 0) rd_kafka_poll(producer.get(), 0);
    } else {
      rd_kafka_poll(producer.get(), 5);
    }
  }
  while (rd_kafka_outq_len(producer.get()) > 0 && now_ns() < end_ns) {
    rd_kafka_poll(producer.get(), 20);
  }
  const double seconds =
      static_cast<double>(std::max<int64_t>(1, acknowledgements.last_ns - start_ns)) / 1e9;
  const double rate = static_cast<double>(acknowledgements.acked) / seconds;
  report.add("acked", static_cast<double>(acknowledgements.acked));
  report.add("failed", static_cast<double>(acknowledgements.failed));
  if (acknowledgements.failed > 0) report.add("error", acknowledgements.error);
  report.add("seconds", seconds, 3);
  report.add("per_second", rate);
  report.add("mb_per_second", rate * options.message_bytes / 1e6, 1);
  report.add("ack_us", acknowledgements.latency);
  report.print();
  const bool all = acknowledgements.acked == options.messages;
  if (!all) rd_kafka_purge(producer.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  return all ? 0 : 1;
}

int run_delete(const Options& options) {
  Acknowledgements none;
  const Client client = make_producer(options, none);
  return delete_topic(options, client.get()) ? 0 : 1;
}

int run_alter(const Options& options) {
  Acknowledgements none;
  const Client client = make_producer(options, none);
  return alter_topic(options, client.get()) ? 0 : 1;
}

}  // namespace load
