// How a command joins the program: each file of server/ and server/cli/ adds its own subcommand.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace millrace::server {

/// What the chosen command does once the line is parsed; answers the exit code.
using Action = std::function<int()>;

/// The subcommand's callback stores its action here, and main runs it after parsing: a failure
/// while working is then never mistaken for a mistake on the command line.
struct Program {
  CLI::App& app;
  Action action;
};

void add_serve(Program& program);
void add_topic(Program& program);
void add_produce(Program& program);
void add_consume(Program& program);
void add_group(Program& program);
void add_log(Program& program);
void add_completion(Program& program);

}  // namespace millrace::server
