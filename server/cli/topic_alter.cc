#include <CLI/CLI.hpp>

#include "base/try.h"
#include "cli/common.h"
#include "cli/topic_commands.h"

namespace millrace::server {
namespace {

struct Flags {
  ConnectionFlags connection;
  std::string name;
  std::optional<int32_t> partitions;
  std::vector<std::string> settings;
  std::vector<std::string> unset;
};

Result<void> run(const Flags& flags) {
  MILL_TRY(auto set, parse_assignments(flags.settings));
  const ConfigEdits edits{.set = std::move(set), .unset = flags.unset};
  const bool edits_config = !edits.set.empty() || !edits.unset.empty();
  if (!edits_config && !flags.partitions) {
    return usage_error("nothing to change: give --partitions, --set or --unset");
  }
  MILL_TRY(auto admin, connect_admin(flags.connection));
  MILL_CHECK(admin.describe_topic(flags.name));
  if (edits_config) MILL_CHECK(admin.alter_topic_config(flags.name, edits));
  if (flags.partitions) MILL_CHECK(admin.add_partitions(flags.name, *flags.partitions));
  tell("altered topic '" + flags.name + "'");
  return {};
}

}  // namespace

void add_topic_alter(Program& program, CLI::App& topic) {
  auto flags = std::make_shared<Flags>();
  auto& command = *topic.add_subcommand("alter", "Add partitions, change the configuration");
  command.add_option("name", flags->name, "The topic")->required();
  command.add_option("--partitions", flags->partitions, "How many there are to be in total")
      ->check(CLI::Range(1, 10'000));
  command
      .add_option("--set", flags->settings, "KEY=VALUE of the topic's configuration; repeatable")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--unset", flags->unset, "KEY that goes back to its default; repeatable")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_connection_flags(command, flags->connection);
  command.footer("Example: millrace topic alter orders --partitions 12 --set retention.ms=3600000");
  command.callback([&program, flags] { program.action = [flags] { return finish(run(*flags)); }; });
}

}  // namespace millrace::server
