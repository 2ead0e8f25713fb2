// Command lines as people type them: which are taken, which are refused before anything is done.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "cli/common.h"

namespace millrace::server {
namespace {

struct Commands {
  Commands() {
    add_topic(line.program());
    add_produce(line.program());
    add_consume(line.program());
    add_group(line.program());
    add_wait(line.program());
    add_log(line.program());
  }
  CommandLine line;
};

/// What the parser says: 0, or the number of its complaint.
int parse(const std::string& line) {
  Commands commands;
  try {
    commands.line.app().parse(line);
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code();
  }
  EXPECT_TRUE(commands.line.chosen()) << line;
  return 0;
}

TEST(CommandLine, TakesWhatTheDocumentationShows) {
  for (const char* line : {
           "topic create orders --partitions 6 --set retention.ms=86400000",
           "topic create a b --if-not-exists",
           "topic list --internal",
           "topic describe orders --all-configs",
           "topic alter orders --partitions 12 --set a=b --set c=d --unset e",
           "topic delete orders --if-exists",
           "topic adopt /var/lib/kafka --dir data --topic a --set a:retention.ms=1 --move",
           "produce orders --key-separator : --header a=b --header c=d --acks 1 --partition 0",
           "produce orders -z zstd --null NULL --bootstrap a:1,b:2",
           "consume orders --from -10 --count 5 --format json",
           "consume a b -p 0 -p 1 --from 2026-01-31T09:30:00Z",
           "consume orders --group g --commit manual --follow",
           "group list",
           "group list --lag --isolation read_committed --format json",
           "group describe g h --members",
           "group describe g --over 10s --format json",
           "group seek g --to -5 --topic orders -p 0 --dry-run",
           "group delete g",
           "wait --group g --caught-up --before -5m --timeout 30m",
           "wait -g g --caught-up --topic a --topic b -p 0 --isolation read_committed",
           "log dump --records a.log",
           "log verify data",
       }) {
    EXPECT_EQ(parse(line), 0) << line;
  }
}

TEST(CommandLine, RefusesWhatMakesNoSense) {
  for (const char* line : {
           "",
           "topic",
           "topic create",
           "topic create orders --partitions 0",
           "topic create orders --partitions x",
           "topic rename a b",
           "produce",
           "produce orders --acks 2",
           "produce orders --compression brotli",
           "produce orders --partition -1",
           "consume",
           "consume orders --format xml",
           "consume orders --count -1",
           "consume orders --group g --partition 0",
           "group describe g --over 10",
           "wait --caught-up",
           "wait --group g --caught-up --timeout -5m",
           "wait --group g --caught-up --isolation committed",
           "consume orders --commit manual",
           "group seek g",
           "group describe",
           "log verify",
           "topic list --timeout-ms 0",
           "topic list --nonsense",
       }) {
    EXPECT_NE(parse(line), 0) << line;
  }
}

void expect_examples(CLI::App& command) {
  const std::string footer = command.get_footer();
  EXPECT_TRUE(footer.starts_with("Example: ")) << command.get_name();
  EXPECT_NE(footer.find("millrace " + (command.get_parent()->get_name() == "millrace"
                                           ? command.get_name()
                                           : command.get_parent()->get_name())),
            std::string::npos)
      << command.get_name();
  for (CLI::App* sub : command.get_subcommands({})) expect_examples(*sub);
}

TEST(CommandLine, EveryCommandHasAnExampleInItsHelp) {
  Commands commands;
  for (CLI::App* sub : commands.line.app().get_subcommands({})) expect_examples(*sub);
}

}  // namespace
}  // namespace millrace::server
