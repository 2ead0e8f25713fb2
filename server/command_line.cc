#include "command_line.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <optional>
#include <utility>

#include "exit_codes.h"
#include "millrace/version.h"

namespace millrace::server {
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

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::repeatable() const {
  option_->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return *this;
}

Option Option::with_default() const {
  option_->capture_default_str();
  return *this;
}

Option Option::one_of(const std::vector<std::string>& values) const {
  option_->check(CLI::IsMember(values));
  return *this;
}

Option Option::between(int64_t least, int64_t most) const {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option Option::not_negative() const {
  option_->check(CLI::NonNegativeNumber);
  return *this;
}

Option Option::checked(std::function<std::string(const std::string&)> complaint_about) const {
  option_->check(std::move(complaint_about));
  return *this;
}

Option Option::needs(Option other) const {
  option_->needs(other.option_);
  return *this;
}

Option Option::excludes(Option other) const {
  option_->excludes(other.option_);
  return *this;
}

Command Command::add(std::string name, std::string what) const {
  return {*app_->add_subcommand(std::move(name), std::move(what)), *chosen_};
}

void Command::is_group() const { app_->require_subcommand(1); }
void Command::is_hidden() const { app_->group(""); }

template <class T>
Option Command::option(std::string names, T& value, std::string help) const {
  return Option(*app_->add_option(std::move(names), value, std::move(help)));
}
template Option Command::option(std::string, std::string&, std::string) const;
template Option Command::option(std::string, std::optional<std::string>&, std::string) const;
template Option Command::option(std::string, std::vector<std::string>&, std::string) const;
template Option Command::option(std::string, int16_t&, std::string) const;
template Option Command::option(std::string, int32_t&, std::string) const;
template Option Command::option(std::string, int64_t&, std::string) const;
template Option Command::option(std::string, std::optional<int64_t>&, std::string) const;
template Option Command::option(std::string, std::optional<int32_t>&, std::string) const;
template Option Command::option(std::string, std::vector<int32_t>&, std::string) const;

void Command::flag(std::string names, bool& value, std::string help) const {
  app_->add_flag(std::move(names), value, std::move(help));
}

void Command::example(const std::string& line) const { app_->footer("Example: " + line); }

void Command::does(Action action) const {
  app_->callback([chosen = chosen_, action = std::move(action)] { *chosen = action; });
}

CommandLine::CommandLine()
    : app_(std::make_unique<CLI::App>(
          "Millrace, a streaming log broker that speaks the Apache Kafka protocol.", "millrace")) {
  app_->set_version_flag("--version", std::string(kVersion));
  program().is_group();
  program().example("millrace serve --dir ./millrace-data --listen 127.0.0.1:9092");
}

CommandLine::~CommandLine() = default;

Command CommandLine::program() { return {*app_, chosen_}; }

int CommandLine::run(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool lacks = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
    if (const auto name = lacks ? misspelt_command(*app_) : std::nullopt) {
      std::cerr << "millrace: there is no command '" << *name << "'; millrace --help lists them\n";
      return kExitUsage;
    }
    return app_->exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return chosen_();
}

}  // namespace millrace::server
