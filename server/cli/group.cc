// millrace group: the commands about consumer groups.
#include "cli/group_commands.h"

namespace millrace::server {

void add_group(Command program) {
  const auto group =
      program.add("group", "Look at consumer groups, move their offsets, delete them");
  group.is_group();
  group.example("millrace group describe billing");
  add_group_list(group);
  add_group_describe(group);
  add_group_seek(group);
  add_group_delete(group);
}

}  // namespace millrace::server
