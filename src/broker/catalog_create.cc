// New topics, and more partitions for old ones.
#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/catalog_state.h"
#include "broker/topic_rules.h"

namespace millrace::broker {
namespace {

/// Names in use, in the form in which they must differ.
Result<void> check_collision(const std::string& name, const std::vector<TopicPtr>& topics) {
  const std::string key = collision_key(name);
  for (const TopicPtr& topic : topics) {
    if (topic->name != name && collision_key(topic->name) == key) {
      return kafka_error(ErrorCode::invalid_topic_exception,
                         cat("Topic '", name, "' collides with existing topic: ", topic->name));
    }
  }
  return {};
}

/// The offsets topic as Kafka makes it.
NewTopic offsets_topic(const BrokerConfig& config) {
  return {.name = std::string(kOffsetsTopic),
          .partitions = config.int32("offsets.topic.num.partitions"),
          .replication_factor = 1,
          .configs = {{"cleanup.policy", "compact"},
                      {"compression.type", "producer"},
                      {"segment.bytes", std::string(config.text("offsets.topic.segment.bytes"))}}};
}

/// The transactions' topic as Kafka makes it.
NewTopic transaction_topic(const BrokerConfig& config) {
  return {.name = std::string(kTransactionTopic),
          .partitions = config.int32("transaction.state.log.num.partitions"),
          .replication_factor = 1,
          .configs = {
              {"cleanup.policy", "compact"},
              {"compression.type", "uncompressed"},
              {"min.insync.replicas", std::string(config.text("transaction.state.log.min.isr"))},
              {"segment.bytes", std::string(config.text("transaction.state.log.segment.bytes"))},
              {"unclean.leader.election.enable", "false"}}};
}

NewTopic auto_created_topic(const std::string& name, const BrokerConfig& config) {
  if (name == kOffsetsTopic) return offsets_topic(config);
  if (name == kTransactionTopic) return transaction_topic(config);
  return {.name = name};
}

}  // namespace

Result<CreatedTopic> Catalog::create(const NewTopic& request, bool validate_only) {
  MILL_CHECK(check_topic_name(request.name));
  const auto broker_config = state_->options.config();
  const MutexLock lock(state_->change);
  if (state_->find(request.name)) {
    return kafka_error(ErrorCode::topic_already_exists,
                       cat("Topic '", request.name, "' already exists."));
  }
  MILL_CHECK(check_collision(request.name, state_->list()));
  MILL_TRY(auto config, configs_of(request));
  MILL_TRY(const int32_t count, partitions_of(request, *broker_config, state_->options.node_id));
  // A topic stays where it was made, whatever the broker's default becomes.
  if (broker_config->text("millrace.durability") == "memory")
    config.emplace("millrace.durability", "memory");

  auto topic = std::make_shared<Topic>();
  topic->name = request.name;
  topic->id = request.id.value_or(Uuid::random());
  topic->internal = is_internal_topic(request.name);
  topic->config = config;
  CreatedTopic created{.id = topic->id,
                       .partitions = count,
                       .configs = describe_topic_config(config, *broker_config)};
  if (validate_only) return created;
  MILL_CHECK(state_->store(*topic, count, config));
  if (auto made = state_->add_partitions(*topic, 0, count); !made) {
    // A directory may be left half made under this id: as with a deleted topic the next start
    // looks.
    const DeletedTopicRecord record{.name = topic->name, .partition_count = count};
    const auto undone =
        state_->options.metadata->commit({.puts = {{deleted_topic_key(topic->id), encode(record)}},
                                          .deletes = {topic_key(topic->name)}});
    if (!undone)
      log::error("topic ", topic->name,
                 " is half made until the next start: ", undone.error().to_string());
    return std::move(made).error();
  }
  state_->publish(topic);
  log::info("created topic ", topic->name, " with ", count, " partitions, id ",
            topic->id.to_string());
  return created;
}

Result<TopicPtr> Catalog::auto_create(const std::string& name) {
  if (TopicPtr found = find(name)) return found;
  const auto config = state_->options.config();
  if (!is_internal_topic(name) && !config->flag("auto.create.topics.enable")) {
    return kafka_error(ErrorCode::unknown_topic_or_partition,
                       cat("The topic '", name, "' does not exist."));
  }
  const auto created = create(auto_created_topic(name, *config));
  if (!created && !created.error().is(ErrorCode::topic_already_exists)) return created.error();
  return state_->find_or_error(name);
}

Result<void> Catalog::add_partitions(const NewPartitions& request, bool validate_only) {
  const MutexLock lock(state_->change);
  MILL_TRY(const TopicPtr before, state_->find_or_error(request.topic));
  const int32_t count = before->partition_count();
  MILL_CHECK(check_growth(request, count, state_->options.node_id));
  if (validate_only) return {};
  auto topic = std::make_shared<Topic>(*before);
  MILL_CHECK(state_->store(*topic, request.count, topic->config));
  if (auto made = state_->add_partitions(*topic, count, request.count); !made) {
    const auto undone = state_->store(*topic, count, topic->config);
    if (!undone)
      log::error("topic ", topic->name, " grows at the next start: ", undone.error().to_string());
    return made;
  }
  state_->publish(std::move(topic));
  return {};
}

}  // namespace millrace::broker
