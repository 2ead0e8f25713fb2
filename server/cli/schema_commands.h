// The subcommands of `millrace schema`, one file each.
#pragma once

#include "command_line.h"

namespace millrace::server {

void add_schema_list(Command schema);
void add_schema_get(Command schema);
void add_schema_register(Command schema);
void add_schema_check(Command schema);
void add_schema_diff(Command schema);
void add_schema_delete(Command schema);

}  // namespace millrace::server
