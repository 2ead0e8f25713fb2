// millrace wait: the step that holds a pipeline back until its stream is in.
#include <algorithm>
#include <thread>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "cli/catch_up_wait.h"
#include "cli/common.h"
#include "cli/duration.h"
#include "cli/lag_view.h"
#include "cli/output.h"
#include "cli/terminal_line.h"
#include "client/topic_partition.h"
#include "json/text.h"

namespace millrace::server {
namespace {

/// Who has thousands of partitions does not want as many lines.
constexpr size_t kLinesMost = 20;

struct Flags {
  ConnectionFlags connection;
  CatchUpWish wish;
  bool caught_up = false;
  std::string isolation = "read_uncommitted";
  std::optional<std::string> before;
  std::string timeout = "1h";
  std::string interval = "1s";
  std::string format = "text";
};

void tell_reasons(const std::map<TopicPartition, std::string>& reasons) {
  size_t told = 0;
  for (const auto& [name, why] : reasons) {
    if (told++ == kLinesMost) {
      tell(cat("and ", reasons.size() - kLinesMost, " partitions more"));
      return;
    }
    tell(cat(name, ": ", why));
  }
}

std::string name_of(CatchUpEnd end) {
  switch (end) {
    case CatchUpEnd::caught_up: return "caught_up";
    case CatchUpEnd::timed_out: return "timed_out";
    case CatchUpEnd::gone: return "gone";
  }
  return "";
}

std::string json_of(const std::string& group, const CatchUpOutcome& outcome) {
  json::Array partitions;
  const PartitionOffsets targets = outcome.goal ? outcome.goal->targets : PartitionOffsets();
  for (const auto& [name, target] : targets) {
    json::Object partition{
        {"topic", name.topic}, {"partition", name.partition}, {"target", target}};
    const auto missing = outcome.state.missing.find(name);
    const auto gone = outcome.state.gone.find(name);
    const bool is_missing = missing != outcome.state.missing.end();
    const bool is_gone = gone != outcome.state.gone.end();
    partition.set("caught_up", outcome.trouble.empty() && !is_missing && !is_gone);
    if (is_missing) partition.set("why", missing->second);
    if (is_gone) partition.set("why", gone->second);
    partitions.emplace_back(std::move(partition));
  }
  json::Object object{{"group", group},
                      {"outcome", name_of(outcome.end)},
                      {"waited_ms", outcome.waited.count()},
                      {"partitions", std::move(partitions)}};
  if (!outcome.trouble.empty()) object.set("error", outcome.trouble);
  return json::write(object) + '\n';
}

ExitCode tell_outcome(const std::string& group, const CatchUpOutcome& outcome) {
  if (!outcome.trouble.empty()) tell(outcome.trouble);
  tell_reasons(outcome.state.gone);
  switch (outcome.end) {
    case CatchUpEnd::caught_up:
      tell(cat("group '", group, "' is caught up in ", outcome.goal->targets.size(),
               " partitions after ", duration_text(outcome.waited)));
      return kExitOk;
    case CatchUpEnd::gone:
      tell(cat("what group '", group, "' was to catch up with was deleted"));
      return kExitGone;
    case CatchUpEnd::timed_out: break;
  }
  tell_reasons(outcome.state.missing);
  tell(cat("group '", group, "' is not caught up after ", duration_text(outcome.waited)));
  return kExitTimedOut;
}

std::string standing(const CatchUpGoal& goal, const CatchUpState& state) {
  return cat("waiting for group '", goal.group, "': ", state.missing.size(), " of ",
             goal.targets.size(), " partitions, ", state.records, " records");
}

void tell_start(const CatchUpGoal& goal, const CatchUpState& state) {
  for (const auto& topic : goal.left_out) {
    tell(cat("topic '", topic, "' does not exist any more and is left out"));
  }
  if (!state.missing.empty()) tell(standing(goal, state));
}

Result<CatchUpWait> wait_of(const Flags& flags, TerminalLine& line) {
  if (!flags.caught_up) return usage_error("say what to wait for: --caught-up");
  CatchUpWait wait{.wish = flags.wish};
  wait.wish.isolation = isolation_of(flags.isolation);
  if (flags.before) {
    auto before = parse_time(*flags.before);
    if (!before) return std::move(before).error().with_context("--before");
    wait.wish.before_ms = *before;
  }
  MILL_TRY(wait.timeout, parse_duration(flags.timeout));
  MILL_TRY(wait.interval, parse_duration(flags.interval));
  wait.reach = [connection = flags.connection](milliseconds limit) {
    ConnectionFlags within = connection;
    within.timeout_ms = std::min(connection.timeout_ms, static_cast<int64_t>(limit.count()));
    return connect_admin(within);
  };
  wait.pause = [](milliseconds time) { std::this_thread::sleep_for(time); };
  wait.show = [&line, is_first = true](const CatchUpGoal& goal, const CatchUpState& state) mutable {
    if (std::exchange(is_first, false)) tell_start(goal, state);
    line.show(standing(goal, state));
  };
  return wait;
}

Result<CatchUpOutcome> run(const Flags& flags) {
  TerminalLine line(false);
  MILL_TRY(const auto wait, wait_of(flags, line));
  return wait_until_caught_up(wait);
}

int finish(const Flags& flags) {
  const auto outcome = run(flags);
  if (!outcome) return fail(outcome.error());
  const ExitCode code = tell_outcome(flags.wish.group, *outcome);
  if (flags.format != "json") return code;
  const int printed = print(json_of(flags.wish.group, *outcome));
  return printed == kExitOk ? static_cast<int>(code) : printed;
}

}  // namespace

void add_wait(Command program) {
  auto flags = std::make_shared<Flags>();
  auto& wish = flags->wish;
  const auto command = program.add("wait", "Return when a group has read what is there");
  command.option("-g,--group", wish.group, "The group").required();
  command.flag("--caught-up", flags->caught_up,
               "Until no record is left below the offsets that are the goal from the start on");
  command.option("--before", flags->before,
                 cat("Only records in front of the first one with this time or a later one: ",
                     kTimeHelp, ". Without it all that are there at the start"));
  command
      .option("--topic", wish.topics,
              "Only this topic; repeatable. Without it all in which the group has committed or is "
              "assigned partitions")
      .repeatable();
  command.option("-p,--partition", wish.partitions, "Only this partition; repeatable")
      .not_negative()
      .repeatable();
  command.option("--timeout", flags->timeout, "Give up after so long; 0s looks once")
      .checked(complaint_about_duration)
      .with_default();
  command.option("--interval", flags->interval, "Between two looks")
      .checked(complaint_about_duration)
      .with_default();
  add_isolation_flag(command, flags->isolation);
  command.option("--format", flags->format, "text, or json: one object on standard output")
      .one_of({"text", "json"})
      .with_default();
  add_connection_flags(command, flags->connection);
  command.example("millrace wait --group billing --caught-up --before 2026-01-31T09:00:00Z");
  command.does([flags] { return finish(*flags); });
}

}  // namespace millrace::server
