#include "running_broker.h"

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "base/text.h"
#include "base/timers.h"
#include "base/try.h"
#include "broker/broker.h"
#include "cleaner_thread.h"
#include "coordinator/broker_offsets_log.h"
#include "coordinator/group_coordinator.h"
#include "coordinator/transactions/broker_transaction_log.h"
#include "coordinator/transactions/transaction_coordinator.h"
#include "io/memory_file_system.h"
#include "listen/kafka_listener.h"
#include "net/server.h"
#include "timer_thread.h"

namespace millrace::server {

namespace {

net::Limits limits_of(const broker::BrokerConfig& config) {
  net::Limits limits;
  limits.frame_bytes_max = config.number("socket.request.max.bytes");
  limits.first_frame_bytes_max = std::min(limits.first_frame_bytes_max, limits.frame_bytes_max);
  if (const int64_t bytes = config.number("queued.max.request.bytes"); bytes > 0) {
    limits.request_bytes_max = bytes;
  }
  limits.connections_max = static_cast<size_t>(config.number("max.connections"));
  limits.idle_max = Milliseconds(config.number("connections.max.idle.ms"));
  return limits;
}

/// What the system says of a directory is not what to do about it.
Error with_remedy(Error error) {
  using enum std::errc;
  const auto is_any_of = [&error](auto... codes) { return ((error.code() == codes) || ...); };
  if (is_any_of(read_only_file_system, permission_denied, operation_not_permitted,
                not_a_directory)) {
    return {error.code(), cat(error.message(), "; give --dir a directory this user may write to")};
  }
  if (is_any_of(no_space_on_device)) {
    return {error.code(), cat(error.message(), "; make room, or give --dir another disk")};
  }
  return error;
}

}  // namespace

// In the order of their making; destroyed in reverse.
struct RunningBroker::State {
  SystemClock clock;
  Timers timers;
  std::unique_ptr<io::FileSystem> file_system;
  std::unique_ptr<broker::Broker> broker;
  std::unique_ptr<coordinator::BrokerOffsetsLog> offsets_log;
  std::unique_ptr<coordinator::GroupCoordinator> groups;
  std::unique_ptr<coordinator::BrokerTransactionLog> transaction_log;
  std::unique_ptr<coordinator::TransactionCoordinator> transactions;
  std::unique_ptr<TimerThread> timer_thread;
  std::unique_ptr<CleanerThread> cleaner_thread;
  std::unique_ptr<listen::KafkaListener> listener;
  std::unique_ptr<net::Server> server;
  std::vector<net::Endpoint> endpoints;
  /// Replays groups and transactions while requests are served; until then they are answered with
  /// coordinator_load_in_progress.
  std::thread loader;

  ~State() {
    if (server) server->stop(Milliseconds(0));
    if (cleaner_thread) cleaner_thread->stop();
    if (timer_thread) timer_thread->stop();
    if (loader.joinable()) loader.join();
  }
};

RunningBroker::RunningBroker(std::unique_ptr<State> state) : state_(std::move(state)) {}
RunningBroker::~RunningBroker() = default;

Result<std::unique_ptr<RunningBroker>> RunningBroker::start(RunningBrokerOptions options) {
  auto state = std::make_unique<State>();
  if (options.in_memory) {
    state->file_system = std::make_unique<io::MemoryFileSystem>();
  } else {
    state->file_system = io::make_posix_file_system();
  }
  auto opened = broker::Broker::open({.file_system = state->file_system.get(),
                                      .dir = options.dir,
                                      .clock = &state->clock,
                                      .timers = &state->timers,
                                      .config = options.config});
  if (!opened) return with_remedy(std::move(opened).error());
  state->broker = *std::move(opened);
  const auto config = state->broker->config();
  state->offsets_log = std::make_unique<coordinator::BrokerOffsetsLog>(*state->broker);
  state->groups = std::make_unique<coordinator::GroupCoordinator>(
      coordinator::coordinator_config(*state->broker), *state->offsets_log, state->clock,
      state->timers);
  state->transaction_log =
      std::make_unique<coordinator::BrokerTransactionLog>(*state->broker, *state->groups);
  state->transactions = std::make_unique<coordinator::TransactionCoordinator>(
      coordinator::transaction_config(*config), *state->transaction_log, state->clock,
      state->timers);
  state->listener = std::make_unique<listen::KafkaListener>(
      handlers::Services{.broker = state->broker.get(),
                         .groups = state->groups.get(),
                         .transactions = state->transactions.get()},
      options.advertised);
  state->server = std::make_unique<net::Server>(
      net::ServerOptions{.io_threads = std::max(1U, std::thread::hardware_concurrency()),
                         .limits = limits_of(*config),
                         .clock = &state->clock},
      *state->listener);
  for (const net::Endpoint& endpoint : options.listen) {
    MILL_TRY(auto bound, state->server->listen(endpoint));
    state->endpoints.push_back(std::move(bound));
  }
  state->timer_thread = std::make_unique<TimerThread>(state->timers, state->clock);
  state->cleaner_thread = std::make_unique<CleanerThread>(state->broker->log_cleaner());
  state->loader =
      std::thread([groups = state->groups.get(), transactions = state->transactions.get()] {
        const auto summary = groups->load();
        log::info("groups: ", summary.group_count, " with ", summary.offset_count,
                  " offsets out of ", summary.record_count, " records");
        const auto loaded = transactions->load();
        if (loaded.transactional_id_count > 0) {
          log::info("transactional ids: ", loaded.transactional_id_count, ", ",
                    loaded.unfinished_count, " of them with a transaction to be ended");
        }
      });
  state->server->start();
  return std::unique_ptr<RunningBroker>(new RunningBroker(std::move(state)));
}

const std::vector<net::Endpoint>& RunningBroker::endpoints() const { return state_->endpoints; }

const std::vector<std::string>& RunningBroker::recovery_report() const {
  return state_->broker->recovery_report();
}

Result<void> RunningBroker::stop(Milliseconds grace) {
  state_->server->stop(grace);
  state_->cleaner_thread->stop();
  state_->timer_thread->stop();
  state_->loader.join();
  return state_->broker->close();
}

}  // namespace millrace::server
