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

void add_group_delete(Command group) {
  auto flags = std::make_shared<Flags>();
  const auto command = group.add("delete", "Delete groups without members, with their offsets");
  command.option("name", flags->names, "Names of the groups").required();
  add_connection_flags(command, flags->connection);
  command.example("millrace group delete billing");
  command.does([flags] { return finish(run(*flags)); });
}

}  // namespace millrace::server
