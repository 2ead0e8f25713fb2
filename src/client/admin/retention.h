// How long topics keep records, as their configuration says it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/gateway.h"

namespace millrace::client {

struct Retention {
  /// retention.ms; nothing where time takes no record: -1, or a cleanup.policy without "delete".
  std::optional<milliseconds> by_time = std::nullopt;
  /// retention.bytes takes some.
  bool by_size = false;

  /// How long a record that was written at `written_ms` stays at least; zero where it may go any
  /// moment, nothing where time takes none.
  std::optional<milliseconds> time_left(int64_t written_ms, int64_t now_ms) const;
};

/// Asked in one request, once. Topics whose configuration the broker does not show are left out.
Task<Result<std::map<std::string, Retention>>> retention_of(Gateway& gateway,
                                                            std::vector<std::string> topics,
                                                            SteadyTime deadline);

}  // namespace millrace::client
