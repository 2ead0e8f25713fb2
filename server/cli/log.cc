// millrace log: looking into the files of a log, offline.
#include "cli/log_commands.h"

namespace millrace::server {

void add_log(Command program) {
  const auto log = program.add(
      "log", "Print and check log files, Millrace's and Apache Kafka's, without a broker");
  log.is_group();
  log.example("millrace log verify ./millrace-data");
  add_log_dump(log);
  add_log_verify(log);
}

}  // namespace millrace::server
