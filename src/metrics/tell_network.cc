#include "embed/broker_impl.h"
#include "metrics/tell.h"

namespace millrace::metrics {
namespace {

constexpr Metric kConnections{"millrace_connections", MetricType::gauge, "",
                              "Connections of Kafka clients that are open"};
constexpr Metric kAccepted{"millrace_connections_accepted_total", MetricType::counter, "",
                           "Connections of Kafka clients that were accepted"};
constexpr Metric kMemory{
    "millrace_request_memory_bytes", MetricType::gauge, "",
    "Memory of requests that are being received or answered; queued.max.request.bytes bounds it"};

}  // namespace

void tell_network(Exposition& out, const embed::NetworkStatus& network) {
  out.tell(kConnections, network.connections);
  out.tell(kAccepted, network.connections_accepted);
  out.tell(kMemory, network.request_bytes);
}

}  // namespace millrace::metrics
