#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/start_point.h"
#include "cli/topic_commands.h"

namespace millrace::server {
namespace {

struct Flags {
  ConnectionFlags connection;
  std::vector<std::string> names;
  bool all_configs = false;
};

std::string join_numbers(const std::vector<int32_t>& numbers) {
  std::string out;
  for (const int32_t number : numbers) out += cat(out.empty() ? "" : ",", number);
  return out;
}

Result<std::string> describe(Admin& admin, const TopicDescription& topic, const Flags& flags) {
  const auto partitions = partitions_of(topic);
  MILL_TRY(const auto starts, offsets_at(admin, partitions, kEarliest));
  MILL_TRY(const auto ends, offsets_at(admin, partitions, kLatest));
  MILL_TRY(const auto configs, admin.describe_topic_config(topic.name));
  std::string out = cat("topic ", topic.name, "  id ", topic.id, "  partitions ",
                        topic.partitions.size(), topic.internal ? "  internal" : "", '\n');
  for (const auto& config : configs) {
    if (!config.own && !flags.all_configs) continue;
    out += cat("  ", config.name, '=', config.value.value_or(""), config.own ? "" : "  (inherited)",
               '\n');
  }
  std::vector<std::vector<std::string>> rows = {
      {"  PARTITION", "LEADER", "EPOCH", "REPLICAS", "IN-SYNC", "START", "END"}};
  for (const auto& partition : topic.partitions) {
    const TopicPartition name{.topic = topic.name, .partition = partition.id};
    rows.push_back({cat("  ", partition.id), cat(partition.leader), cat(partition.leader_epoch),
                    join_numbers(partition.replicas), join_numbers(partition.in_sync),
                    cat(starts.at(name)), cat(ends.at(name))});
  }
  return out + format_table(rows);
}

Result<std::string> run(const Flags& flags) {
  MILL_TRY(auto admin, connect_admin(flags.connection));
  std::vector<TopicDescription> topics;
  if (flags.names.empty()) {
    MILL_TRY(topics, admin.list_topics());
    std::erase_if(topics, [](const auto& topic) { return topic.internal; });
  }
  for (const auto& name : flags.names) {
    MILL_TRY(auto topic, admin.describe_topic(name));
    topics.push_back(std::move(topic));
  }
  std::string out;
  for (const auto& topic : topics) {
    MILL_TRY(const auto text, describe(admin, topic, flags));
    out += text;
  }
  return out;
}

}  // namespace

void add_topic_describe(Command topic) {
  auto flags = std::make_shared<Flags>();
  const auto command = topic.add(
      "describe", "Print id, configuration, and leader, replicas and offsets of each partition");
  command.option("name", flags->names, "Names of the topics; all but internal ones without");
  command.flag("--all-configs", flags->all_configs, "Inherited configuration values too");
  add_connection_flags(command, flags->connection);
  command.example("millrace topic describe orders");
  command.does([flags] {
    const auto text = run(*flags);
    return text ? print(*text) : fail(text.error());
  });
}

}  // namespace millrace::server
