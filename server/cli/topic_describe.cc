#include <CLI/CLI.hpp>

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/topic_commands.h"
#include "client/offsets.h"
#include "client/topics.h"

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

Result<std::string> describe(client::Cluster& cluster, const client::TopicInfo& topic,
                             const Flags& flags) {
  const auto limits = cluster.limits();
  const auto partitions = client::partitions_of(topic);
  MILL_TRY(const auto starts, client::list_offsets(cluster, partitions, kEarliest, limits));
  MILL_TRY(const auto ends, client::list_offsets(cluster, partitions, kLatest, limits));
  MILL_TRY(const auto configs, client::describe_topic_config(cluster, topic.name, limits));
  std::string out = cat("topic ", topic.name, "  id ", topic.id.to_string(), "  partitions ",
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
  MILL_TRY(const auto cluster, connect(flags.connection));
  std::vector<client::TopicInfo> topics;
  if (flags.names.empty()) {
    MILL_TRY(topics, cluster->topics(cluster->limits()));
    std::erase_if(topics, [](const auto& topic) { return topic.internal; });
  }
  for (const auto& name : flags.names) {
    MILL_TRY(auto topic, cluster->topic(name, client::MissingTopic::refuse, cluster->limits()));
    topics.push_back(std::move(topic));
  }
  std::string out;
  for (const auto& topic : topics) {
    MILL_TRY(const auto text, describe(*cluster, topic, flags));
    out += text;
  }
  return out;
}

}  // namespace

void add_topic_describe(Program& program, CLI::App& topic) {
  auto flags = std::make_shared<Flags>();
  auto& command = *topic.add_subcommand(
      "describe", "Print id, configuration, and leader, replicas and offsets of each partition");
  command.add_option("name", flags->names, "Names of the topics; all but internal ones without");
  command.add_flag("--all-configs", flags->all_configs, "Inherited configuration values too");
  add_connection_flags(command, flags->connection);
  command.footer("Example: millrace topic describe orders");
  command.callback([&program, flags] {
    program.action = [flags] {
      const auto text = run(*flags);
      return text ? print(*text) : fail(text.error());
    };
  });
}

}  // namespace millrace::server
