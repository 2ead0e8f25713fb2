// The address of metrics and health: what it answers.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "http/message.h"

namespace millrace::embed {
class BrokerImpl;
}

namespace millrace::metrics {

struct EndpointOptions {
  /// Of how many partitions there are numbers of their own.
  size_t partitions_max = 2'000;
  /// Empty for a broker in memory.
  std::string dir;
};

/// GET /metrics (Prometheus), /healthz (200 as long as the process answers) and /readyz (200 once
/// everything is recovered and loaded, and the directory may be written; 503 with the reason).
/// Other paths are 404, other methods 405. Works on the server's thread: some milliseconds with
/// many partitions, and up to two seconds to find how far groups are behind.
http::Handler endpoint(std::shared_ptr<embed::BrokerImpl> broker, EndpointOptions options);

}  // namespace millrace::metrics
