// millrace: the broker and its command line in one program.
#include <CLI/CLI.hpp>
#include <string>

#include "command.h"
#include "exit_codes.h"
#include "millrace/version.h"

int main(int argc, char** argv) {
  using namespace millrace;
  CLI::App app("Millrace, a streaming log broker that speaks the Apache Kafka protocol.",
               "millrace");
  app.set_version_flag("--version", std::string(kVersion));
  app.require_subcommand(1);
  app.footer("Example: millrace serve --dir ./millrace-data --listen 127.0.0.1:9092");

  server::Program program{.app = app, .action = {}};
  server::add_serve(program);
  server::add_topic(program);
  server::add_produce(program);
  server::add_consume(program);
  server::add_group(program);
  server::add_log(program);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? server::kExitOk : server::kExitUsage;
  }
  return program.action();
}
