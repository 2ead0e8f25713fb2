// millrace schema: the commands about schemas in a registry.
#include "cli/schema_commands.h"

namespace millrace::server {

void add_schema(Command program) {
  const auto schema =
      program.add("schema", "List, print, register, check, compare and delete schemas");
  schema.is_group();
  schema.example("millrace schema register orders-value order.avsc");
  add_schema_list(schema);
  add_schema_get(schema);
  add_schema_register(schema);
  add_schema_check(schema);
  add_schema_diff(schema);
  add_schema_delete(schema);
}

}  // namespace millrace::server
