// millrace: the broker and its command line in one program.
#include <CLI/CLI.hpp>
#include <iostream>
#include <optional>
#include <string>

#include "command.h"
#include "exit_codes.h"
#include "millrace/version.h"

namespace {

/// What stands where a command was expected. CLI11 itself only says that one is missing.
std::optional<std::string> misspelt_command(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  const bool takes_command = !at->get_subcommands([](const CLI::App*) { return true; }).empty();
  const auto rest = at->remaining();
  if (!takes_command || rest.empty()) return std::nullopt;
  return rest.front();
}

}  // namespace

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
  server::add_completion(program);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool lacks = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
    if (const auto name = lacks ? misspelt_command(app) : std::nullopt) {
      std::cerr << "millrace: there is no command '" << *name << "'; millrace --help lists them\n";
      return server::kExitUsage;
    }
    return app.exit(error) == 0 ? server::kExitOk : server::kExitUsage;
  }
  return program.action();
}
