// Cluster: the brokers, which of them leads what, and connections to them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "client/broker_link.h"
#include "client/error.h"
#include "client/metadata.h"
#include "client/topic_partition.h"

namespace millrace::client {

struct TopicInfo {
  std::string name;
  Uuid id;
  bool internal = false;
  /// By id, from 0 without gaps.
  std::vector<PartitionDescription> partitions;
};

struct ClusterOptions {
  std::vector<Address> bootstrap;
  std::string client_id = "millrace";
  /// For one operation with all its retries.
  Milliseconds timeout{30'000};
};

/// Knowledge of the cluster, asked for when needed and dropped when a broker's answer shows that it
/// is out of date (`forget`). One thread; blocking. Links that it hands out live as long as the
/// cluster and are only to be used until the next call.
class Cluster {
 public:
  /// Reaches one of the bootstrap brokers now, without retries: a broker that is not there is told
  /// at once.
  static Result<std::unique_ptr<Cluster>> connect(ClusterOptions options);

  EventLoop& loop() { return loop_; }
  /// For an operation that begins now.
  CallLimits limits(Signals signals = Signals::heed) const {
    return {.deadline = std::chrono::steady_clock::now() + options_.timeout, .signals = signals};
  }
  Milliseconds timeout() const { return options_.timeout; }

  /// Metadata of one topic, from memory where known. With `create` the broker may create it, and a
  /// topic that is only coming is waited for. unknown_topic_or_partition,
  /// invalid_topic_exception, ...
  Result<TopicInfo> topic(const std::string& name, MissingTopic missing, CallLimits limits);
  /// All topics, by name, asked for anew.
  Result<std::vector<TopicInfo>> topics(CallLimits limits);
  const std::optional<std::string>& cluster_id() const { return cluster_id_; }

  Result<BrokerLink*> any(CallLimits limits);
  Result<BrokerLink*> controller(CallLimits limits);
  Result<BrokerLink*> coordinator(const std::string& group, CallLimits limits);
  Result<BrokerLink*> node(int32_t id, CallLimits limits);
  Result<std::vector<int32_t>> nodes(CallLimits limits);
  /// leader_not_available where there is none now.
  Result<int32_t> leader_of(const TopicPartition& partition, CallLimits limits);

  /// Drops what is known of leaders and coordinators, and closed links.
  void forget();

  /// Calls `fn` until it succeeds, fails for good, or the deadline is near; between two attempts it
  /// forgets and pauses. `fn` answers a Result.
  template <class Fn>
  auto retrying(CallLimits limits, Fn fn) -> decltype(fn()) {
    for (Milliseconds pause{50};; pause = std::min(pause * 2, Milliseconds{1'000})) {
      auto result = fn();
      if (result || !worth_retrying(result.error())) return result;
      if (std::chrono::steady_clock::now() + pause >= limits.deadline) return result;
      forget();
      MILL_CHECK(loop_.sleep(pause, limits.signals));
    }
  }

 private:
  explicit Cluster(ClusterOptions options) : options_(std::move(options)) {}

  Result<BrokerLink*> link_to(const Address& address, CallLimits limits);
  Result<wire::MetadataResponse> ask(std::optional<std::vector<std::string>> names,
                                     MissingTopic missing, CallLimits limits);

  ClusterOptions options_;
  EventLoop loop_;
  std::map<std::string, std::unique_ptr<BrokerLink>> links_;
  std::map<int32_t, Address> brokers_;
  int32_t controller_ = -1;
  std::optional<std::string> cluster_id_;
  std::map<std::string, TopicInfo> topics_;
  std::map<std::string, Address> coordinators_;
};

}  // namespace millrace::client
