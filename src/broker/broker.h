// The broker's core on one data directory: topics, partitions, configuration, producer ids.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/timers.h"
#include "broker/catalog.h"
#include "broker/config/broker_config.h"
#include "broker/config/config_entry.h"
#include "broker/fetch_sessions.h"
#include "broker/metadata_store.h"
#include "broker/security.h"
#include "io/file_system.h"
#include "millrace/clock.h"

namespace millrace::storage {
class LogDirectory;
class SyncPool;
}  // namespace millrace::storage

namespace millrace::broker {

class GroupConfigs;
class LogCleaner;

struct BrokerOptions {
  io::FileSystem* file_system = nullptr;
  std::string dir;
  const Clock* clock = nullptr;
  /// Driven by the owner (a housekeeping thread, or a test); not while the broker is opened, closed
  /// or destroyed.
  Timers* timers = nullptr;
  /// From the configuration file and --set; checked by open.
  ConfigValues config = {};
  /// Threads for fdatasync; 0 syncs inside the append (tests, one-threaded embedding), unless
  /// run_later is set.
  size_t sync_threads = 2;
  /// In place of the threads: runs work once, soon, on some other thread; may drop it once the
  /// broker is about to be closed.
  std::function<void(std::function<void()>)> run_later = nullptr;
  /// Nothing allows everything.
  std::shared_ptr<const Security> security = nullptr;
};

/// Owns everything below the protocol. Synchronous: no thread of its own but the sync pool's;
/// whatever waits is a callback here or in Timers. After open any thread may call.
///
/// What survives a crash: every change that was answered, as docs/guarantees.md says.
class Broker {
 public:
  /// Takes the directory's lock and recovers what is in it. An error says what file, what was found
  /// and what to do; nothing is left locked.
  static Result<std::unique_ptr<Broker>> open(BrokerOptions options);
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  /// Without close(): what is on disk is as after a crash of the process. Who still waits is
  /// answered not_leader_or_follower.
  ~Broker();

  /// Answers those who wait for a sync, ends all other waits (not_leader_or_follower), flushes,
  /// checkpoints and marks the directory clean. Call once; later calls to partitions fail.
  Result<void> close();

  const Clock& clock() const;
  Timers& timers();
  Catalog& catalog();
  MetadataStore& metadata();
  GroupConfigs& group_configs();
  FetchSessions& fetch_sessions();
  /// For the one thread that the owner gives it; it must have ended when the broker is closed or
  /// destroyed.
  LogCleaner& log_cleaner();
  const Security& security() const;
  /// For whoever makes several partitions durable at once.
  storage::SyncPool& sync_pool();
  /// The values in force now; ask again to see a change.
  std::shared_ptr<const BrokerConfig> config() const;

  /// `node.id`, or `broker.id` where that is given.
  int32_t node_id() const;
  /// 22 characters, drawn when the directory was made.
  const std::string& cluster_id() const;
  const std::string& dir() const;
  /// Of the volume that holds the directory, now.
  Result<io::VolumeSpace> volume_space() const;

  /// A new producer id, never given before nor after a restart.
  Result<ProducerId> allocate_producer_id();

  /// A broker resource as DescribeConfigs shows it; `name` is the node id, or empty for the default
  /// of all. invalid_request for another name.
  Result<std::vector<ConfigEntry>> describe_config(std::string_view name) const;
  /// All changes or none, lasting. invalid_config, invalid_request.
  Result<void> alter_config(std::string_view name, std::span<const ConfigChange> changes,
                            AlterOptions options = {});

  /// What recovery found worth telling, one line each; empty after a clean start.
  const std::vector<std::string>& recovery_report() const;

 private:
  struct State;
  explicit Broker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace millrace::broker
