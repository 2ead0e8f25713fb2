// What one run of the load generator shall do; see the usage text in options.cc.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace load {

using Properties = std::vector<std::pair<std::string, std::string>>;

struct Options {
  std::string mode;
  std::string client = "librdkafka";
  std::string brokers = "127.0.0.1:9092";
  std::string topic = "load";
  std::string acks = "1";
  std::string linger_ms;
  std::string codec = "none";
  std::string protocol = "classic";  // of groups, `members` alone
  int64_t messages = 1'000'000;
  int64_t keys = 0;                    // distinct ones in turn, `produce` alone; 0: none
  int64_t rate = 1000;                 // messages per second, `latency` and `pace` alone
  int64_t transaction_messages = 100;  // `transact` alone
  int64_t broker_pid = 0;
  int64_t batch_bytes = 1'000'000;
  int64_t buffer_kib = int64_t{1} << 20;  // of what is sent and not acknowledged yet
  int message_bytes = 100;
  int partitions = 1;
  int measured_seconds = 8;  // `latency` and `pace` alone, behind 2 s of warm-up
  int limit_seconds = 60;
  bool is_idempotent = false;
  Properties topic_configs;
};

/// Leaves the program with status 2 and the usage text when the line cannot be understood.
Options parse_options(int argc, char** argv);

}  // namespace load
