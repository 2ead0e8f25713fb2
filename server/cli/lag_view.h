// Lag as commands print it: cells of tables and members of JSON objects, and the flags about it.
#pragma once

#include <optional>
#include <string>

#include "command_line.h"
#include "json/value.h"
#include "millrace/group_lag.h"

namespace millrace::server {

/// --isolation, by Kafka's names.
void add_isolation_flag(Command command, std::string& isolation);
/// Of a value that add_isolation_flag took.
Isolation isolation_of(const std::string& name);
/// --format table|json, for commands whose JSON is an object a line.
void add_format_flag(Command command, std::string& format);

/// "-" for none.
std::string number_text(std::optional<int64_t> number);
/// With one digit behind the point; "-" for none.
std::string rate_text(std::optional<double> per_second);

/// Null for none.
json::Value to_json(std::optional<int64_t> number);
json::Value to_json(std::optional<milliseconds> time);
/// {"records","time_ms","until_retention_ms"} of the whole group.
json::Object to_json(const GroupLag& lag);
/// {"topic","partition","committed",…}; "error" only where there is one.
json::Object to_json(const TopicPartition& name, const PartitionLag& lag);
/// Adds {"written_per_s","read_per_s","to_catch_up_ms"}, null where there is no trend.
void add_trend(json::Object& partition, const LagTrend* trend);

}  // namespace millrace::server
