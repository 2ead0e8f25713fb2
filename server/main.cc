// millrace: the broker and its command line in one program.
#include "command_line.h"

int main(int argc, char** argv) {
  using namespace millrace::server;
  CommandLine line;
  const Command program = line.program();
  add_serve(program);
  add_topic(program);
  add_produce(program);
  add_consume(program);
  add_group(program);
  add_wait(program);
  add_schema(program);
  add_log(program);
  add_completion(line);
  return line.run(argc, argv);
}
