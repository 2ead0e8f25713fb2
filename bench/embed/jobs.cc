#include "jobs.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "../load/histogram.h"

namespace embedded {
namespace {

using load::Histogram;

/// Of a batch and a record in Kafka's format.
constexpr size_t kHeaderBytes = 68;
constexpr int kLives = 5;

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void print(const char* job, const Histogram& times) {
  std::printf("{\"job\": \"%s\", \"p50_us\": %.3f, \"p99_us\": %.3f, \"max_us\": %.1f}\n", job,
              times.quantile_us(0.5), times.quantile_us(0.99), times.max_us());
  std::fflush(stdout);
}

void print_rate(const char* job, int64_t count, int64_t began_ns) {
  const auto took = static_cast<double>(now_ns() - began_ns);
  std::printf("{\"job\": \"%s\", \"per_second\": %.0f}\n", job,
              static_cast<double>(count) * 1e9 / took);
  std::fflush(stdout);
}

}  // namespace

void measure_life(const Peer& peer, const std::string& place) {
  Histogram opened_new;
  Histogram opened_empty;
  Histogram closed;
  for (int i = 0; i < kLives; ++i) {
    for (Histogram* opened : {&opened_new, &opened_empty}) {
      const int64_t began = now_ns();
      auto log = peer.open(place + std::to_string(i), Durability::page_cache);
      const int64_t is_open = now_ns();
      log.reset();
      closed.add(now_ns() - is_open);
      opened->add(is_open - began);
    }
  }
  print("open new", opened_new);
  print("open empty", opened_empty);
  print("close empty", closed);
}

void measure_hand_over(const Peer& peer, const std::string& place, Reader kind, int64_t count) {
  const auto log = peer.open(place, Durability::page_cache);
  const std::string value(kRecordBytes, 'v');
  const std::string_view record = value;
  std::atomic<int64_t> seen = -1;
  std::atomic<int64_t> began_ns = 0;
  Histogram seen_after;
  std::thread reading([&] {
    const auto reader = log->reader();
    seen = 0;
    while (seen < count) {
      const Taken taken = kind == Reader::sleeps ? reader->wait_and_take() : reader->take();
      if (taken.records == 0) continue;
      seen_after.add(now_ns() - began_ns);
      seen += taken.records;
    }
  });
  for (int64_t i = 0; i < count; ++i) {
    // The next record comes when the reader is at its next look, or asleep again.
    while (seen < i) std::this_thread::yield();
    if (kind == Reader::sleeps) std::this_thread::sleep_for(std::chrono::microseconds(50));
    began_ns = now_ns();
    log->append({&record, 1});
  }
  reading.join();
  print(kind == Reader::sleeps ? "hand over, asleep" : "hand over, spinning", seen_after);
}

void measure_synced(const Peer& peer, const std::string& place, int64_t count) {
  const auto log = peer.open(place, Durability::disk);
  const std::string value(kRecordBytes, 'v');
  const std::string_view record = value;
  Histogram took;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t began = now_ns();
    log->append({&record, 1});
    log->settle();
    took.add(now_ns() - began);
  }
  print("synced", took);
}

void measure_batches(const Peer& peer, const std::string& place, int64_t count) {
  const auto log = peer.open(place, Durability::page_cache);
  const std::string value(kRecordBytes, 'v');
  const std::vector<std::string_view> batch(kBatchRecords, value);
  int64_t began = now_ns();
  int64_t sent = 0;
  for (; sent < count; sent += static_cast<int64_t>(kBatchRecords)) log->append(batch);
  log->settle();
  print_rate("append", sent, began);

  const auto reader = log->reader();
  Taken sum;
  began = now_ns();
  while (sum.records < sent) {
    const Taken taken = peer.readers_sleep ? reader->wait_and_take() : reader->take();
    sum.records += taken.records;
    sum.bytes += taken.bytes;
  }
  print_rate("read", sent, began);
  if (sum.bytes != sent * static_cast<int64_t>(kRecordBytes)) {
    die("read " + std::to_string(sum.bytes) + " bytes of " + std::to_string(sent) + " records");
  }
}

void measure_plain_write(const std::string& place, int64_t count) {
  const int file = ::open(place.c_str(), O_CREAT | O_RDWR, 0600);
  std::string bytes(kRecordBytes + kHeaderBytes, 'v');
  const iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
  Histogram took;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t began = now_ns();
    const auto at = static_cast<off_t>(i) * static_cast<off_t>(bytes.size());
    if (::pwritev(file, &part, 1, at) < 0) die("writing to " + place);
    took.add(now_ns() - began);
  }
  ::close(file);
  print("pwritev", took);
}

}  // namespace embedded
