// millrace group: the commands about consumer groups.
#include <CLI/CLI.hpp>

#include "cli/group_commands.h"

namespace millrace::server {

void add_group(Program& program) {
  auto& group = *program.app.add_subcommand(
      "group", "Look at consumer groups, move their offsets, delete them");
  group.require_subcommand(1);
  group.footer("Example: millrace group describe billing");
  add_group_list(program, group);
  add_group_describe(program, group);
  add_group_seek(program, group);
  add_group_delete(program, group);
}

}  // namespace millrace::server
