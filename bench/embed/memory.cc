// What memory a program of one topic needs: opens a log, appends a record, reads it, and prints
// what the kernel says of it then. `without` leaves the broker out, for comparison.
//
//   embedded_memory DIR|without
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "millrace/millrace.h"

namespace {

long kib_of(std::string_view field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::stol(line.substr(field.size() + 1));
  }
  return -1;
}

int print_memory() {
  std::printf("{\"resident_mib\": %.2f, \"peak_mib\": %.2f, \"anonymous_mib\": %.2f}\n",
              static_cast<double>(kib_of("VmRSS")) / 1024,
              static_cast<double>(kib_of("VmHWM")) / 1024,
              static_cast<double>(kib_of("RssAnon")) / 1024);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  if (std::string_view(argv[1]) == "without") return print_memory();
  auto broker = millrace::Broker::open({.dir = argv[1]});
  if (!broker) return 1;
  auto orders = broker->ensure_topic({.name = "orders", .partitions = 1});
  if (!orders) return 1;
  const auto offset = orders->append(0, {.key = "alice", .value = "2 apples"});
  if (!offset) return 1;
  const auto records = orders->read(0, {.offset = *offset});
  if (!records || records->size() != 1) return 1;
  return print_memory();
}
