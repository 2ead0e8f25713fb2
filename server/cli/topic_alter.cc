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

void add_topic_alter(Command topic) {
  auto flags = std::make_shared<Flags>();
  const auto command = topic.add("alter", "Add partitions, change the configuration");
  command.option("name", flags->name, "The topic").required();
  command.option("--partitions", flags->partitions, "How many there are to be in total")
      .between(1, 10'000);
  command.option("--set", flags->settings, "KEY=VALUE of the topic's configuration; repeatable")
      .repeatable();
  command.option("--unset", flags->unset, "KEY that goes back to its default; repeatable")
      .repeatable();
  add_connection_flags(command, flags->connection);
  command.example("millrace topic alter orders --partitions 12 --set retention.ms=3600000");
  command.does([flags] { return finish(run(*flags)); });
}

}  // namespace millrace::server
