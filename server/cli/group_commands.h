// The subcommands of `millrace group`, one file each.
#pragma once

#include "command_line.h"

namespace millrace::server {

void add_group_list(Command group);
void add_group_describe(Command group);
void add_group_seek(Command group);
void add_group_delete(Command group);

}  // namespace millrace::server
