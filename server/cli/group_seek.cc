#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/group_commands.h"
#include "cli/output.h"
#include "cli/start_point.h"
#include "client/topic_partition.h"

namespace millrace::server {
namespace {

struct Flags {
  ConnectionFlags connection;
  std::string group;
  std::vector<std::string> topics;
  std::vector<int32_t> partitions;
  std::string to;
  bool dry_run = false;
};

/// The partitions to move: of the topics named, or all in which the group has offsets.
Result<std::vector<TopicPartition>> chosen(Admin& admin, const Flags& flags,
                                           const Offsets& committed) {
  std::vector<TopicPartition> names;
  if (flags.topics.empty()) {
    for (const auto& [name, at] : committed) names.push_back(name);
  }
  for (const auto& topic : flags.topics) {
    MILL_TRY(const auto description, admin.describe_topic(topic));
    const auto all = partitions_of(description);
    names.insert(names.end(), all.begin(), all.end());
  }
  if (!flags.partitions.empty()) {
    std::erase_if(names, [&](const auto& name) {
      return std::ranges::find(flags.partitions, name.partition) == flags.partitions.end();
    });
  }
  if (names.empty()) {
    return kafka_error(ErrorCode::unknown_topic_or_partition,
                       cat("group '", flags.group,
                           "' has no offsets there; name topics with "
                           "--topic"));
  }
  return names;
}

/// An offset outside the log would make every consumer of the group start over.
void keep_within(PartitionOffsets& offsets, const PartitionOffsets& starts,
                 const PartitionOffsets& ends) {
  for (auto& [name, offset] : offsets) {
    const int64_t wanted = offset;
    offset = std::clamp(offset, starts.at(name), ends.at(name));
    if (offset != wanted) tell(cat(name, ": ", wanted, " is outside the log, taking ", offset));
  }
}

Result<std::string> run(const Flags& flags) {
  auto to = parse_start_point(flags.to);
  if (!to) return std::move(to).error().with_context("--to");
  MILL_TRY(auto admin, connect_admin(flags.connection));
  MILL_TRY(const auto before, admin.committed_offsets(flags.group));
  MILL_TRY(const auto names, chosen(admin, flags, before));
  MILL_TRY(auto offsets, resolve(admin, *to, names));
  MILL_TRY(const auto starts, offsets_at(admin, names, kEarliest));
  MILL_TRY(const auto ends, offsets_at(admin, names, kLatest));
  keep_within(offsets, starts, ends);
  if (!flags.dry_run) {
    Offsets commits;
    for (const auto& [name, offset] : offsets) commits[name] = {.offset = offset};
    const auto done = admin.alter_committed_offsets(flags.group, commits);
    if (!done && (done.error().is(ErrorCode::unknown_member_id) ||
                  done.error().is(ErrorCode::illegal_generation) ||
                  done.error().is(ErrorCode::rebalance_in_progress))) {
      return kafka_error(ErrorCode::non_empty_group,
                         cat("group '", flags.group, "' has members; stop them first"));
    }
    MILL_CHECK(done);
  }
  std::vector<std::vector<std::string>> rows = {{"TOPIC", "PARTITION", "BEFORE", "NOW", "LAG"}};
  for (const auto& [name, offset] : offsets) {
    const auto old = before.find(name);
    rows.push_back({name.topic, cat(name.partition),
                    old == before.end() ? "-" : cat(old->second.offset), cat(offset),
                    cat(ends.at(name) - offset)});
  }
  return format_table(rows);
}

}  // namespace

void add_group_seek(Command group) {
  auto flags = std::make_shared<Flags>();
  const auto command = group.add(
      "seek", "Set where a group without members goes on; makes the group where it is missing");
  command.option("name", flags->group, "The group").required();
  command.option("--to", flags->to, kStartPointHelp).required();
  command
      .option("--topic", flags->topics,
              "Only this topic; repeatable. Without it all in which the group has offsets")
      .repeatable();
  command.option("-p,--partition", flags->partitions, "Only this partition; repeatable")
      .not_negative()
      .repeatable();
  command.flag("--dry-run", flags->dry_run, "Print what would be set, set nothing");
  add_connection_flags(command, flags->connection);
  command.example("millrace group seek billing --topic orders --to 2026-01-31T09:30:00Z");
  command.does([flags] {
    const auto text = run(*flags);
    return text ? print(*text) : fail(text.error());
  });
}

}  // namespace millrace::server
