// millrace topic: the commands about topics.
#include <CLI/CLI.hpp>

#include "cli/topic_commands.h"

namespace millrace::server {

void add_topic(Program& program) {
  auto& topic = *program.app.add_subcommand("topic", "Create, look at, change and delete topics");
  topic.require_subcommand(1);
  topic.footer("Example: millrace topic create orders --partitions 6");
  add_topic_create(program, topic);
  add_topic_list(program, topic);
  add_topic_describe(program, topic);
  add_topic_alter(program, topic);
  add_topic_delete(program, topic);
  add_topic_adopt(program, topic);
}

}  // namespace millrace::server
