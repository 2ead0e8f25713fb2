#include "base/try.h"
#include "cli/common.h"
#include "cli/group_commands.h"
#include "cli/output.h"

namespace millrace::server {
namespace {

Result<std::string> run(const ConnectionFlags& flags) {
  MILL_TRY(auto admin, connect_admin(flags));
  MILL_TRY(const auto groups, admin.list_groups());
  std::vector<std::vector<std::string>> rows = {{"GROUP", "STATE", "PROTOCOL-TYPE", "TYPE"}};
  for (const auto& group : groups) {
    rows.push_back({group.group, group.state, group.protocol_type, group.type});
  }
  return format_table(rows);
}

}  // namespace

void add_group_list(Command group) {
  auto flags = std::make_shared<ConnectionFlags>();
  const auto command = group.add("list", "Print all groups with their states");
  add_connection_flags(command, *flags);
  command.example("millrace group list");
  command.does([flags] {
    const auto text = run(*flags);
    return text ? print(*text) : fail(text.error());
  });
}

}  // namespace millrace::server
