#include "base/try.h"
#include "cli/common.h"
#include "cli/topic_commands.h"

namespace millrace::server {
namespace {

struct Flags {
  ConnectionFlags connection;
  std::vector<std::string> names;
  bool if_exists = false;
};

Result<void> run(const Flags& flags) {
  MILL_TRY(auto admin, connect_admin(flags.connection));
  for (const auto& name : flags.names) {
    auto gone = admin.delete_topic(name);
    if (!gone && gone.error().is(ErrorCode::unknown_topic_or_partition) && flags.if_exists) {
      tell("topic '" + name + "' does not exist");
    } else if (!gone) {
      return gone;
    } else {
      tell("deleted topic '" + name + "'");
    }
  }
  return {};
}

}  // namespace

void add_topic_delete(Command topic) {
  auto flags = std::make_shared<Flags>();
  const auto command = topic.add("delete", "Delete topics with all their records");
  command.option("name", flags->names, "Names of the topics").required();
  command.flag("--if-exists", flags->if_exists, "Succeed where the topic does not exist");
  add_connection_flags(command, flags->connection);
  command.example("millrace topic delete orders");
  command.does([flags] { return finish(run(*flags)); });
}

}  // namespace millrace::server
