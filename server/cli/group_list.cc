#include "base/try.h"
#include "cli/common.h"
#include "cli/duration.h"
#include "cli/group_commands.h"
#include "cli/lag_view.h"
#include "cli/output.h"
#include "json/text.h"

namespace millrace::server {
namespace {

struct Flags {
  ConnectionFlags connection;
  bool lag = false;
  std::string isolation = "read_uncommitted";
  std::string format = "table";
};

struct Listed {
  GroupListing group;
  /// Nothing where it was not asked for, or could not be found.
  std::optional<GroupLag> lag;
};

Result<std::vector<Listed>> list(const Flags& flags) {
  MILL_TRY(auto admin, connect_admin(flags.connection));
  MILL_TRY(auto groups, admin.list_groups());
  std::vector<Listed> all;
  for (auto& group : groups) {
    auto& listed = all.emplace_back(Listed{.group = std::move(group), .lag = std::nullopt});
    if (!flags.lag) continue;
    auto lag = admin.group_lag(listed.group.group,
                               {.isolation = isolation_of(flags.isolation), .retention = false});
    if (lag) {
      listed.lag = *std::move(lag);
    } else {
      // One that went away meanwhile, or that we may not see, does not hide the others.
      tell(lag.error().to_string());
    }
  }
  return all;
}

std::string table_of(const std::vector<Listed>& all, bool with_lag) {
  std::vector<std::vector<std::string>> rows = {{"GROUP", "STATE", "PROTOCOL-TYPE", "TYPE"}};
  if (with_lag) rows[0].insert(rows[0].end(), {"LAG", "BEHIND"});
  for (const auto& [group, lag] : all) {
    auto& row =
        rows.emplace_back(std::vector{group.group, group.state, group.protocol_type, group.type});
    if (!with_lag) continue;
    row.push_back(lag ? number_text(lag->records()) : "-");
    row.push_back(lag ? duration_text(lag->time()) : "-");
  }
  return format_table(rows);
}

std::string json_of(const std::vector<Listed>& all, bool with_lag) {
  std::string out;
  for (const auto& [group, lag] : all) {
    json::Object object{{"group", group.group},
                        {"state", group.state},
                        {"protocol_type", group.protocol_type},
                        {"type", group.type}};
    if (with_lag) {
      json::Value sums;
      if (lag) {
        sums = json::Object{{"records", lag->records()}, {"time_ms", to_json(lag->time())}};
      }
      object.set("lag", std::move(sums));
    }
    out += json::write(object) + '\n';
  }
  return out;
}

int run(const Flags& flags) {
  const auto all = list(flags);
  if (!all) return fail(all.error());
  return print(flags.format == "json" ? json_of(*all, flags.lag) : table_of(*all, flags.lag));
}

}  // namespace

void add_group_list(Command group) {
  auto flags = std::make_shared<Flags>();
  const auto command = group.add("list", "Print all groups with their states");
  command.flag("--lag", flags->lag, "How far each is behind, too: records, and the longest time");
  add_isolation_flag(command, flags->isolation);
  add_format_flag(command, flags->format);
  add_connection_flags(command, flags->connection);
  command.example("millrace group list --lag");
  command.does([flags] { return run(*flags); });
}

}  // namespace millrace::server
