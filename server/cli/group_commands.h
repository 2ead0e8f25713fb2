// The subcommands of `millrace group`, one file each.
#pragma once

#include "command.h"

namespace millrace::server {

void add_group_list(Program& program, CLI::App& group);
void add_group_describe(Program& program, CLI::App& group);
void add_group_seek(Program& program, CLI::App& group);
void add_group_delete(Program& program, CLI::App& group);

}  // namespace millrace::server
