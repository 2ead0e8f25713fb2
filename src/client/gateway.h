// Gateway: one user's way to a cluster: what is known of brokers, leaders and coordinators, and the
// links to them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "client/link.h"
#include "client/metadata.h"
#include "client/retry.h"
#include "client/signal.h"
#include "client/task.h"
#include "millrace/admin.h"
#include "millrace/options.h"

namespace millrace::client {

/// Whose coordinator is looked for, as FindCoordinator numbers them.
enum class CoordinatorKind : int8_t { group = 0, transaction = 1 };

/// Answers of one link come in the order of the requests: what waits at the broker gets its own.
/// JoinGroup and SyncGroup wait for other members, and heartbeats and commits must not wait for
/// them.
enum class Lane : uint8_t { requests, coordinator, joins, fetches };

/// Used inside the driver only; each producer, consumer and administrator has its own, so that none
/// waits behind another. All tasks end soon after close(), with `closed`.
class Gateway {
 public:
  Gateway(Driver& driver, std::shared_ptr<LinkFactory> links, ClientOptions options)
      : driver_(driver), links_(std::move(links)), options_(std::move(options)), woken_(driver) {}

  Driver& driver() { return driver_; }
  const ClientOptions& options() const { return options_; }

  /// A topic, from memory while that is young enough. With `create` the broker may create it, and
  /// one that is only coming is waited for. unknown_topic_or_partition, invalid_topic_exception …
  Task<Result<TopicDescription>> topic(std::string name, MissingTopic missing, SteadyTime deadline);
  /// What is known of a topic, without asking.
  const TopicDescription* known_topic(std::string_view name) const;
  /// All topics, by name, asked for anew.
  Task<Result<std::vector<TopicDescription>>> topics(SteadyTime deadline);
  /// Those that exist of these, asked for anew, once and in one request.
  Task<Result<std::vector<TopicDescription>>> find_topics(std::vector<std::string> names,
                                                          MissingTopic missing,
                                                          SteadyTime deadline);
  Task<Result<std::vector<TopicDescription>>> find_topics(std::vector<Uuid> ids,
                                                          SteadyTime deadline);
  Task<Result<ClusterDescription>> cluster(SteadyTime deadline);

  Task<Result<LinkPtr>> any(SteadyTime deadline);
  Task<Result<LinkPtr>> controller(SteadyTime deadline);
  Task<Result<LinkPtr>> node(int32_t id, Lane lane, SteadyTime deadline);
  Task<Result<LinkPtr>> coordinator(CoordinatorKind kind, std::string key, SteadyTime deadline,
                                    Lane lane = Lane::coordinator);
  /// The broker that leads the partition; leader_not_available where there is none now.
  Task<Result<int32_t>> leader_of(TopicPartition partition, SteadyTime deadline);

  /// Drops what an answer has shown to be out of date.
  void forget_topic(const std::string& name);
  void forget_coordinator(CoordinatorKind kind, const std::string& key);
  /// Drops all knowledge, and links that are closed.
  void forget();
  /// Closes the links of one lane: what waits there fails, and the next request gets a new link.
  void hang_up(Lane lane);

  /// The deadline of one request that is part of work until `deadline`.
  SteadyTime request_deadline(SteadyTime deadline) const {
    return std::min(deadline, driver_.now() + options_.request_timeout);
  }
  Backoff backoff() const { return {options_.retry_backoff, options_.retry_backoff_max}; }
  /// Waits; false once closed.
  Task<bool> pause(Milliseconds time);

  /// Ends when it is closed.
  Task<void> closing();

  void close();
  bool is_closed() const { return closed_; }
  static Error closed_error() { return client_error(ClientErrc::closed, "it is closed"); }

  /// Calls `attempt(deadline)`, which answers a Task of a Result, until it succeeds, fails for good
  /// or the deadline is near; forgets and pauses between two attempts. While a transaction is being
  /// ended nothing that is known is wrong, and the pause is short.
  template <class T, class Attempt>
  Task<Result<T>> retrying(SteadyTime deadline, Attempt attempt) {
    Backoff backoff = this->backoff();
    for (;;) {
      auto task = attempt(request_deadline(deadline));
      Result<T> result = co_await task;
      if (result || !worth_retrying(result.error()) || closed_) co_return result;
      const bool is_ending = result.error().is(ErrorCode::concurrent_transactions);
      const Milliseconds wait = is_ending ? kEndingPause : backoff.next();
      if (driver_.now() + wait >= deadline) co_return result;
      if (!is_ending) forget();
      auto pausing = pause(wait);
      const bool open = co_await pausing;
      if (!open) co_return closed_error();
    }
  }

 private:
  static constexpr Milliseconds kEndingPause{20};

  struct KnownTopic {
    TopicDescription description;
    SteadyTime asked_at;
  };

  Task<Result<LinkPtr>> link_to(Address address, Lane lane, SteadyTime deadline);
  using TopicQuery = std::vector<wire::MetadataRequest::Topic>;
  Task<Result<wire::MetadataResponse>> ask(std::optional<TopicQuery> topics, MissingTopic missing,
                                           SteadyTime deadline);
  Task<Result<std::vector<TopicDescription>>> find_those(TopicQuery topics, MissingTopic missing,
                                                         SteadyTime deadline);
  Task<Result<TopicDescription>> ask_topic(std::string name, MissingTopic missing,
                                           SteadyTime deadline);
  Task<Result<void>> know_brokers(SteadyTime deadline);

  Driver& driver_;
  const std::shared_ptr<LinkFactory> links_;
  const ClientOptions options_;
  /// Raised by close().
  Signal woken_;
  bool closed_ = false;

  std::map<std::pair<std::string, Lane>, LinkPtr> open_links_;
  std::map<int32_t, Address> brokers_;
  int32_t controller_ = -1;
  std::string cluster_id_;
  std::map<std::string, KnownTopic, std::less<>> topics_;
  std::map<std::pair<CoordinatorKind, std::string>, Address> coordinators_;
};

}  // namespace millrace::client
