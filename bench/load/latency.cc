// At a fixed rate: end to end, or until the acknowledgement. A record's clock starts when it was
// due to be sent, not when the sender came to it, so a stall counts against every record that it
// delayed.
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "clients.h"
#include "modes.h"
#include "report.h"
#include "sides.h"

namespace load {
namespace {

constexpr int kWarmUpSeconds = 2;
constexpr int kGraceSeconds = 20;

void sleep_until(int64_t at_ns) {
  const timespec time{at_ns / 1'000'000'000, at_ns % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

/// Reads until `total` records came or the time is over; each record begins with its due time.
int64_t receive(Receiver& receiver, int64_t total, int64_t measured_from_ns, int64_t end_ns,
                Histogram& latency) {
  int64_t received = 0;
  const auto on_record = [&](int32_t, int64_t, std::string_view value) {
    int64_t due_ns = 0;
    if (value.size() < sizeof due_ns) return;
    std::memcpy(&due_ns, value.data(), sizeof due_ns);
    if (due_ns >= measured_from_ns) latency.add(now_ns() - due_ns);
    ++received;
  };
  while (received < total && now_ns() < end_ns) receiver.poll(100, on_record);
  return received;
}

/// Sends at the rate until all is sent or the time is over; how many were sent. `between` is called
/// while there is nothing to send, and now and then.
template <class Fn>
int64_t send_paced(const Options& options, Sender& sender, int64_t start_ns, int64_t end_ns,
                   Fn&& between) {
  std::vector<std::string> payloads = make_payloads(options.message_bytes);
  const int64_t total = options.rate * (kWarmUpSeconds + options.measured_seconds);
  prctl(PR_SET_TIMERSLACK, 1);
  int64_t sent = 0;
  while (sent < total && now_ns() < end_ns) {
    const int64_t due_ns = start_ns + static_cast<int64_t>(static_cast<double>(sent) * 1e9 /
                                                           static_cast<double>(options.rate));
    if (now_ns() < due_ns) {
      between();
      sleep_until(due_ns);
    }
    std::string& payload = payloads[static_cast<size_t>(sent) % payloads.size()];
    std::memcpy(payload.data(), &due_ns, sizeof due_ns);
    if (sender.send_copy(payload, due_ns)) {
      if (++sent % 256 == 0) between();
    } else {
      between();
      usleep(200);
    }
  }
  return sent;
}

}  // namespace

int run_latency(const Options& given) {
  Options options = given;
  if (options.linger_ms.empty()) options.linger_ms = std::string("0");
  Acknowledgements acknowledgements;
  ensure_topic(options);
  const auto sender = make_sender(options, acknowledgements);
  const auto receiver = make_receiver(options, From::end);

  Report report(options);
  usleep(300'000);  // the consumer's first fetch shall be waiting at the broker
  const int64_t total = options.rate * (kWarmUpSeconds + options.measured_seconds);
  const int64_t start_ns = now_ns() + 1'000'000;
  const int64_t end_ns = start_ns + (kWarmUpSeconds + options.measured_seconds + kGraceSeconds) *
                                        int64_t{1'000'000'000};
  acknowledgements.measured_from_ns = start_ns + kWarmUpSeconds * int64_t{1'000'000'000};

  Histogram end_to_end;
  int64_t received = 0;
  std::thread reader([&] {
    received = receive(*receiver, total, acknowledgements.measured_from_ns, end_ns, end_to_end);
  });
  std::atomic<bool> is_sending = true;
  std::thread acknowledged([&] {
    while (is_sending) sender->serve(20);
    sender->finish(end_ns);
  });
  const int64_t sent = send_paced(options, *sender, start_ns, end_ns, [] {});
  is_sending = false;
  acknowledged.join();
  reader.join();

  report.add("sent", static_cast<double>(sent));
  report.add("received", static_cast<double>(received));
  report.add("rate", static_cast<double>(options.rate));
  report.add("end_to_end_us", end_to_end);
  report.add("ack_us", acknowledgements.latency);
  report.print();
  return received == total ? 0 : 1;
}

int run_pace(const Options& options) {
  Acknowledgements acknowledgements;
  ensure_topic(options);
  const auto sender = make_sender(options, acknowledgements);

  Report report(options);
  const int64_t start_ns = now_ns() + 1'000'000;
  const int64_t end_ns = start_ns + (kWarmUpSeconds + options.measured_seconds + kGraceSeconds) *
                                        int64_t{1'000'000'000};
  acknowledgements.measured_from_ns = start_ns + kWarmUpSeconds * int64_t{1'000'000'000};
  const int64_t sent = send_paced(options, *sender, start_ns, end_ns, [&] { sender->serve(0); });
  sender->finish(end_ns);
  report.add("sent", static_cast<double>(sent));
  report.add("acked", static_cast<double>(acknowledgements.acked));
  report.add("rate", static_cast<double>(options.rate));
  report.add("ack_us", acknowledgements.latency);
  report.print();
  return acknowledgements.acked == options.rate * (kWarmUpSeconds + options.measured_seconds) ? 0
                                                                                              : 1;
}

}  // namespace load
