// The subcommands of `millrace topic`, one file each.
#pragma once

#include "command.h"

namespace millrace::server {

void add_topic_create(Program& program, CLI::App& topic);
void add_topic_list(Program& program, CLI::App& topic);
void add_topic_describe(Program& program, CLI::App& topic);
void add_topic_alter(Program& program, CLI::App& topic);
void add_topic_delete(Program& program, CLI::App& topic);
void add_topic_adopt(Program& program, CLI::App& topic);

}  // namespace millrace::server
