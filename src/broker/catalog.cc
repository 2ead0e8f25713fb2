// Lookups, and what all changes share. Opening, creating, deleting and altering have files of their
// own.
#include "broker/catalog.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/catalog_state.h"

namespace millrace::broker {

Catalog::Catalog(std::unique_ptr<State> state) : state_(std::move(state)) {}
Catalog::~Catalog() = default;

TopicPtr Catalog::find(std::string_view name) const { return state_->find(name); }

TopicPtr Catalog::find(const Uuid& id) const {
  const MutexLock lock(state_->mutex);
  const auto found = state_->by_id.find(id);
  return found == state_->by_id.end() ? nullptr : found->second;
}

PartitionPtr Catalog::find_partition(std::string_view topic, PartitionId id) const {
  const TopicPtr found = find(topic);
  return found ? found->partition(id) : nullptr;
}

std::vector<TopicPtr> Catalog::list() const { return state_->list(); }

int64_t Catalog::version() const { return state_->version.load(); }

Result<std::vector<ConfigEntry>> Catalog::describe_config(std::string_view topic) const {
  MILL_TRY(const TopicPtr found, state_->find_or_error(topic));
  return describe_topic_config(found->config, *state_->options.config());
}

void Catalog::retire_all(ErrorCode reason) {
  for (const TopicPtr& topic : list()) {
    for (const PartitionPtr& partition : topic->partitions) partition->retire(reason)();
  }
}

TopicPtr Catalog::State::find(std::string_view name) const {
  const MutexLock lock(mutex);
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : found->second;
}

Result<TopicPtr> Catalog::State::find_or_error(std::string_view name) const {
  if (TopicPtr found = find(name)) return found;
  return kafka_error(ErrorCode::unknown_topic_or_partition,
                     cat("The topic '", name, "' does not exist."));
}

std::vector<TopicPtr> Catalog::State::list() const {
  std::vector<TopicPtr> topics;
  {
    const MutexLock lock(mutex);
    topics.reserve(by_name.size());
    for (const auto& [name, topic] : by_name) topics.push_back(topic);
  }
  std::ranges::sort(topics, {},
                    [](const TopicPtr& topic) -> const std::string& { return topic->name; });
  return topics;
}

void Catalog::State::publish(TopicPtr topic) {
  const MutexLock lock(mutex);
  by_id.insert_or_assign(topic->id, topic);
  const std::string& name = topic->name;
  by_name.insert_or_assign(name, std::move(topic));
  ++version;
}

void Catalog::State::withdraw(const Topic& topic) {
  const MutexLock lock(mutex);
  by_name.erase(topic.name);
  by_id.erase(topic.id);
  ++version;
}

std::shared_ptr<const TopicConfig> Catalog::State::effective(const ConfigValues& own) const {
  return TopicConfig::from(own, *options.config());
}

PartitionPtr Catalog::State::make_partition(const Topic& topic, PartitionId number,
                                            std::shared_ptr<storage::PartitionLog> log,
                                            std::shared_ptr<const TopicConfig> config) const {
  return Partition::make({.id = {topic.name, topic.id, number},
                          .log = std::move(log),
                          .config = std::move(config),
                          .directory = options.directory,
                          .sync_pool = options.sync_pool,
                          .sync_inline = options.sync_inline,
                          .clock = options.clock,
                          .timers = options.timers});
}

Result<void> Catalog::State::add_partitions(Topic& topic, int32_t first, int32_t count) {
  const auto config = effective(topic.config);
  for (int32_t number = first; number < count; ++number) {
    auto log = options.directory->create({.topic = topic.name, .partition = PartitionId(number)},
                                         topic.id, config->log);
    if (!log) {
      // Not this partition's directory: if it was there before, it belongs to somebody else.
      remove_directories(topic.name, first, number);
      topic.partitions.resize(static_cast<size_t>(first));
      return kafka_error(
          ErrorCode::kafka_storage_error,
          cat("partition ", number, " of topic ", topic.name, ": ", log.error().to_string()));
    }
    topic.partitions.push_back(make_partition(topic, PartitionId(number), *std::move(log), config));
  }
  return {};
}

bool Catalog::State::remove_directories(const std::string& topic, int32_t first, int32_t count) {
  bool all = true;
  for (int32_t number = first; number < count; ++number) {
    const auto removed =
        options.directory->remove({.topic = topic, .partition = PartitionId(number)});
    if (removed || removed.error().is(ErrorCode::unknown_topic_or_partition)) continue;
    log::warn("directory of ", topic, "-", number,
              " stays until the next start: ", removed.error().to_string());
    all = false;
  }
  return all;
}

Result<void> Catalog::State::store(const Topic& topic, int32_t partition_count,
                                   const ConfigValues& config) {
  const std::string key = topic_key(topic.name);
  const auto before = options.metadata->get(key);
  const TopicRecord record{.id = topic.id, .partition_count = partition_count, .config = config};
  MILL_CHECK(options.metadata->commit(
      {.guards = {{key, before ? before->revision : 0}}, .puts = {{key, encode(record)}}}));
  return {};
}

}  // namespace millrace::broker
