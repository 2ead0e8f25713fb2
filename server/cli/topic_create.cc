#include "base/try.h"
#include "cli/common.h"
#include "cli/topic_commands.h"

namespace millrace::server {
namespace {

struct Flags {
  ConnectionFlags connection;
  std::vector<std::string> names;
  int32_t partitions = -1;
  int16_t replication_factor = -1;
  std::vector<std::string> settings;
  bool if_not_exists = false;
};

Result<void> run(const Flags& flags) {
  MILL_TRY(const auto configs, parse_assignments(flags.settings));
  MILL_TRY(auto admin, connect_admin(flags.connection));
  for (const auto& name : flags.names) {
    auto made = admin.create_topic({.name = name,
                                    .partitions = flags.partitions,
                                    .replication_factor = flags.replication_factor,
                                    .configs = configs});
    if (!made && made.error().is(ErrorCode::topic_already_exists) && flags.if_not_exists) {
      tell("topic '" + name + "' exists already");
    } else if (!made) {
      return made;
    } else {
      tell("created topic '" + name + "'");
    }
  }
  return {};
}

}  // namespace

void add_topic_create(Command topic) {
  auto flags = std::make_shared<Flags>();
  const auto command = topic.add("create", "Create topics");
  command.option("name", flags->names, "Names of the topics").required();
  command.option("--partitions", flags->partitions, "How many; without it the broker's default")
      .between(1, 10'000);
  command
      .option("--replication-factor", flags->replication_factor,
              "Copies; without it the broker's default")
      .between(1, 100);
  command.option("--set", flags->settings, "KEY=VALUE of the topic's configuration; repeatable")
      .repeatable();
  command.flag("--if-not-exists", flags->if_not_exists, "Succeed where the topic exists");
  add_connection_flags(command, flags->connection);
  command.example("millrace topic create orders --partitions 6 --set retention.ms=86400000");
  command.does([flags] { return finish(run(*flags)); });
}

}  // namespace millrace::server
