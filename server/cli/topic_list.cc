#include <CLI/CLI.hpp>

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

void add_topic_list(Program& program, CLI::App& topic) {
  auto flags = std::make_shared<Flags>();
  auto& command = *topic.add_subcommand("list", "Print the names of all topics, sorted");
  command.add_flag("--internal", flags->internal, "Internal topics too");
  add_connection_flags(command, flags->connection);
  command.footer("Example: millrace topic list --bootstrap 127.0.0.1:9092");
  command.callback([&program, flags] { program.action = [flags] { return run(*flags); }; });
}

}  // namespace millrace::server
