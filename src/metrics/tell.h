// What is told of a broker, subject by subject. Each function tells all its metrics, those without
// samples too.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "metrics/exposition.h"

namespace millrace::broker {
class Broker;
}
namespace millrace::client {
class ClientCore;
}
namespace millrace::coordinator {
class GroupCoordinator;
}
namespace millrace::embed {
struct NetworkStatus;
}
namespace millrace::handlers {
class RequestMetrics;
}

namespace millrace::metrics {

/// Memory, processor time and descriptors of this process, by the names all programs use.
void tell_process(Exposition& out);
void tell_network(Exposition& out, const embed::NetworkStatus& network);
void tell_requests(Exposition& out, const handlers::RequestMetrics& requests);
/// By topic and by partition of the first topics, in the order of their names, that together have
/// no more than `partitions_max` partitions.
void tell_topics(Exposition& out, broker::Broker& broker, size_t partitions_max);
/// Syncs, compaction and room on the volume.
void tell_storage(Exposition& out, broker::Broker& broker);

struct LagLimits {
  /// Of all groups together; 0: none is looked at.
  size_t partitions_max = 0;
  /// After so long what is known is told.
  std::chrono::milliseconds time_max{2'000};
};
/// How far each group is behind, in records and in time, in the order of their names. Waits for
/// answers.
void tell_lag(Exposition& out, const std::shared_ptr<client::ClientCore>& client,
              const LagLimits& limits);
void tell_groups(Exposition& out, const coordinator::GroupCoordinator& groups);

}  // namespace millrace::metrics
