// The subcommands of `millrace log`, one file each. Both work on files, without a broker.
#pragma once

#include "command.h"

namespace millrace::server {

void add_log_dump(Program& program, CLI::App& log);
void add_log_verify(Program& program, CLI::App& log);

}  // namespace millrace::server
