#include "broker/broker.h"

#include "base/log.h"
#include "base/mutex.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/group_configs.h"
#include "broker/housekeeping.h"
#include "broker/local_metadata_store.h"
#include "broker/log_cleaner.h"
#include "broker/metadata_records.h"
#include "broker/partition.h"
#include "broker/producer_ids.h"
#include "storage/log_directory.h"
#include "storage/sync_pool.h"

namespace millrace::broker {

// In the order of their making; destroyed in reverse.
struct Broker::State {
  explicit State(BrokerOptions given) : options(std::move(given)) {}

  BrokerOptions options;
  int32_t node_id = 1;
  std::unique_ptr<storage::LogDirectory> directory;
  std::unique_ptr<LocalMetadataStore> metadata;
  mutable Mutex config_mutex{LockRank::broker_config};
  std::shared_ptr<const BrokerConfig> config MILL_GUARDED_BY(config_mutex);
  // One alteration of the broker's values at a time, held while it becomes durable.
  Mutex alteration{LockRank::broker_alteration};
  std::unique_ptr<storage::SyncPool> sync_pool;
  std::unique_ptr<Catalog> catalog;
  std::unique_ptr<ProducerIds> producer_ids;
  std::unique_ptr<GroupConfigs> group_configs;
  std::unique_ptr<FetchSessions> fetch_sessions;
  std::unique_ptr<LogCleaner> log_cleaner;
  std::vector<std::string> recovery_report;
  std::unique_ptr<Housekeeping> housekeeping;

  std::shared_ptr<const BrokerConfig> current_config() const {
    const MutexLock lock(config_mutex);
    return config;
  }
  std::string own_name() const { return std::to_string(node_id); }

  Result<ConfigValues> stored_config(std::string_view name) const {
    const auto stored = metadata->get(broker_config_key(name));
    if (!stored) return ConfigValues();
    return decode_config(stored->value);
  }
  Result<void> read_config() {
    MILL_TRY(auto defaults, stored_config(""));
    MILL_TRY(auto own, stored_config(own_name()));
    auto read =
        std::make_shared<const BrokerConfig>(options.config, std::move(defaults), std::move(own));
    const MutexLock lock(config_mutex);
    config = std::move(read);
    return {};
  }
  Result<void> check_name(std::string_view name) const {
    if (name.empty() || name == own_name()) return {};
    return kafka_error(ErrorCode::invalid_request, cat("Unexpected broker id, expected ", node_id,
                                                       " or empty string, but received ", name));
  }

