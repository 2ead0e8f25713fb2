// As many records as the client can send, until all are acknowledged.
#include <algorithm>
#include <cstdio>

#include "clients.h"
#include "modes.h"
#include "report.h"
#include "sides.h"

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
  ensure_topic(options);
  std::vector<std::string> payloads = make_payloads(options.message_bytes);
  Acknowledgements acknowledgements;
  const auto sender = make_sender(options, acknowledgements);
  const int64_t limit_ns = options.limit_seconds * int64_t{1'000'000'000};
  char room[17];
  // Behind the first acknowledgement everything is connected and known, and the clock begins.
  sender->send(payloads[0], now_ns(), key_of(options, 0, room));
  sender->finish(now_ns() + limit_ns);
  const int64_t acked_before = acknowledgements.acked;

  Report report(options);
  const int64_t start_ns = now_ns();
  const int64_t end_ns = start_ns + limit_ns;
  acknowledgements.measured_from_ns = start_ns;
  int64_t sent = 1;
  for (int64_t now = start_ns; sent < options.messages && now < end_ns; now = now_ns()) {
    // The payloads outlive the sender, so a client that can do without need not copy them.
    std::string& payload = payloads[static_cast<size_t>(sent) % payloads.size()];
    if (sender->send(payload, now, key_of(options, sent, room))) ++sent;
  }
  sender->finish(end_ns);
  const double seconds =
      static_cast<double>(std::max<int64_t>(1, acknowledgements.last_ns - start_ns)) / 1e9;
  const double rate = static_cast<double>(acknowledgements.acked - acked_before) / seconds;
  report.add("acked", static_cast<double>(acknowledgements.acked));
  report.add("failed", static_cast<double>(acknowledgements.failed));
  if (acknowledgements.failed > 0) report.add("error", acknowledgements.error);
  report.add("seconds", seconds, 3);
  report.add("per_second", rate);
  report.add("mb_per_second", rate * options.message_bytes / 1e6, 1);
  report.add("ack_us", acknowledgements.latency);
  report.print();
  return acknowledgements.acked == options.messages ? 0 : 1;
}

int run_delete(const Options& options) { return delete_topic(options) ? 0 : 1; }

int run_alter(const Options& options) { return alter_topic(options) ? 0 : 1; }

}  // namespace load
