#include "cli/common.h"
#include "cli/output.h"
#include "cli/topic_commands.h"

namespace millrace::server {
namespace {

struct Flags {
  ConnectionFlags connection;
  bool internal = false;
};

int run(const Flags& flags) {
  auto admin = connect_admin(flags.connection);
  if (!admin) return fail(admin.error());
  const auto topics = admin->list_topics();
  if (!topics) return fail(topics.error());
  std::string text;
  for (const auto& topic : *topics) {
    if (!topic.internal || flags.internal) text += topic.name + '\n';
  }
  return print(text);
}

}  // namespace

void add_topic_list(Command topic) {
  auto flags = std::make_shared<Flags>();
  const auto command = topic.add("list", "Print the names of all topics, sorted");
  command.flag("--internal", flags->internal, "Internal topics too");
  add_connection_flags(command, flags->connection);
  command.example("millrace topic list --bootstrap 127.0.0.1:9092");
  command.does([flags] { return run(*flags); });
}

}  // namespace millrace::server
