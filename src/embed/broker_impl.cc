#include "embed/broker_impl.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/broker.h"
#include "broker/log_cleaner.h"
#include "client/error.h"
#include "embed/local_driver.h"
#include "embed/local_link.h"
#include "io/memory_file_system.h"

namespace millrace::embed {

namespace {

using client::client_error;

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
    return {error.code(), cat(error.message(), "; give a directory this user may write to")};
  }
  if (is_any_of(no_space_on_device)) {
    return {error.code(), cat(error.message(), "; make room, or give a directory on another disk")};
  }
  return error;
}

Result<void> check(const BrokerOptions& options) {
  if (options.dir.empty()) {
    return client_error(ClientErrc::invalid_argument,
                        cat("dir is empty; give a directory, or \"", in_memory, '"'));
  }
  if (options.executor && options.manual) {
    return client_error(ClientErrc::invalid_argument,
                        "manual and executor exclude each other: a manual broker does its work "
                        "inside run_until");
  }
  if (options.sync_threads == 0) {
    return client_error(ClientErrc::invalid_argument, "sync_threads is 0; 1 and more are possible");
  }
  return {};
}

/// The program's clock, which it owns, or one of our own.
std::shared_ptr<const Clock> clock_of(const BrokerOptions& options) {
  if (!options.clock) return std::make_shared<const SystemClock>();
  return {std::shared_ptr<const Clock>(), options.clock};
}

Error closed_error() { return client_error(ClientErrc::closed, "the broker is closed"); }

}  // namespace

BrokerImpl::BrokerImpl(BrokerOptions options, std::optional<net::Endpoint> advertised)
    : options_(std::move(options)),
      advertised_(std::move(advertised)),
      clock_(clock_of(options_)) {}

BrokerImpl::~BrokerImpl() { (void)end_work(Milliseconds(0)); }

Result<std::shared_ptr<BrokerImpl>> BrokerImpl::open(BrokerOptions options,
                                                     std::optional<net::Endpoint> advertised) {
  MILL_CHECK(check(options));
  const std::shared_ptr<BrokerImpl> opened(
      new BrokerImpl(std::move(options), std::move(advertised)), DeleteAtHome());
  MILL_CHECK(opened->start());
  return opened;
}

Result<void> BrokerImpl::start() {
  const bool is_in_memory = options_.dir == in_memory;
  if (is_in_memory) {
    file_system_ = std::make_unique<io::MemoryFileSystem>();
  } else {
    file_system_ = io::make_posix_file_system();
  }
  if (options_.allow_faults) {
    fault_kit_ = std::make_shared<FaultKit>(timers_, clock_);
    file_system_ = io::with_faults(std::move(file_system_), fault_kit_->disk);
  }
  if (options_.executor) executor_.emplace(*options_.executor);
  const bool has_threads = !options_.executor && !options_.manual;
  broker::BrokerOptions core{.file_system = file_system_.get(),
                             .dir = is_in_memory ? "memory" : options_.dir,
                             .clock = clock_.get(),
                             .timers = timers_.get(),
                             .config = {options_.config.begin(), options_.config.end()},
                             .sync_threads = has_threads ? options_.sync_threads : 0};
  if (executor_) {
    core.run_later = [this](std::function<void()> work) { executor_->post(std::move(work)); };
  }
  auto opened = broker::Broker::open(std::move(core));
  if (!opened) return with_remedy(std::move(opened).error());
  broker_ = *std::move(opened);
  recovery_report_ = broker_->recovery_report();
  offsets_log_ = std::make_unique<coordinator::BrokerOffsetsLog>(*broker_);
  groups_ = std::make_unique<coordinator::GroupCoordinator>(
      coordinator::coordinator_config(*broker_), *offsets_log_, *clock_, *timers_);
  transaction_log_ = std::make_unique<coordinator::BrokerTransactionLog>(*broker_, *groups_);
  transactions_ = std::make_unique<coordinator::TransactionCoordinator>(
      coordinator::transaction_config(*broker_->config()), *transaction_log_, *clock_, *timers_);
  gate_ = std::make_shared<Gate>(services());
  if (options_.manual) {
    load();
    return {};
  }
  timers_->schedule(clock_->steady_now(), [this] { load(); });
  housekeeping_ = executor_ ? housekeep_on(*executor_, *timers_, *clock_, broker_->log_cleaner())
                            : housekeep_on_threads(*timers_, *clock_, broker_->log_cleaner());
  return {};
}

handlers::Services BrokerImpl::services() {
  return {.broker = broker_.get(),
          .groups = groups_.get(),
          .transactions = transactions_.get(),
          .faults = fault_kit_ ? &fault_kit_->requests : nullptr,
          .metrics = &request_metrics_};
}

