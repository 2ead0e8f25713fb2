// The two sides of a load, by either client, set up alike for every broker that is measured.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "histogram.h"
#include "options.h"

namespace load {

/// What came back for the records sent. The client may fill it on a thread of its own; it is to be
/// looked at behind Sender::finish.
struct Acknowledgements {
  Histogram latency;
  int64_t acked = 0;
  int64_t failed = 0;
  int64_t last_ns = 0;
  int64_t measured_from_ns = 0;  // sends before this are warm-up
  std::string error;

  void add(int64_t sent_ns, int64_t now_ns) {
    last_ns = now_ns;
    ++acked;
    if (sent_ns >= measured_from_ns) latency.add(now_ns - sent_ns);
  }
  void add_failure(std::string why) {
    ++failed;
    error = std::move(why);
  }
};

class Sender {
 public:
  virtual ~Sender() = default;
  /// Hands one record over; false when there is no room now. `payload` is not changed before the
  /// acknowledgement, in whose latency `sent_ns` comes back. An empty key is none.
  virtual bool send(std::string& payload, int64_t sent_ns, std::string_view key) = 0;
  /// The same where `payload` changes as soon as this returns.
  virtual bool send_copy(std::string& payload, int64_t sent_ns) = 0;
  /// Serves acknowledgements for so long, if the client does not do so by itself.
  virtual void serve(int wait_ms) = 0;
  /// Returns when all records are decided; at `end_ns` those that are left are given up.
  virtual void finish(int64_t end_ns) = 0;
};

class Receiver {
 public:
  using OnRecord = std::function<void(int32_t partition, int64_t offset, std::string_view value)>;

  virtual ~Receiver() = default;
  /// What there is, after at most so long; whether there was anything.
  virtual bool poll(int wait_ms, const OnRecord& on_record) = 0;
};

/// `acknowledgements` must outlive the sender.
std::unique_ptr<Sender> make_sender(const Options& options, Acknowledgements& acknowledgements);
enum class From { beginning, end };
/// Reads all partitions, without a group.
std::unique_ptr<Receiver> make_receiver(const Options& options, From from);

// By client.
std::unique_ptr<Sender> make_librdkafka_sender(const Options& options,
                                               Acknowledgements& acknowledgements);
std::unique_ptr<Receiver> make_librdkafka_receiver(const Options& options, From from);
std::unique_ptr<Sender> make_millrace_sender(const Options& options,
                                             Acknowledgements& acknowledgements);
std::unique_ptr<Receiver> make_millrace_receiver(const Options& options, From from);

}  // namespace load
