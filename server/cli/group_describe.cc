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
  std::vector<std::string> names;
  bool members = false;
};

const GroupMemberDescription* owner_of(const GroupDescription& group, const TopicPartition& name) {
  for (const auto& member : group.members) {
    if (std::ranges::find(member.assigned, name) != member.assigned.end()) return &member;
  }
  return nullptr;
}

/// Ends of the logs that still exist; a deleted topic must not hide the rest of the group.
Result<PartitionOffsets> ends_of(Admin& admin, const std::vector<TopicPartition>& names) {
  std::vector<TopicPartition> existing;
  for (const auto& name : names) {
    const auto topic = admin.describe_topic(name.topic);
    if (topic && std::cmp_less(name.partition, topic->partitions.size())) existing.push_back(name);
    if (!topic && !topic.error().is(ErrorCode::unknown_topic_or_partition)) return topic.error();
  }
  return offsets_at(admin, existing, kLatest);
}

Result<std::string> offsets_table(Admin& admin, const GroupDescription& group) {
  MILL_TRY(const auto committed, admin.committed_offsets(group.group));
  std::vector<TopicPartition> names;
  for (const auto& [name, at] : committed) names.push_back(name);
  for (const auto& member : group.members) {
    names.insert(names.end(), member.assigned.begin(), member.assigned.end());
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  MILL_TRY(const auto ends, ends_of(admin, names));
  std::vector<std::vector<std::string>> rows = {
      {"TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "MEMBER", "HOST"}};
  int64_t total = 0;
  for (const auto& name : names) {
    const auto at = committed.find(name);
    const auto end = ends.find(name);
    const bool known = at != committed.end() && end != ends.end();
    const int64_t lag = known ? std::max<int64_t>(end->second - at->second.offset, 0) : 0;
    total += lag;
    const auto* owner = owner_of(group, name);
    rows.push_back(
        {name.topic, cat(name.partition), at == committed.end() ? "-" : cat(at->second.offset),
         end == ends.end() ? "-" : cat(end->second), known ? cat(lag) : "-",
         owner != nullptr ? owner->member_id : "-", owner != nullptr ? owner->host : "-"});
  }
  return cat("  lag ", total, '\n', names.empty() ? "" : format_table(rows));
}

std::string members_table(const GroupDescription& group) {
  std::vector<std::vector<std::string>> rows = {
      {"MEMBER", "INSTANCE", "CLIENT", "HOST", "ASSIGNED"}};
  for (const auto& member : group.members) {
    std::string assigned;
    for (const auto& name : member.assigned) assigned += cat(assigned.empty() ? "" : ",", name);
    rows.push_back({member.member_id, member.instance_id.value_or("-"), member.client_id,
                    member.host, assigned});
  }
  return format_table(rows);
}

Result<std::string> run(const Flags& flags) {
  MILL_TRY(auto admin, connect_admin(flags.connection));
  std::string out;
  for (const auto& name : flags.names) {
    MILL_TRY(const auto group, admin.describe_group(name));
    out += cat("group ", name, "  state ", group.state, "  members ", group.members.size());
    if (!group.protocol.empty()) out += cat("  assignor ", group.protocol);
    MILL_TRY(const auto table, offsets_table(admin, group));
    out += table;
    if (flags.members) out += members_table(group);
  }
  return out;
}

}  // namespace

void add_group_describe(Command group) {
  auto flags = std::make_shared<Flags>();
  const auto command =
      group.add("describe", "Print state, committed offsets, lag and owners of each partition");
  command.option("name", flags->names, "Names of the groups").required();
  command.flag("--members", flags->members, "The members too");
  add_connection_flags(command, flags->connection);
  command.example("millrace group describe billing");
  command.does([flags] {
    const auto text = run(*flags);
    return text ? print(*text) : fail(text.error());
  });
}

}  // namespace millrace::server
