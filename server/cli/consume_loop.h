// The work of `millrace consume`: alone from given places, or as a member of a group.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/record_printer.h"
#include "cli/start_point.h"
#include "millrace/client.h"

namespace millrace::server {

class SchemaReader;

enum class CommitMode { automatic, manual, never };

struct ConsumeOptions {
  std::vector<std::string> topics;
  /// Empty: all.
  std::vector<int32_t> partitions;
  StartPoint from;
  std::string group;
  CommitMode commit = CommitMode::automatic;
  std::optional<int64_t> count;
  bool follow = false;
  RecordStyle style;
  /// What decodes keys and values; null: nothing does. Outlives the call.
  SchemaReader* schemas = nullptr;
};

/// Success when the count is reached, the reader of standard output went away, or, unless
/// following, all records that were there at the start are printed. `interrupted` after a signal;
/// the group was then left in good order.
Result<void> consume(const Client& client, const ConsumeOptions& options);

}  // namespace millrace::server
