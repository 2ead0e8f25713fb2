#include <CLI/CLI.hpp>

#include "base/try.h"
#include "cli/common.h"
#include "cli/group_commands.h"

namespace millrace::server {
namespace {

struct Flags {
  ConnectionFlags connection;
  std::vector<std::string> names;
};

Result<void> run(const Flags& flags) {
  MILL_TRY(auto admin, connect_admin(flags.connection));
  for (const auto& name : flags.names) {
    MILL_CHECK(admin.delete_group(name));
    tell("deleted group '" + name + "'");
  }
  return {};
}

}  // namespace

void add_group_delete(Program& program, CLI::App& group) {
  auto flags = std::make_shared<Flags>();
  auto& command =
      *group.add_subcommand("delete", "Delete groups without members, with their offsets");
  command.add_option("name", flags->names, "Names of the groups")->required();
  add_connection_flags(command, flags->connection);
  command.footer("Example: millrace group delete billing");
  command.callback([&program, flags] { program.action = [flags] { return finish(run(*flags)); }; });
}

}  // namespace millrace::server
