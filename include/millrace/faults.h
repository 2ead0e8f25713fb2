// What may go wrong with a broker that was opened with allow_faults: requests and disks.
//
//   auto faults = broker.faults().value();
//   faults.add({.api_key = 0, .topic = "orders"}, {.error = ErrorCode::not_leader_or_follower});
//   faults.add({.kind = millrace::testing::DiskFault::Kind::disk_full, .count = 0});
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "millrace/error_code.h"

namespace millrace {

class Broker;
namespace embed {
struct FaultKit;
}

namespace testing {

/// Which requests a fault meets; fields that are not set match all. A request is met where one
/// thing that it asks about fits all of topic, partition and group.
struct RequestMatch {
  /// Kafka's API key: 0 Produce, 1 Fetch, 11 JoinGroup …
  std::optional<int16_t> api_key = std::nullopt;
  /// Also where the request names it by its id, or a fetch session stands for it.
  std::optional<std::string> topic = std::nullopt;
  std::optional<int32_t> partition = std::nullopt;
  std::optional<std::string> group = std::nullopt;
  /// The client.id of the request.
  std::optional<std::string> client_id = std::nullopt;
};

/// What becomes of a request that a fault meets. Of several faults that match, the one added first.
struct RequestFault {
  /// Answered instead of being done, in the shape that the API and its version have for it. With a
  /// topic or a partition in the match only those entries of the request are refused; the others
  /// are done as usual, and both come in one answer. Otherwise, where the answer has one place for
  /// the whole request or group, that is where it goes. Nothing is told where an answer has no
  /// place for errors (DescribeLogDirs before version 3, ElectLeaders of all before 1). Produce
  /// with acks=0 closes the connection, as errors of it do.
  std::optional<ErrorCode> error = std::nullopt;
  /// Held back by the broker's clock before anything else happens. Later requests of the same
  /// connection wait behind it, as they do behind a slow network.
  std::chrono::milliseconds delay{0};
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

/// What becomes of the broker's files. Nothing of a call that fails is done.
struct DiskFault {
  enum class Kind : uint8_t {
    /// EIO for writes.
    write_fails,
    /// EIO for syncs of files and directories.
    sync_fails,
    /// ENOSPC for writes, and for files and directories that would be made.
    disk_full,
  };
  Kind kind = Kind::sync_fails;
  /// Only files whose path contains this: "orders-0/" is a partition, ".log" all record files.
  std::string path_contains = {};
  /// How many calls it meets before it is gone; 0: all, until cleared.
  int32_t count = 1;
  /// How many matching calls pass before the first.
  int32_t after = 0;
};

/// Orders faults of one broker, at run time, from any thread. A cheap handle; without effect once
/// the broker is closed. A Topic (Broker::topic) makes no requests: it meets disk faults only.
class Faults {
 public:
  void add(const RequestMatch& match, const RequestFault& fault);
  void add(const DiskFault& fault);
  /// Takes back what was ordered. Requests that are held back stay so.
  void clear();
  /// How many requests and file operations were met so far.
  int64_t met() const;

 private:
  friend class millrace::Broker;
  explicit Faults(std::shared_ptr<embed::FaultKit> kit) : kit_(std::move(kit)) {}
  std::shared_ptr<embed::FaultKit> kit_;
};

}  // namespace testing
}  // namespace millrace
