// Everything in the topic, from the first offset, without a group.
#include <algorithm>
#include <map>

#include "modes.h"
#include "report.h"
#include "sides.h"

namespace load {

int run_consume(const Options& options) {
  Report report(options);
  const int64_t start_ns = now_ns();
  const int64_t end_ns = start_ns + options.limit_seconds * int64_t{1'000'000'000};
  const auto receiver = make_receiver(options, From::beginning);
  std::map<int32_t, int64_t> next_offsets;
  int64_t received = 0, received_first = 0, bytes = 0, gaps = 0;
  int64_t first_ns = start_ns, last_ns = start_ns;
  const auto on_record = [&](int32_t partition, int64_t offset, std::string_view value) {
    const auto [next, is_first] = next_offsets.try_emplace(partition, offset);
    gaps += next->second != offset;
    next->second = offset + 1;
    ++received;
    bytes += static_cast<int64_t>(value.size());
  };
  while (received < options.messages && now_ns() < end_ns) {
    if (!receiver->poll(100, on_record)) continue;
    last_ns = now_ns();
    if (received_first > 0) continue;
    received_first = received;
    first_ns = last_ns;
  }
  const auto seconds_since = [&](int64_t since_ns) {
    return static_cast<double>(std::max<int64_t>(1, last_ns - since_ns)) / 1e9;
  };
  const double seconds = seconds_since(start_ns);
  report.add("received", static_cast<double>(received));
  report.add("offset_gaps", static_cast<double>(gaps));
  report.add("seconds", seconds, 3);
  report.add("first_ms", static_cast<double>(first_ns - start_ns) / 1e6, 1);
  report.add("per_second", static_cast<double>(received) / seconds);
  // Without the time in which the client was made and connected.
  report.add("steady_per_second",
             static_cast<double>(received - received_first) / seconds_since(first_ns));
  report.add("mb_per_second", static_cast<double>(bytes) / seconds / 1e6, 1);
  report.print();
  return received < options.messages || gaps > 0 ? 1 : 0;
}

}  // namespace load
