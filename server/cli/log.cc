// millrace log: looking into the files of a log, offline.
#include <CLI/CLI.hpp>

#include "cli/log_commands.h"

namespace millrace::server {

void add_log(Program& program) {
  auto& log = *program.app.add_subcommand(
      "log", "Print and check log files, Millrace's and Apache Kafka's, without a broker");
  log.require_subcommand(1);
  log.footer("Example: millrace log verify ./millrace-data");
  add_log_dump(program, log);
  add_log_verify(program, log);
}

}  // namespace millrace::server
