// BrokerImpl: broker, coordinators, housekeeping and listeners put together, from open to close.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/home_process.h"
#include "base/timers.h"
#include "broker/catalog.h"
#include "client/client_core.h"
#include "coordinator/broker_offsets_log.h"
#include "coordinator/group_coordinator.h"
#include "coordinator/transactions/broker_transaction_log.h"
#include "coordinator/transactions/transaction_coordinator.h"
#include "embed/fault_kit.h"
#include "embed/gate.h"
#include "embed/guarded_executor.h"
#include "embed/housekeeping.h"
#include "embed/topic_impl.h"
#include "handlers/request_metrics.h"
#include "io/file_system.h"
#include "listen/kafka_listener.h"
#include "millrace/clock.h"
#include "millrace/options.h"
#include "millrace/result.h"
#include "net/endpoint.h"
#include "net/server.h"

namespace millrace::embed {

/// What there is to tell of a broker's network; all 0 before the first listen.
struct NetworkStatus {
  size_t connections = 0;
  uint64_t connections_accepted = 0;
  /// Of requests that are received or under way.
  int64_t request_bytes = 0;
};

/// Thread-safe. Groups and transactions are read in the background; until then they are answered
/// coordinator_load_in_progress, as by any broker that starts.
class BrokerImpl : public std::enable_shared_from_this<BrokerImpl> {
 public:
  /// `advertised` is told to networked clients in place of the address they came in by. See
  /// millrace::Broker::open; nothing is left behind where it fails.
  static Result<std::shared_ptr<BrokerImpl>> open(BrokerOptions options,
                                                  std::optional<net::Endpoint> advertised);
  BrokerImpl(const BrokerImpl&) = delete;
  BrokerImpl& operator=(const BrokerImpl&) = delete;
  /// Without close(): connections end, and the directory is left as by a crash.
  ~BrokerImpl();
  const HomeProcess& home() const { return home_; }

  /// Serves the address when it returns, which it answers with its real port.
  Result<net::Endpoint> listen(const net::Endpoint& endpoint);

  std::shared_ptr<client::ClientCore> make_client();
  /// unknown_topic_or_partition, closed.
  Result<std::shared_ptr<TopicImpl>> topic(const std::string& name);
  /// Codes of broker::Catalog::create, closed; success where another made it first.
  Result<void> create_topic(const broker::NewTopic& topic);
  const std::shared_ptr<Gate>& gate() const { return gate_; }
  NetworkStatus network() const;
  /// Groups and transactions are read.
  bool is_loaded() const { return loaded_; }
  const std::vector<std::string>& recovery_report() const { return recovery_report_; }
  Result<size_t> run_until(SteadyTime now);
  Result<SteadyTime> next_deadline() const;
  /// See testing::advance.
  Result<void> advance(ManualClock& clock, Milliseconds by);
  /// Null where no faults are allowed.
  const std::shared_ptr<FaultKit>& fault_kit() const { return fault_kit_; }

  Result<void> close(Milliseconds grace);

 private:
  BrokerImpl(BrokerOptions options, std::optional<net::Endpoint> advertised);

  Result<void> start();
  void load();
  handlers::Services services();
  /// wrong_state where it is not manual; closed.
  Result<void> check_manual() const;
  size_t run_due(SteadyTime now);
  /// Everything that works by itself or for others ends; false where it has already.
  bool end_work(Milliseconds grace);

  const HomeProcess home_;
  const BrokerOptions options_;
  const std::optional<net::Endpoint> advertised_;
  // In the order of their making; destroyed in reverse.
  const std::shared_ptr<const Clock> clock_;
  const std::shared_ptr<Timers> timers_ = std::make_shared<Timers>();
  std::shared_ptr<FaultKit> fault_kit_;
  std::optional<GuardedExecutor> executor_;
  std::unique_ptr<io::FileSystem> file_system_;
  std::unique_ptr<broker::Broker> broker_;
  std::unique_ptr<coordinator::BrokerOffsetsLog> offsets_log_;
  std::unique_ptr<coordinator::GroupCoordinator> groups_;
  std::unique_ptr<coordinator::BrokerTransactionLog> transaction_log_;
  std::unique_ptr<coordinator::TransactionCoordinator> transactions_;
  handlers::RequestMetrics request_metrics_;
  std::atomic<bool> loaded_ = false;
  std::shared_ptr<Gate> gate_;
  std::unique_ptr<Housekeeping> housekeeping_;
  std::unique_ptr<listen::KafkaListener> listener_;
  std::unique_ptr<net::Server> server_;
  std::vector<std::string> recovery_report_;
  /// Of a manual broker.
  SteadyTime next_cleaning_{};

  /// Held while the broker is opened to others and closed.
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<client::ClientCore>> clients_;
  bool closed_ = false;
};

}  // namespace millrace::embed
