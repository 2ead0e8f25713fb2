// The subcommands of `millrace log`, one file each. Both work on files, without a broker.
#pragma once

#include "command_line.h"

namespace millrace::server {

void add_log_dump(Command log);
void add_log_verify(Command log);

}  // namespace millrace::server
