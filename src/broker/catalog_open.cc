// The start: topics out of the metadata, their partitions out of the directory.
#include <map>

#include "base/text.h"
#include "base/try.h"
#include "broker/catalog_state.h"
#include "storage/partition_log.h"
#include "storage/recovery_report.h"

namespace millrace::broker {
namespace {

using Failures = std::map<storage::TopicPartition, std::string>;

/// Topics as the metadata has them, still without partitions.
Result<std::map<std::string, TopicRecord>> read_topics(const MetadataStore& metadata) {
  std::map<std::string, TopicRecord> topics;
  for (const MetadataEntry& entry : metadata.list(kTopicPrefix)) {
    MILL_TRY(auto record, decode_topic(entry.value));
    topics.emplace(entry.key.substr(kTopicPrefix.size()), std::move(record));
  }
  return topics;
}

Failures describe_recovery(const storage::RecoveryReport& recovery,
                           std::vector<std::string>& report) {
  for (const auto& partition : recovery.partitions) {
    for (auto& line : storage::describe(partition)) report.push_back(std::move(line));
  }
  Failures failures;
  for (const auto& failure : recovery.failed) {
    report.push_back(cat(failure.partition, " is offline: ", failure.error.to_string()));
    failures.emplace(failure.partition, failure.error.to_string());
  }
  return failures;
}

}  // namespace

Result<std::unique_ptr<Catalog>> Catalog::open(Options options, std::vector<std::string>& report) {
  auto state = std::make_unique<State>(std::move(options));
  MetadataStore& metadata = *state->options.metadata;
  storage::LogDirectory& directory = *state->options.directory;
  MILL_TRY(const auto topics, read_topics(metadata));
  std::map<std::string, std::shared_ptr<const TopicConfig>> configs;
  for (const auto& [name, record] : topics) configs.emplace(name, state->effective(record.config));
  MILL_CHECK(directory.load([&](const storage::TopicPartition& name) {
    const auto found = configs.find(name.topic);
    return found == configs.end() ? state->effective({})->log : found->second->log;
  }));
  const Failures failures = describe_recovery(directory.report(), report);
  const MutexLock lock(state->change);

  // A deletion that was answered, but whose directories are still there.
  for (const MetadataEntry& entry : metadata.list(kDeletedTopicPrefix)) {
    MILL_TRY(const auto deleted, decode_deleted_topic(entry.value));
    const auto id = Uuid::parse(std::string_view(entry.key).substr(kDeletedTopicPrefix.size()));
    bool gone = true;
    for (int32_t number = 0; number < deleted.partition_count; ++number) {
      const auto log = directory.find({.topic = deleted.name, .partition = PartitionId(number)});
      // The name may have been taken by a new topic since.
      if (!log || log->topic_id() != id) continue;
      gone = state->remove_directories(deleted.name, number, number + 1) && gone;
    }
    if (gone) MILL_CHECK(metadata.commit({.deletes = {entry.key}}));
  }

  for (const auto& [name, record] : topics) {
    auto topic = std::make_shared<Topic>();
    topic->name = name;
    topic->id = record.id;
    topic->internal = is_internal_topic(name);
    topic->config = record.config;
    const auto& config = configs.at(name);
    for (int32_t number = 0; number < record.partition_count; ++number) {
      const storage::TopicPartition partition{.topic = name, .partition = PartitionId(number)};
      std::shared_ptr<storage::PartitionLog> log;
      if (!failures.contains(partition)) {
        auto opened = directory.create(partition, record.id, config->log);
        if (opened) {
          log = *std::move(opened);
        } else {
          report.push_back(cat(partition, " is offline: ", opened.error().to_string()));
        }
      }
      topic->partitions.push_back(
          state->make_partition(*topic, partition.partition, std::move(log), config));
    }
    state->publish(std::move(topic));
  }
  for (const auto& log : directory.partitions()) {
    const auto found = topics.find(log->name().topic);
    if (found != topics.end() && log->name().partition.value() < found->second.partition_count)
      continue;
    report.push_back(cat(log->directory(), " belongs to no topic; it is left alone"));
  }
  return std::unique_ptr<Catalog>(new Catalog(std::move(state)));
}

}  // namespace millrace::broker
