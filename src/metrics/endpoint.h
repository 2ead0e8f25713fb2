// Endpoint: what the address of metrics and health answers.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "base/published.h"
#include "http/message.h"
#include "metrics/worker.h"

namespace millrace::client {
class ClientCore;
}
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
/// Other paths are 404, other methods 405. A scrape takes some milliseconds with many partitions,
/// and up to two seconds to find how far groups are behind; a thread of their own, "mill-metrics",
/// does one after the other, so that they hold no other answer up. Thread-safe.
class Endpoint {
 public:
  explicit Endpoint(EndpointOptions options) : options_(std::move(options)) {}

  /// Of what to tell; before it there is only the process, whose directory is being recovered.
  void set_broker(std::shared_ptr<embed::BrokerImpl> broker);
  void answer(const http::Request& request, const http::Respond& respond);

 private:
  struct Subject {
    std::shared_ptr<embed::BrokerImpl> broker;
    std::shared_ptr<client::ClientCore> client;
  };

  http::Response metrics() const;
  /// Empty where it is.
  std::string why_not_ready(const Subject* subject) const;

  const EndpointOptions options_;
  Published<const Subject> subject_;
  Worker scrapes_{"mill-metrics"};  // last: it uses all of the others
};

}  // namespace millrace::metrics
