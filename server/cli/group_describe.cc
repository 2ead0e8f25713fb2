#include <algorithm>
#include <thread>

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/duration.h"
#include "cli/group_commands.h"
#include "cli/lag_view.h"
#include "cli/output.h"
#include "client/topic_partition.h"
#include "json/text.h"

namespace millrace::server {
namespace {

struct Flags {
  ConnectionFlags connection;
  std::vector<std::string> names;
  bool members = false;
  std::string isolation = "read_uncommitted";
  std::string format = "table";
  std::optional<std::string> over;
};

struct Described {
  GroupDescription group;
  GroupLag lag;
  /// Nothing where one look was all.
  std::optional<LagTrends> trends;

  const LagTrend* trend_of(const TopicPartition& name) const {
    if (!trends) return nullptr;
    const auto found = trends->find(name);
    return found == trends->end() ? nullptr : &found->second;
  }
};

const GroupMemberDescription* owner_of(const GroupDescription& group, const TopicPartition& name) {
  for (const auto& member : group.members) {
    if (std::ranges::find(member.assigned, name) != member.assigned.end()) return &member;
  }
  return nullptr;
}

using Row = std::vector<std::string>;

Row head_of(const Described& described, bool has_lost) {
  Row row{"TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "BEHIND"};
  if (described.trends) row.insert(row.end(), {"DRAIN/S", "CATCH-UP"});
  row.emplace_back("KEPT-FOR");
  if (has_lost) row.emplace_back("LOST");
  row.insert(row.end(), {"MEMBER", "HOST"});
  return row;
}

Row row_of(const Described& described, const TopicPartition& name, const PartitionLag& lag,
           bool has_lost) {
  Row row{name.topic,
          cat(name.partition),
          number_text(lag.committed),
          lag.error ? "-" : cat(lag.readable_end),
          number_text(lag.records()),
          duration_text(lag.time)};
  if (described.trends) {
    const LagTrend* const trend = described.trend_of(name);
    row.push_back(trend != nullptr ? rate_text(trend->drained_per_s()) : "-");
    row.push_back(trend != nullptr ? duration_text(trend->to_catch_up) : "-");
  }
  row.push_back(duration_text(lag.until_retention));
  if (has_lost) row.push_back(cat(lag.lost()));
  const auto* owner = owner_of(described.group, name);
  row.push_back(owner != nullptr ? owner->member_id : "-");
  row.push_back(owner != nullptr ? owner->host : "-");
  return row;
}

std::string members_table(const GroupDescription& group) {
  std::vector<Row> rows = {{"MEMBER", "INSTANCE", "CLIENT", "HOST", "ASSIGNED"}};
  for (const auto& member : group.members) {
    std::string assigned;
    for (const auto& name : member.assigned) assigned += cat(assigned.empty() ? "" : ",", name);
    rows.push_back({member.member_id, member.instance_id.value_or("-"), member.client_id,
                    member.host, assigned});
  }
  return format_table(rows);
}

std::string text_of(const Described& described, bool with_members) {
  const auto& [group, lag, trends] = described;
  std::string out =
      cat("group ", group.group, "  state ", group.state, "  members ", group.members.size());
  if (!group.protocol.empty()) out += cat("  assignor ", group.protocol);
  out += cat("  lag ", lag.records());
  if (lag.time()) out += cat("  behind ", duration_text(lag.time()));
  if (trends) out += cat("  catch-up ", duration_text(time_to_catch_up(*trends)));
  out += '\n';
  const bool has_lost =
      std::ranges::any_of(lag.partitions, [](const auto& item) { return item.second.lost() > 0; });
  std::vector<Row> rows{head_of(described, has_lost)};
  for (const auto& [name, one] : lag.partitions) {
    rows.push_back(row_of(described, name, one, has_lost));
  }
  if (!lag.partitions.empty()) out += format_table(rows);
  if (with_members) out += members_table(group);
  return out;
}

json::Array members_json(const GroupDescription& group) {
  json::Array members;
  for (const auto& member : group.members) {
    json::Array assigned;
    for (const auto& name : member.assigned) {
      assigned.emplace_back(json::Object{{"topic", name.topic}, {"partition", name.partition}});
    }
    const auto& instance = member.instance_id;
    members.emplace_back(
        json::Object{{"member", member.member_id},
                     {"instance", instance ? json::Value(*instance) : json::Value()},
                     {"client", member.client_id},
                     {"host", member.host},
                     {"assigned", std::move(assigned)}});
  }
  return members;
}

std::string json_of(const Described& described, bool with_members) {
  const auto& [group, lag, trends] = described;
  json::Object object{{"group", group.group}, {"state", group.state}, {"assignor", group.protocol}};
  json::Object sums = to_json(lag);
  if (trends) sums.set("to_catch_up_ms", to_json(time_to_catch_up(*trends)));
  object.set("lag", std::move(sums));
  json::Array partitions;
  for (const auto& [name, one] : lag.partitions) {
    json::Object partition = to_json(name, one);
    if (trends) add_trend(partition, described.trend_of(name));
    const auto* owner = owner_of(group, name);
    partition.set("member", owner != nullptr ? json::Value(owner->member_id) : json::Value());
    partitions.emplace_back(std::move(partition));
  }
  object.set("partitions", std::move(partitions));
  if (with_members) object.set("members", members_json(group));
  return json::write(object) + '\n';
}

/// Why cells are empty; what was deleted needs no word.
void tell_errors(const GroupLag& lag) {
  for (const auto& [name, one] : lag.partitions) {
    if (one.error && !one.error->is(ErrorCode::unknown_topic_or_partition)) {
      tell(one.error->to_string());
    }
  }
}

Result<std::vector<Described>> describe(Admin& admin, const Flags& flags) {
  std::vector<Described> all;
  const GroupLagOptions options{.isolation = isolation_of(flags.isolation)};
  for (const auto& name : flags.names) {
    auto& described = all.emplace_back();
    MILL_TRY(described.group, admin.describe_group(name));
    MILL_TRY(described.lag, admin.group_lag(name, options));
  }
  if (!flags.over) return all;
  MILL_TRY(const auto over, parse_duration(*flags.over));
  std::this_thread::sleep_for(over);
  for (auto& described : all) {
    MILL_TRY(auto later, admin.group_lag(described.group.group, options));
    described.trends = lag_trends(described.lag, later);
    described.lag = std::move(later);
  }
  return all;
}

Result<std::string> run(const Flags& flags) {
  MILL_TRY(auto admin, connect_admin(flags.connection));
  MILL_TRY(const auto all, describe(admin, flags));
  std::string out;
  for (const auto& described : all) {
    const bool is_json = flags.format == "json";
    if (!is_json) tell_errors(described.lag);
    out += is_json ? json_of(described, flags.members) : text_of(described, flags.members);
  }
  return out;
}

}  // namespace

void add_group_describe(Command group) {
  auto flags = std::make_shared<Flags>();
  const auto command = group.add(
      "describe", "Print state, and of each partition committed offset, lag in records and time");
  command.option("name", flags->names, "Names of the groups").required();
  command.flag("--members", flags->members, "The members too");
  command
      .option("--over", flags->over,
              "Look twice, so far apart, and tell by how much the lag shrinks and how long that "
              "takes: 10s")
      .checked(complaint_about_duration);
  add_isolation_flag(command, flags->isolation);
  add_format_flag(command, flags->format);
  add_connection_flags(command, flags->connection);
  command.example("millrace group describe billing");
  command.does([flags] {
    const auto text = run(*flags);
    return text ? print(*text) : fail(text.error());
  });
}

}  // namespace millrace::server
