// Broker: a durable Kafka log in this process.
//
//   auto broker = millrace::Broker::open({.dir = "data"});
//   auto producer = broker->producer({});
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/admin.h"
#include "millrace/client.h"
#include "millrace/options.h"
#include "millrace/topic.h"

namespace millrace {

class Broker;
namespace embed {
class BrokerImpl;
}
namespace testing {
class Faults;
Result<void> advance(Broker& broker, ManualClock& clock, milliseconds by);
}  // namespace testing

/// Thread-safe. A value that is moved, not copied; a moved-from broker may only be destroyed or
/// assigned to. Many brokers may be open in one process, each on its own directory. In a child of
/// fork the parent's broker is closed, and so is everything that was made with it.
///
/// Threads of its own, all joined by close: one for deadlines ("mill-timer"), one for compaction
/// ("mill-cleaner"), sync_threads for durability ("mill-sync"); one per core for the network
/// ("mill-io") from the first listen() on. None with an executor or manual.
class Broker {
 public:
  /// Creates or recovers the directory. When it returns, everything acknowledged before is there.
  /// Errors: invalid_config (which key, why, the nearest key); the system's, with what to do:
  /// std::errc::resource_unavailable_try_again where another broker holds the directory (its pid is
  /// told).
  static Result<Broker> open(BrokerOptions options);
  Broker(Broker&&) noexcept;
  Broker& operator=(Broker&&) noexcept;
  /// As close() with no grace.
  ~Broker();

  /// Serves the Kafka protocol on HOST:PORT; port 0 picks a free one. Answers the address with the
  /// real port. May be called again for more addresses. bad_address, or the system's error.
  Result<std::string> listen(std::string_view address);

  /// In-process: requests reach the broker as structs, without sockets and without copies of
  /// records.
  Client client() const;
  Result<Producer> producer(ProducerOptions options = {}) const;
  Result<Consumer> consumer(ConsumerOptions options = {}) const;
  Admin admin() const;

  /// A topic's log, for appends and reads without requests. unknown_topic_or_partition.
  Result<Topic> topic(const std::string& name) const;
  /// Creates it if it is not there; an existing one is not changed.
  Result<Topic> ensure_topic(const NewTopic& topic) const;

  /// With `manual`: does all work that is due at `now`, in the order of its deadlines, on this
  /// thread: syncs, deadlines, retention, compaction. Answers how many pieces. wrong_state
  /// otherwise.
  Result<size_t> run_until(std::chrono::steady_clock::time_point now);
  /// With `manual`: when the next piece of work is due, by the broker's clock; in the past where
  /// one is due already. A broker always has one: it looks after its files from time to time. Turn
  /// the clock there, then call run_until: work asks the clock for the time. wrong_state otherwise.
  Result<std::chrono::steady_clock::time_point> next_deadline() const;

  /// What recovery found worth telling, one line each; empty after a clean start.
  const std::vector<std::string>& recovery_report() const;

  /// Faults to be ordered (faults.h). not_allowed unless opened with allow_faults.
  Result<testing::Faults> faults() const;

  /// Ends listeners, gives requests under way `grace`, answers all who wait, flushes, and marks the
  /// directory as cleanly stopped. Producers and consumers of this broker answer `closed`
  /// afterwards. The error of the last flush, if any. Closing once more succeeds.
  Result<void> close(milliseconds grace = milliseconds(1'000));

 private:
  friend Result<void> testing::advance(Broker& broker, ManualClock& clock, milliseconds by);
  explicit Broker(std::shared_ptr<embed::BrokerImpl> impl);
  std::shared_ptr<embed::BrokerImpl> impl_;
};

}  // namespace millrace