void BrokerImpl::load() {
  const auto summary = groups_->load();
  log::info("groups: ", summary.group_count, " with ", summary.offset_count, " offsets out of ",
            summary.record_count, " records");
  const auto loaded = transactions_->load();
  if (loaded.transactional_id_count > 0) {
    log::info("transactional ids: ", loaded.transactional_id_count, ", ", loaded.unfinished_count,
              " of them with a transaction to be ended");
  }
  loaded_ = true;
}

NetworkStatus BrokerImpl::network() const {
  const std::lock_guard lock(mutex_);
  if (!server_) return {};
  return {.connections = server_->connection_count(),
          .connections_accepted = server_->accepted_count(),
          .request_bytes = server_->request_bytes()};
}

Result<net::Endpoint> BrokerImpl::listen(const net::Endpoint& endpoint) {
  const std::lock_guard lock(mutex_);
  if (closed_) return closed_error();
  if (!server_) {
    listener_ = std::make_unique<listen::KafkaListener>(services(), advertised_);
    server_ = std::make_unique<net::Server>(
        net::ServerOptions{.io_threads = std::max(1U, std::thread::hardware_concurrency()),
                           .limits = limits_of(*broker_->config()),
                           .clock = clock_.get()},
        *listener_);
    server_->start();
  }
  return server_->listen(endpoint);
}

std::shared_ptr<client::ClientCore> BrokerImpl::make_client() {
  LocalDriver::Drive drive;
  if (options_.manual) {
    drive = [weak = weak_from_this()] {
      const auto self = weak.lock();
      return self && self->run_due(self->clock_->steady_now()) > 0;
    };
  }
  auto driver = std::make_shared<LocalDriver>(timers_, clock_, std::move(drive));
  ClientOptions options;
  auto links = std::make_shared<LocalLinkFactory>(driver, gate_, options.client_id);
  const auto core = make_at_home<client::ClientCore>(driver, std::move(links), std::move(options));
  const std::lock_guard lock(mutex_);
  if (closed_) core->close();
  std::erase_if(clients_, [](const auto& known) { return known.expired(); });
  clients_.push_back(core);
  return core;
}

Result<std::shared_ptr<TopicImpl>> BrokerImpl::topic(const std::string& name) {
  broker::TopicPtr found;
  const bool is_inside = gate_->enter(
      [&](const handlers::Services& services) { found = services.broker->catalog().find(name); });
  if (!is_inside) return closed_error();
  if (!found) {
    return kafka_error(ErrorCode::unknown_topic_or_partition,
                       cat("there is no topic ", name, "; ensure_topic creates it"));
  }
  return std::make_shared<TopicImpl>(gate_, std::move(found), !options_.manual);
}

Result<void> BrokerImpl::create_topic(const broker::NewTopic& topic) {
  Result<void> done;
  const bool is_inside = gate_->enter([&](const handlers::Services& services) {
    const auto created = services.broker->catalog().create(topic);
    if (!created && !created.error().is(ErrorCode::topic_already_exists)) done = created.error();
  });
  return is_inside ? std::move(done) : closed_error();
}

Result<void> BrokerImpl::check_manual() const {
  if (!options_.manual) {
    return client_error(ClientErrc::wrong_state,
                        "this broker works by itself; open it with manual to drive it");
  }
  if (!home_.is_this()) return closed_error();
  const std::lock_guard lock(mutex_);
  if (closed_) return closed_error();
  return {};
}

Result<size_t> BrokerImpl::run_until(SteadyTime now) {
  MILL_CHECK(check_manual());
  return run_due(now);
}

Result<SteadyTime> BrokerImpl::next_deadline() const {
  MILL_CHECK(check_manual());
  return std::min(timers_->next_deadline().value_or(SteadyTime::max()), next_cleaning_);
}

size_t BrokerImpl::run_due(SteadyTime now) {
  size_t done = timers_->run_due(now);
  if (now < next_cleaning_) return done;
  broker::LogCleaner& cleaner = broker_->log_cleaner();
  while (cleaner.clean_dirtiest([](Milliseconds) { return true; })) ++done;
  next_cleaning_ = now + cleaner.backoff();
  return done;
}

bool BrokerImpl::end_work(Milliseconds grace) {
  std::vector<std::weak_ptr<client::ClientCore>> clients;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return false;
    clients = std::exchange(clients_, {});
  }
  for (const auto& known : clients) {
    if (const auto client = known.lock()) client->close();
  }
  // What is held back holds up nothing.
  if (fault_kit_) fault_kit_->requests.close();
  if (gate_) gate_->shut();
  if (server_) server_->stop(grace);
  if (housekeeping_) housekeeping_->stop();
  return true;
}

Result<void> BrokerImpl::close(Milliseconds grace) {
  if (!end_work(grace)) return {};
  auto closed = broker_->close();
  server_.reset();
  listener_.reset();
  housekeeping_.reset();
  // Who still waits for a coordinator is told by its end.
  transactions_.reset();
  transaction_log_.reset();
  groups_.reset();
  offsets_log_.reset();
  broker_.reset();
  return closed;
}

}  // namespace millrace::embed
