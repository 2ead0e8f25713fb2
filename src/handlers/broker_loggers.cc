#include "handlers/broker_loggers.h"

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"

namespace millrace::handlers {

namespace {

constexpr std::string_view kRoot = "root";

struct LevelName {
  std::string_view name;
  log::Level level;
};
// Kafka's levels, the one to show for a level of ours first.
constexpr LevelName kLevels[] = {{"DEBUG", log::Level::debug}, {"ERROR", log::Level::error},
                                 {"FATAL", log::Level::off},   {"INFO", log::Level::info},
                                 {"TRACE", log::Level::debug}, {"WARN", log::Level::warn}};

std::string names_of_levels() {
  std::string names;
  for (const auto& level : kLevels) names += cat(names.empty() ? "" : ", ", level.name);
  return names;
}

// The level that a change asks for.
Result<log::Level> checked(const broker::ConfigChange& change) {
  using Operation = broker::ConfigChange::Operation;
  switch (change.operation) {
    case Operation::append:
    case Operation::subtract:
      return kafka_error(ErrorCode::invalid_request,
                         cat(change.operation == Operation::append ? "APPEND" : "SUBTRACT",
                             " operation is not allowed for the BROKER_LOGGER resource"));
    case Operation::set:
    case Operation::remove: break;
    default:
      return kafka_error(ErrorCode::invalid_request,
                         cat("Unknown operation type ", static_cast<int>(change.operation),
                             " is not allowed for the BROKER_LOGGER resource"));
  }
  if (change.name != kRoot) {
    return kafka_error(ErrorCode::invalid_config,
                       cat("Logger ", change.name, " does not exist! There is one, root."));
  }
  if (change.operation == Operation::remove) {
    return kafka_error(ErrorCode::invalid_request,
                       "Removing the log level of the root logger is not allowed");
  }
  const auto level = std::ranges::find(kLevels, change.value.value_or(""), &LevelName::name);
  if (level == std::end(kLevels)) {
    return kafka_error(
        ErrorCode::invalid_config,
        cat("Cannot set the log level of ", change.name, " to ", change.value.value_or("null"),
            " as it is not a supported log level. Valid log levels are ", names_of_levels()));
  }
  return level->level;
}

}  // namespace

std::vector<broker::ConfigEntry> describe_broker_loggers() {
  const auto level = std::ranges::find(kLevels, log::level(), &LevelName::level);
  return {{.name = std::string(kRoot),
           .value = std::string(level->name),
           .source = broker::ConfigSource::dynamic_broker_logger,
           .type = broker::ConfigType::unknown}};
}

Result<void> alter_broker_loggers(std::span<const broker::ConfigChange> changes,
                                  bool validate_only) {
  std::optional<log::Level> next;
  MILL_CHECK(broker::check_well_formed(changes));
  for (const auto& change : changes) {
    MILL_TRY(next, checked(change));
  }
  if (next && !validate_only) log::set_level(*next);
  return {};
}

}  // namespace millrace::handlers
