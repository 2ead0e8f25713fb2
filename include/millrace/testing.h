// The test kit: a real broker whose clock tests turn and whose faults they order.
//
//   millrace::ManualClock clock;
//   auto broker = millrace::Broker::open({.dir = std::string(millrace::in_memory), .manual = true,
//                                         .clock = &clock, .allow_faults = true});
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "millrace/broker.h"
#include "millrace/clock.h"
#include "millrace/result.h"

namespace millrace::testing {

/// Turns a manual broker's clock by `by`, stopping at every deadline on the way so that each piece
/// of work sees the time it was due at: seven days of retention, session timeouts, transaction
/// timeouts and compaction happen now, in order. wrong_state for a broker that is not manual.
Result<void> advance(Broker& broker, ManualClock& clock, milliseconds by);

/// Which requests a fault meets; fields that are not set match all.
struct RequestMatch {
  /// Kafka's API key: 0 Produce, 1 Fetch, 11 JoinGroup …
  std::optional<int16_t> api_key = std::nullopt;
  std::optional<std::string> topic = std::nullopt;
  std::optional<int32_t> partition = std::nullopt;
  std::optional<std::string> group = std::nullopt;
  /// The client.id of the connection.
  std::optional<std::string> client_id = std::nullopt;
};

/// What becomes of a request that a fault meets.
struct RequestFault {
  /// Answered instead of being done, wherever the answer has a place for an error.
  std::optional<ErrorCode> error = std::nullopt;
  /// Held back by the broker's clock before anything else happens.
  milliseconds delay{0};
  enum class Then : uint8_t {
    answer,
    /// Done, but never answered: the connection closes.
    drop_reply,
    /// Not done, and the connection closes.
    drop_request,
    /// Done; half of the answer is written, then the connection closes. In-process: drop_reply.
    half_reply,
  };
  Then then = Then::answer;
  /// How many requests it meets before it is gone; 0: all, until cleared.
  int32_t count = 1;
  /// How many matching requests pass before the first.
  int32_t after = 0;
};

/// What becomes of the broker's files.
struct DiskFault {
  enum class Kind : uint8_t { write_fails, sync_fails, disk_full };
  Kind kind = Kind::sync_fails;
  /// Only files whose path contains this.
  std::string path_contains = {};
  int32_t count = 1;
  int32_t after = 0;
};

/// Orders faults of one broker, at run time, from any thread. A cheap handle.
class Faults {
 public:
  void add(const RequestMatch& match, const RequestFault& fault);
  void add(const DiskFault& fault);
  void clear();
  /// How many requests and file operations were met so far.
  int64_t met() const;

 private:
  friend class millrace::Broker;
  struct Impl;
  explicit Faults(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace millrace::testing
