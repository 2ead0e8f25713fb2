// Deleted topics and altered configurations.
#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/catalog_state.h"

namespace millrace::broker {
namespace {

/// A topic lives in files or in memory from its first day on.
Result<void> check_place(const TopicConfig& before, const TopicConfig& after) {
  if ((before.durability == Durability::memory) == (after.durability == Durability::memory))
    return {};
  return kafka_error(
      ErrorCode::invalid_config,
      "millrace.durability=memory can be chosen only when a topic is made, and not be taken back");
}

}  // namespace

Result<void> Catalog::remove(std::string_view name) {
  MILL_TRY(const TopicPtr topic, state_->find_or_error(name));
  return remove(topic->id);
}

Result<void> Catalog::remove(const Uuid& id) {
  if (!state_->options.config()->flag("delete.topic.enable")) {
    return kafka_error(ErrorCode::topic_deletion_disabled, "Topic deletion is disabled.");
  }
  std::vector<std::function<void()>> afterwards;
  {
    const MutexLock lock(state_->change);
    const TopicPtr topic = find(id);
    if (!topic)
      return kafka_error(ErrorCode::unknown_topic_id, cat("no topic has the id ", id.to_string()));
    const std::string tombstone = deleted_topic_key(id);
    const DeletedTopicRecord record{.name = topic->name,
                                    .partition_count = topic->partition_count()};
    MILL_CHECK(state_->options.metadata->commit(
        {.puts = {{tombstone, encode(record)}}, .deletes = {topic_key(topic->name)}}));
    state_->withdraw(*topic);
    for (const auto& partition : topic->partitions) {
      afterwards.push_back(partition->retire(ErrorCode::unknown_topic_or_partition));
    }
    // The tombstone has the next start try again where a directory could not be removed.
    if (state_->remove_directories(topic->name, 0, topic->partition_count())) {
      const auto forgotten = state_->options.metadata->commit({.deletes = {tombstone}});
      if (!forgotten) log::warn("deleted topic ", topic->name, ": ", forgotten.error().to_string());
    }
    log::info("deleted topic ", topic->name, ", id ", id.to_string());
  }
  for (const auto& tell : afterwards) tell();
  return {};
}

Result<void> Catalog::alter_config(std::string_view name, std::span<const ConfigChange> changes,
                                   AlterOptions options) {
  const auto broker_config = state_->options.config();
  const MutexLock lock(state_->change);
  // As in Kafka what is wrong with the values is told before that there is no such topic.
  if (!find(name)) MILL_CHECK(apply_changes({}, changes, ConfigScope::topic, *broker_config));
  MILL_TRY(const TopicPtr topic, state_->find_or_error(name));
  MILL_TRY(auto values, apply_changes(options.replace ? ConfigValues() : topic->config, changes,
                                      ConfigScope::topic, *broker_config));
  MILL_CHECK(check_place(*state_->effective(topic->config), *state_->effective(values)));
  if (options.validate_only) return {};
  return state_->set_config(*topic, std::move(values));
}

Result<void> Catalog::State::set_config(const Topic& topic, ConfigValues values) {
  MILL_CHECK(store(topic, topic.partition_count(), values));
  auto altered = std::make_shared<Topic>(topic);
  altered->config = std::move(values);
  const auto config = effective(altered->config);
  for (const auto& partition : altered->partitions) partition->set_config(config);
  publish(std::move(altered));
  return {};
}

void Catalog::refresh_configs() {
  const MutexLock lock(state_->change);
  for (const TopicPtr& topic : state_->list()) {
    const auto config = state_->effective(topic->config);
    for (const auto& partition : topic->partitions) partition->set_config(config);
  }
}

}  // namespace millrace::broker
