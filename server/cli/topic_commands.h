// The subcommands of `millrace topic`, one file each.
#pragma once

#include "command_line.h"

namespace millrace::server {

void add_topic_create(Command topic);
void add_topic_list(Command topic);
void add_topic_describe(Command topic);
void add_topic_alter(Command topic);
void add_topic_delete(Command topic);
void add_topic_adopt(Command topic);

}  // namespace millrace::server
