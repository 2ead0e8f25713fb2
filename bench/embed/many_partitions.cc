// How long a broker with many partitions needs to open, after a clean end and after a crash.
//
//   many_partitions DIR fill PARTITIONS BYTES   writes BYTES in all, and closes
//   many_partitions DIR append                  one more record a partition, and is killed
//   many_partitions DIR open                    opens and closes; one line of JSON
#include <signal.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/millrace.h"

namespace {

using namespace millrace;
using Time = std::chrono::steady_clock;

constexpr const char* kTopic = "many";
constexpr size_t kRecordBytes = 1'000;
constexpr size_t kBatchRecords = 100;

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "many_partitions: %s\n", what.c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) die(result.error().to_string());
  return *std::move(result);
}
void must(const Result<void>& result) {
  if (!result) die(result.error().to_string());
}

double ms_since(Time::time_point began) {
  return std::chrono::duration<double, std::milli>(Time::now() - began).count();
}

/// What this process has read by system calls so far.
int64_t bytes_read() {
  std::ifstream io("/proc/self/io");
  std::string name;
  int64_t value = 0;
  while (io >> name >> value) {
    if (name == "rchar:") return value;
  }
  die("/proc/self/io does not tell");
}

void append_everywhere(const Topic& topic, size_t records) {
  const std::string value(kRecordBytes, 'v');
  const std::vector<LogRecord> batch(records, {.value = value});
  for (int32_t i = 0; i < topic.partition_count(); ++i) {
    must(Topic(topic).append(i, batch, Acks::leader));
  }
}

void fill(const std::string& dir, int32_t partitions, int64_t bytes) {
  Broker broker = must(Broker::open({.dir = dir}));
  const Topic topic = must(broker.ensure_topic({.name = kTopic, .partitions = partitions}));
  constexpr auto kBatchBytes = static_cast<int64_t>(kRecordBytes * kBatchRecords);
  const int64_t rounds = bytes / kBatchBytes / partitions;
  for (int64_t i = 0; i < rounds; ++i) append_everywhere(topic, kBatchRecords);
  must(broker.close());
}

[[noreturn]] void append_and_die(const std::string& dir) {
  Broker broker = must(Broker::open({.dir = dir}));
  append_everywhere(must(broker.topic(kTopic)), 1);
  raise(SIGKILL);
  std::abort();
}

void open(const std::string& dir) {
  const int64_t read_before = bytes_read();
  auto began = Time::now();
  Broker broker = must(Broker::open({.dir = dir}));
  const double opened_ms = ms_since(began);
  const int64_t read = bytes_read() - read_before;
  const int32_t partitions = must(broker.topic(kTopic)).partition_count();
  began = Time::now();
  must(broker.close());
  std::printf("{\"partitions\": %d, \"open_ms\": %.1f, \"read_mib\": %.1f, \"close_ms\": %.1f}\n",
              partitions, opened_ms, static_cast<double>(read) / (1 << 20), ms_since(began));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) die("many_partitions DIR fill|append|open");
  const std::string dir = argv[1];
  const std::string_view mode = argv[2];
  if (mode == "fill" && argc == 5) {
    fill(dir, std::atoi(argv[3]), std::atoll(argv[4]));
  } else if (mode == "append") {
    append_and_die(dir);
  } else if (mode == "open") {
    open(dir);
  } else {
    die("no such mode");
  }
}
