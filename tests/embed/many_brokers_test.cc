// Many brokers in one process, at once and one after the other.
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/text.h"
#include "millrace/broker.h"
#include "millrace/testing.h"

namespace millrace {
namespace {

size_t entries_of(const char* directory) {
  const std::filesystem::directory_iterator entries(directory);
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

size_t threads() { return entries_of("/proc/self/task"); }
size_t descriptors() { return entries_of("/proc/self/fd"); }
/// With what the allocator keeps at hand, which is some 100 KiB.
size_t heap_bytes() { return mallinfo2().uordblks; }

/// A client's thread ends by itself where it is the last to let go of the client.
void wait_for_threads(size_t expected) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (threads() > expected && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(threads(), expected);
}

/// MILL_TEST_CYCLES, or few.
int cycles() {
  const char* given = std::getenv("MILL_TEST_CYCLES");
  return given != nullptr ? std::atoi(given) : 100;
}

TEST(ManyBrokers, WorkAtOnceAndKnowNothingOfEachOther) {
  constexpr int kBrokers = 50;
  std::vector<Broker> brokers;
  std::set<std::string> addresses;
  for (int i = 0; i < kBrokers; ++i) {
    brokers.push_back(
        Broker::open({.dir = std::string(in_memory), .sync_threads = 1, .allow_faults = true})
            .value());
    addresses.insert(brokers.back().listen("127.0.0.1:0").value());
  }
  EXPECT_EQ(addresses.size(), static_cast<size_t>(kBrokers));
  // One fails, and it alone.
  brokers.front().faults()->add({.api_key = 0}, {.error = ErrorCode::invalid_record});
  for (int i = 0; i < kBrokers; ++i) {
    Broker& broker = brokers[static_cast<size_t>(i)];
    ASSERT_TRUE(broker.ensure_topic({.name = "t", .partitions = 1}));
    const auto sent = broker.producer()->send({.topic = "t", .value = cat(i)}).get();
    EXPECT_EQ(sent.has_value(), i > 0);
  }
  for (int i = 1; i < kBrokers; ++i) {
    const auto read = brokers[static_cast<size_t>(i)].topic("t")->read(0, {});
    ASSERT_EQ(read->size(), 1U);
    EXPECT_EQ(read->begin()->value, cat(i));
  }
}

/// Opens a broker, uses it by both ways and closes it.
void live_once(BrokerOptions options) {
  options.allow_faults = true;
  auto broker = Broker::open(std::move(options));
  ASSERT_TRUE(broker) << broker.error().to_string();
  ASSERT_TRUE(broker->ensure_topic({.name = "t", .partitions = 1}));
  ASSERT_TRUE(broker->producer()->send({.topic = "t", .value = "in-process"}).get());
  broker->faults()->add({.api_key = 0},
                        {.then = testing::RequestFault::Then::drop_reply, .count = 1});
  const auto client = Client::connect(
      {.bootstrap = broker->listen("127.0.0.1:0").value(), .retry_backoff = milliseconds(1)});
  ASSERT_TRUE(client) << client.error().to_string();
  ASSERT_TRUE(client->producer()->send({.topic = "t", .value = "over TCP"}).get());
  // Somebody still waits when it ends.
  broker->faults()->add({.api_key = 0}, {.delay = std::chrono::hours(1), .count = 0});
  auto held = broker->producer().value();
  (void)held.send({.topic = "t", .value = "held back"});
  ASSERT_TRUE(broker->close(milliseconds(0)));
}

void leave_nothing_behind(const BrokerOptions& options, int count) {
  const size_t threads_before = threads();
  for (int i = 0; i < 10; ++i) live_once(options);  // caches and pools of the process fill
  wait_for_threads(threads_before);
  const size_t descriptors_before = descriptors();
  const size_t heap_bytes_before = heap_bytes();
  for (int i = 0; i < count; ++i) live_once(options);
  wait_for_threads(threads_before);
  EXPECT_EQ(descriptors(), descriptors_before);
  constexpr size_t kNoise = size_t{256} << 10;
  EXPECT_LE(heap_bytes(), heap_bytes_before + kNoise);
}

TEST(ManyBrokers, LeaveNothingBehind) {
  leave_nothing_behind({.dir = std::string(in_memory)}, cycles());
}

TEST(ManyBrokers, LeaveNothingBehindOnFiles) {
  const std::string dir = ::testing::TempDir() + cat("/many_brokers.", getpid());
  std::filesystem::remove_all(dir);
  // Ten times as slow, for its syncs.
  leave_nothing_behind({.dir = dir}, cycles() / 10);
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace millrace
