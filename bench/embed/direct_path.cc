// What a log inside the program costs: one record until a reader on another core has it, batches of
// 100 B records in and out, and opening and closing. Beside it one pwritev of the same size to a
// file of the same directory, which every append pays.
//
//   direct_path DIR [records, default 10000000]
//
// DIR must not exist; it is removed at the end. One JSON line a figure.
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "millrace/millrace.h"

namespace {

using namespace millrace;
using Time = std::chrono::steady_clock;

constexpr size_t kRecordBytes = 100;
constexpr int kSingles = 200'000;
constexpr size_t kBatch = 1'000;

[[noreturn]] void fail(const std::string& what, const Error& error) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), error.to_string().c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result, const char* what) {
  if (!result) fail(what, result.error());
  return *std::move(result);
}
void must(const Result<void>& result, const char* what) {
  if (!result) fail(what, result.error());
}

double micros_since(Time::time_point began) {
  return std::chrono::duration<double, std::micro>(Time::now() - began).count();
}

void tell(const char* what, const char* unit, double value) {
  std::printf("{\"what\": \"%s\", \"%s\": %.3f}\n", what, unit, value);
  std::fflush(stdout);
}

void tell_percentiles(const std::string& what, std::vector<double> micros) {
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double share) {
    return micros[static_cast<size_t>(share * static_cast<double>(micros.size() - 1))];
  };
  std::printf("{\"what\": \"%s\", \"p50_us\": %.3f, \"p99_us\": %.3f, \"max_us\": %.1f}\n",
              what.c_str(), at(0.5), at(0.99), micros.back());
  std::fflush(stdout);
}

/// Single records of acks=1, and when a reader that never sleeps, or that does, has seen each.
void measure_hand_over(Broker& broker, bool is_sleeping) {
  const std::string name = is_sleeping ? "sleeping" : "spinning";
  Topic topic = must(broker.ensure_topic({.name = name, .partitions = 1}), "creating a topic");
  const std::string value(kRecordBytes, 'v');
  std::vector<double> seen_after;
  seen_after.reserve(kSingles);
  std::atomic<int64_t> seen = 0;
  std::atomic<int64_t> began_ns = 0;
  std::thread reader([&] {
    int64_t next = 0;
    while (next < kSingles) {
      const auto read =
          must(topic.read(0, {.offset = next, .wait = milliseconds(is_sleeping ? 1'000 : 0)}),
               "reading");
      if (read.empty()) continue;
      const double now_ns =
          std::chrono::duration<double, std::nano>(Time::now().time_since_epoch()).count();
      seen_after.push_back((now_ns - static_cast<double>(began_ns.load())) / 1e3);
      next = read.next_offset();
      seen = next;
    }
  });
  for (int64_t i = 0; i < kSingles; ++i) {
    // The reader is asleep again, or at its next look, before the next record comes.
    while (seen < i) std::this_thread::yield();
    if (is_sleeping) std::this_thread::sleep_for(std::chrono::microseconds(50));
    began_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(Time::now().time_since_epoch())
                   .count();
    must(topic.append(0, {.value = value}, Acks::leader), "appending");
  }
  reader.join();
  tell_percentiles("append of one record until a " + name + " reader has it",
                   std::move(seen_after));
}

void measure_write(const std::string& dir) {
  const int file = ::open((dir + "/pwritev").c_str(), O_CREAT | O_RDWR, 0600);
  std::string bytes(kRecordBytes + 68, 'v');  // with the headers of batch and record
  std::vector<double> took;
  for (int i = 0; i < kSingles; ++i) {
    iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
    const auto began = Time::now();
    if (pwritev(file, &part, 1, static_cast<off_t>(i) * static_cast<off_t>(bytes.size())) < 0) {
      std::perror("pwritev");
      std::exit(1);
    }
    took.push_back(micros_since(began));
  }
  ::close(file);
  tell_percentiles("one pwritev of the same size", std::move(took));
}

void measure_batches(Broker& broker, int64_t count) {
  Topic topic = must(broker.ensure_topic({.name = "batches", .partitions = 1}), "creating a topic");
  const std::string value(kRecordBytes, 'v');
  const std::vector<LogRecord> batch(kBatch, {.value = value});
  auto began = Time::now();
  for (int64_t sent = 0; sent < count; sent += static_cast<int64_t>(kBatch)) {
    must(topic.append(0, batch, Acks::leader), "appending");
  }
  tell("batches of 1000, appended", "records_per_second",
       static_cast<double>(count) / micros_since(began) * 1e6);
  size_t bytes = 0;
  int64_t next = 0;
  began = Time::now();
  while (next < count) {
    const auto read =
        must(topic.read(0, {.offset = next, .bytes_max = size_t{4} << 20}), "reading");
    for (const LogRecordView& record : read) bytes += record.value->size();
    next = read.next_offset();
  }
  tell("read", "records_per_second", static_cast<double>(count) / micros_since(began) * 1e6);
  if (bytes != static_cast<size_t>(count) * kRecordBytes) {
    std::fprintf(stderr, "read %zu bytes of values\n", bytes);
    std::exit(1);
  }
}

void measure_life(const std::string& dir) {
  for (const char* what : {"opened, new", "opened, empty"}) {
    auto began = Time::now();
    Broker broker = must(Broker::open({.dir = dir}), "opening");
    tell(what, "us", micros_since(began));
    began = Time::now();
    must(broker.close(), "closing");
    tell("closed, empty", "us", micros_since(began));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || std::filesystem::exists(argv[1])) {
    std::fprintf(stderr, "direct_path DIR [records]; DIR must not exist\n");
    return 1;
  }
  const std::string dir = argv[1];
  const int64_t count = argc > 2 ? std::atoll(argv[2]) : 10'000'000;
  std::filesystem::create_directories(dir);
  measure_life(dir + "/empty");
  Broker broker = must(Broker::open({.dir = dir + "/log"}), "opening");
  measure_write(dir);
  measure_hand_over(broker, false);
  measure_hand_over(broker, true);
  measure_batches(broker, count);
  const auto began = Time::now();
  must(broker.close(), "closing");
  tell("closed", "us", micros_since(began));
  std::filesystem::remove_all(dir);
}
