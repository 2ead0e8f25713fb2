// Loads a schema registry and tells how fast it answered; bench/registry.py runs it.
//
//   registry_load register URL COUNT CONNECTIONS FIRST      schemas FIRST .. FIRST+COUNT-1, a
//   subject each registry_load get URL RATE SECONDS CONNECTIONS IDS      schemas by the ids 1 ..
//   IDS, so many a second
//
// Prints one line of JSON. A request's time begins when it was due, so that a stall counts against
// every request behind it; a registration is due when its connection has the answer to the last.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "../load/histogram.h"
#include "connection.h"

namespace registry_load {
namespace {

using Clock = std::chrono::steady_clock;

/// What all connections saw together.
class Results {
 public:
  void add(int64_t ns, bool is_answered) {
    const std::lock_guard lock(mutex_);
    latency_.add(ns);
    if (!is_answered) ++failed_;
  }

  void print(std::chrono::duration<double> took) const {
    std::printf(
        "{\"count\": %llu, \"failed\": %lld, \"per_second\": %.1f, \"p50_us\": %.0f, "
        "\"p99_us\": %.0f, \"max_us\": %.0f}\n",
        static_cast<unsigned long long>(latency_.count()), static_cast<long long>(failed_),
        static_cast<double>(latency_.count()) / took.count(), latency_.quantile_us(0.5),
        latency_.quantile_us(0.99), latency_.max_us());
  }

 private:
  std::mutex mutex_;
  load::Histogram latency_;
  int64_t failed_ = 0;
};

/// `work` on a connection each, all at once; prints what they saw.
void run(const Url& url, int connections,
         const std::function<void(int number, Connection&, Results&)>& work) {
  Results results;
  const auto begun = Clock::now();
  std::vector<std::thread> threads;
  for (int number = 0; number < connections; ++number) {
    threads.emplace_back([&, number] {
      Connection connection(url);
      work(number, connection, results);
    });
  }
  for (std::thread& thread : threads) thread.join();
  results.print(Clock::now() - begun);
}

int64_t ns_since(Clock::time_point begun) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begun).count();
}

/// An Avro record with twelve fields, as a JSON text within JSON.
std::string schema_body(int64_t number) {
  std::string schema = R"({\"type\":\"record\",\"name\":\"Event)" + std::to_string(number) +
                       R"(\",\"namespace\":\"bench.registry\",\"fields\":[)";
  for (int field = 0; field < 12; ++field) {
    if (field > 0) schema += ',';
    schema += R"({\"name\":\"field_)" + std::to_string(field) +
              R"(\",\"type\":[\"null\",\"string\"],\"default\":null})";
  }
  return R"({"schemaType":"AVRO","schema":")" + schema + R"(]}"})";
}

void register_schemas(const Url& url, int64_t count, int connections, int64_t first) {
  std::atomic<int64_t> next = first;
  run(url, connections, [&](int, Connection& connection, Results& results) {
    for (int64_t number = next++; number < first + count; number = next++) {
      const std::string path = "/subjects/bench-" + std::to_string(number) + "-value/versions";
      const std::string body = schema_body(number);
      const auto begun = Clock::now();
      const bool is_answered = connection.ask("POST", path, body) == 200;
      results.add(ns_since(begun), is_answered);
    }
  });
}

void get_schemas(const Url& url, double rate, double seconds, int connections, int64_t ids) {
  constexpr int64_t kStride = 7'919;  // a prime: neighbours are far apart
  const auto between = std::chrono::duration<double>(connections / rate);
  const auto count = static_cast<int64_t>(rate * seconds / connections);
  const auto begun = Clock::now();
  run(url, connections, [&](int number, Connection& connection, Results& results) {
    for (int64_t i = 0; i < count; ++i) {
      const auto due =
          begun + std::chrono::duration_cast<Clock::duration>(
                      between * (static_cast<double>(i) + double(number) / connections));
      std::this_thread::sleep_until(due);
      const int64_t id = 1 + (i * connections + number) * kStride % ids;
      const bool is_answered = connection.ask("GET", "/schemas/ids/" + std::to_string(id)) == 200;
      results.add(ns_since(due), is_answered);
    }
  });
}

}  // namespace
}  // namespace registry_load

int main(int argc, char** argv) {
  using namespace registry_load;
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const auto number = [&](size_t index) { return std::atof(arguments.at(index).data()); };
  if (arguments.size() == 5 && arguments[0] == "register") {
    register_schemas(Url::parse(arguments[1]), static_cast<int64_t>(number(2)),
                     static_cast<int>(number(3)), static_cast<int64_t>(number(4)));
  } else if (arguments.size() == 6 && arguments[0] == "get") {
    get_schemas(Url::parse(arguments[1]), number(2), number(3), static_cast<int>(number(4)),
                static_cast<int64_t>(number(5)));
  } else {
    fail("register URL COUNT CONNECTIONS FIRST, or get URL RATE SECONDS CONNECTIONS IDS");
  }
}
