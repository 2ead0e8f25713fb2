// CommandLine: the program's commands, as their files describe them, and what the chosen one does.
//
// CLI11 does the parsing. It stays behind this face, since each file that includes it compiles all
// of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace millrace::server {

/// A flag with a value, or a value that has its place. A handle: it may be copied.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option required() const;
  /// May be given several times, each with one value.
  Option repeatable() const;
  /// The help shows the value that the variable has now.
  Option with_default() const;
  Option one_of(const std::vector<std::string>& values) const;
  Option between(int64_t least, int64_t most) const;
  Option not_negative() const;
  /// `complaint_about` answers what is wrong with a value, or nothing.
  Option checked(std::function<std::string(const std::string&)> complaint_about) const;
  Option needs(Option other) const;
  Option excludes(Option other) const;

 private:
  CLI::Option* option_;
};

/// A command and how it is written. A handle into its CommandLine: it may be copied.
class Command {
 public:
  /// What it does once the line is parsed; answers the exit code. Run after parsing, so that a
  /// failure while working is never mistaken for a mistake on the command line.
  using Action = std::function<int()>;

  Command(CLI::App& app, Action& chosen) : app_(&app), chosen_(&chosen) {}

  /// One below it.
  Command add(std::string name, std::string what) const;
  /// It is nothing by itself: one below it has to be named.
  void is_group() const;
  /// For scripts; the help is silent about it.
  void is_hidden() const;

  /// `value` lives as long as the command line: a string, an integer, an optional or vector of them
  /// (command_line.cc has the list). `names` are "-s,--long" or, for one that has its place,
  /// "name".
  template <class T>
  Option option(std::string names, T& value, std::string help) const;
  void flag(std::string names, bool& value, std::string help) const;
  /// Stands at the end of the help: a whole line that can be copied.
  void example(const std::string& line) const;

  void does(Action action) const;

 private:
  CLI::App* app_;
  Action* chosen_;
};

class CommandLine {
 public:
  CommandLine();
  ~CommandLine();

  Command program();
  /// Chooses a command and does it; answers the program's exit code. What is wrong with the line is
  /// told on stderr.
  int run(int argc, const char* const* argv);

  /// For those who look at the commands themselves.
  CLI::App& app() { return *app_; }
  const Command::Action& chosen() const { return chosen_; }

 private:
  const std::unique_ptr<CLI::App> app_;
  Command::Action chosen_;
};

// Each file of server/ and server/cli/ adds its own.
void add_serve(Command program);
void add_topic(Command program);
void add_produce(Command program);
void add_consume(Command program);
void add_group(Command program);
void add_wait(Command program);
void add_schema(Command program);
void add_log(Command program);
void add_completion(CommandLine& line);

}  // namespace millrace::server