  template <class Fn>
  void for_each_partition(Fn fn) const {
    for (const TopicPtr& topic : catalog->list()) {
      for (const PartitionPtr& partition : topic->partitions) fn(*partition);
    }
  }
  void start_housekeeping();
};

namespace {

int32_t node_id_of(const BrokerConfig& config) {
  const int32_t older = config.int32("broker.id");
  return older >= 0 ? older : config.int32("node.id");
}

}  // namespace

Broker::Broker(std::unique_ptr<State> state) : state_(std::move(state)) {}
Broker::~Broker() {
  // Whoever still waits in a partition keeps it alive and is told now; after close nobody does.
  if (state_->catalog) state_->catalog->retire_all(ErrorCode::not_leader_or_follower);
}

Result<std::unique_ptr<Broker>> Broker::open(BrokerOptions options) {
  MILL_CHECK(BrokerConfig::check(options.config));
  auto state = std::make_unique<State>(std::move(options));
  State& s = *state;
  if (!s.options.security) s.options.security = std::make_shared<const AllowAll>();
  const BrokerConfig given(s.options.config, {}, {});
  s.node_id = node_id_of(given);
  MILL_TRY(s.directory,
           storage::LogDirectory::open(*s.options.file_system, *s.options.clock,
                                       {.path = s.options.dir,
                                        .recovery_threads = static_cast<size_t>(
                                            given.number("num.recovery.threads.per.data.dir")),
                                        .node_id = s.node_id}));
  MILL_TRY(s.metadata, LocalMetadataStore::open(*s.options.file_system,
                                                io::join(s.options.dir, "millrace.meta")));
  // The journal's folder must be there after a power loss before anything in it is relied on.
  MILL_CHECK(s.options.file_system->sync_directory(s.options.dir));
  MILL_CHECK(s.read_config());
  s.sync_pool = std::make_unique<storage::SyncPool>(s.options.sync_threads, s.options.run_later);
  MILL_TRY(s.catalog,
           Catalog::open({.metadata = s.metadata.get(),
                          .directory = s.directory.get(),
                          .sync_pool = s.sync_pool.get(),
                          .sync_inline = s.options.sync_threads == 0 && !s.options.run_later,
                          .clock = s.options.clock,
                          .timers = s.options.timers,
                          .node_id = s.node_id,
                          .config = [&s] { return s.current_config(); }},
                         s.recovery_report));
  s.producer_ids = std::make_unique<ProducerIds>(*s.metadata);
  s.group_configs =
      std::make_unique<GroupConfigs>(*s.metadata, [&s] { return s.current_config(); });
  s.fetch_sessions = std::make_unique<FetchSessions>(
      *s.options.clock,
      static_cast<size_t>(given.number("max.incremental.fetch.session.cache.slots")));
  s.log_cleaner = std::make_unique<LogCleaner>(
      LogCleaner::Options{.catalog = s.catalog.get(),
                          .directory = s.directory.get(),
                          .sync_pool = s.sync_pool.get(),
                          .sync_inline = s.options.sync_threads == 0,
                          .clock = s.options.clock,
                          .config = [&s] { return s.current_config(); }});
  s.start_housekeeping();
  return std::unique_ptr<Broker>(new Broker(std::move(state)));
}

void Broker::State::start_housekeeping() {
  const auto now = current_config();
  const auto ms = [&](std::string_view name) { return Milliseconds(now->number(name)); };
  const Milliseconds first = ms("log.initial.task.delay.ms");
  housekeeping = std::make_unique<Housekeeping>(*options.clock, *options.timers);
  housekeeping->add(
      {.first_after = first, .interval = ms("log.retention.check.interval.ms"), .run = [this] {
         for_each_partition([](Partition& p) { p.run_retention(); });
       }});
  housekeeping->add({.first_after = first,
                     .interval = std::min(ms("log.flush.offset.checkpoint.interval.ms"),
                                          ms("log.flush.start.offset.checkpoint.interval.ms")),
                     .run = [this] {
                       if (auto done = directory->checkpoint(); !done) {
                         log::warn("checkpoint: ", done.error().to_string());
                       }
                     }});
  housekeeping->add(
      {.first_after = ms("producer.id.expiration.check.interval.ms"),
       .interval = ms("producer.id.expiration.check.interval.ms"),
       .run = [this] { for_each_partition([](Partition& p) { p.expire_producers(); }); }});
}

Result<void> Broker::close() {
  State& s = *state_;
  s.housekeeping.reset();
  // With threads their queue runs dry by itself; without, it runs here.
  s.sync_pool->run_pending();
  s.sync_pool->drain();
  s.catalog->retire_all(ErrorCode::not_leader_or_follower);
  return s.directory->close();
}

const Clock& Broker::clock() const { return *state_->options.clock; }
Timers& Broker::timers() { return *state_->options.timers; }
Catalog& Broker::catalog() { return *state_->catalog; }
MetadataStore& Broker::metadata() { return *state_->metadata; }
GroupConfigs& Broker::group_configs() { return *state_->group_configs; }
FetchSessions& Broker::fetch_sessions() { return *state_->fetch_sessions; }
LogCleaner& Broker::log_cleaner() { return *state_->log_cleaner; }
const Security& Broker::security() const { return *state_->options.security; }
storage::SyncPool& Broker::sync_pool() { return *state_->sync_pool; }
std::shared_ptr<const BrokerConfig> Broker::config() const { return state_->current_config(); }
int32_t Broker::node_id() const { return state_->node_id; }
const std::string& Broker::cluster_id() const { return state_->directory->cluster_id(); }
const std::string& Broker::dir() const { return state_->options.dir; }
Result<io::VolumeSpace> Broker::volume_space() const {
  return state_->options.file_system->volume_space(state_->options.dir);
}
const std::vector<std::string>& Broker::recovery_report() const { return state_->recovery_report; }

Result<ProducerId> Broker::allocate_producer_id() { return state_->producer_ids->next(); }

Result<std::vector<ConfigEntry>> Broker::describe_config(std::string_view name) const {
  MILL_CHECK(state_->check_name(name));
  auto entries = describe_broker_config(*config());
  if (name.empty()) {
    // The default of all brokers is what was altered for all, nothing else.
    const auto now = config();
    std::erase_if(entries,
                  [&](const ConfigEntry& entry) { return !now->defaults().contains(entry.name); });
    for (ConfigEntry& entry : entries) {
      entry.value = now->defaults().find(entry.name)->second;
      entry.source = ConfigSource::dynamic_default_broker;
    }
  }
  return entries;
}

Result<void> Broker::alter_config(std::string_view name, std::span<const ConfigChange> changes,
                                  AlterOptions options) {
  State& s = *state_;
  MILL_CHECK(s.check_name(name));
  {
    const MutexLock lock(s.alteration);
    ConfigValues before;
    if (!options.replace) {
      MILL_TRY(before, s.stored_config(name));
    }
    MILL_TRY(const auto values,
             apply_changes(std::move(before), changes, ConfigScope::broker, *config()));
    if (options.validate_only) return {};
    const std::string key = broker_config_key(name);
    const auto stored = s.metadata->get(key);
    MILL_CHECK(s.metadata->commit({.guards = {{key, stored ? stored->revision : 0}},
                                   .puts = {{key, encode_config(values)}}}));
    MILL_CHECK(s.read_config());
  }
  s.catalog->refresh_configs();
  return {};
}

}  // namespace millrace::broker
