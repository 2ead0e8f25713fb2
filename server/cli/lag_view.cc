#include "cli/lag_view.h"

#include <array>
#include <cstdio>

#include "base/text.h"

namespace millrace::server {
namespace {

constexpr const char* kCommitted = "read_committed";

}  // namespace

void add_isolation_flag(Command command, std::string& isolation) {
  command
      .option("--isolation", isolation,
              "What counts as a record: with read_committed none of aborted or open transactions")
      .one_of({"read_uncommitted", kCommitted})
      .with_default();
}

Isolation isolation_of(const std::string& name) {
  return name == kCommitted ? Isolation::read_committed : Isolation::read_uncommitted;
}

void add_format_flag(Command command, std::string& format) {
  command.option("--format", format, "table, or json: an object a line")
      .one_of({"table", "json"})
      .with_default();
}

std::string number_text(std::optional<int64_t> number) { return number ? cat(*number) : "-"; }

std::string rate_text(std::optional<double> per_second) {
  if (!per_second) return "-";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.1f", *per_second);
  return text.data();
}

json::Value to_json(std::optional<int64_t> number) {
  return number ? json::Value(*number) : json::Value();
}

json::Value to_json(std::optional<milliseconds> time) {
  return time ? json::Value(time->count()) : json::Value();
}

json::Object to_json(const GroupLag& lag) {
  return {{"records", lag.records()},
          {"time_ms", to_json(lag.time())},
          {"until_retention_ms", to_json(lag.until_retention())}};
}

json::Object to_json(const TopicPartition& name, const PartitionLag& lag) {
  json::Object object{{"topic", name.topic}, {"partition", name.partition}};
  if (lag.error) object.set("error", lag.error->to_string());
  object.set("committed", to_json(lag.committed));
  const bool is_known = !lag.error;
  object.set("log_start", is_known ? json::Value(lag.log_start) : json::Value());
  object.set("readable_end", is_known ? json::Value(lag.readable_end) : json::Value());
  json::Value first;
  if (lag.first_unread) {
    first = json::Object{{"offset", lag.first_unread->offset},
                         {"timestamp", to_json(lag.first_unread->timestamp_ms)}};
  }
  object.set("first_unread", std::move(first));
  object.set("caught_up", lag.caught_up());
  object.set("records", to_json(lag.records()));
  object.set("time_ms", to_json(lag.time));
  object.set("lost", lag.lost());
  object.set("until_retention_ms", to_json(lag.until_retention));
  object.set("has_size_limit", lag.has_size_limit);
  return object;
}

void add_trend(json::Object& partition, const LagTrend* trend) {
  const auto rate = [](const LagTrend* of, double LagTrend::* member) {
    return of != nullptr ? json::Value(of->*member) : json::Value();
  };
  partition.set("written_per_s", rate(trend, &LagTrend::written_per_s));
  partition.set("read_per_s", rate(trend, &LagTrend::read_per_s));
  partition.set("to_catch_up_ms", trend != nullptr ? to_json(trend->to_catch_up) : json::Value());
}

}  // namespace millrace::server
