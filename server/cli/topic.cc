// millrace topic: the commands about topics.
#include "cli/topic_commands.h"

namespace millrace::server {

void add_topic(Command program) {
  const auto topic = program.add("topic", "Create, look at, change and delete topics");
  topic.is_group();
  topic.example("millrace topic create orders --partitions 6");
  add_topic_create(topic);
  add_topic_list(topic);
  add_topic_describe(topic);
  add_topic_alter(topic);
  add_topic_delete(topic);
  add_topic_adopt(topic);
}

}  // namespace millrace::server
