#include "handlers/request_metrics.h"
#include "metrics/tell.h"

namespace millrace::metrics {
namespace {

constexpr Metric kRequests{"millrace_requests_total", MetricType::counter, "api",
                           "Requests that were answered, by Kafka's name of the API"};
constexpr Metric kErrors{
    "millrace_request_errors_total", MetricType::counter, "api, code",
    "Error codes in answers, one for each place: a request about ten partitions may have ten"};
constexpr Metric kBytesIn{"millrace_request_bytes_total", MetricType::counter, "api",
                          "Bytes of requests, without the length in front of them"};
constexpr Metric kBytesOut{"millrace_response_bytes_total", MetricType::counter, "api",
                           "Bytes of answers"};
constexpr Metric kDuration{
    "millrace_request_duration_seconds", MetricType::histogram, "api",
    "From a request's last byte to its answer; of Fetch, JoinGroup and SyncGroup with what they "
    "waited for"};

}  // namespace

void tell_requests(Exposition& out, const handlers::RequestMetrics& requests) {
  const auto asked = requests.asked();
  out.begin(kRequests);
  for (const auto& api : asked) out.sample({{"api", api.name}}, api.counts.durations.count());
  out.begin(kErrors);
  for (const auto& error : requests.errors()) {
    const std::string code = make_error_code(error.code).message();
    out.sample({{"api", error.api}, {"code", code}}, error.count);
  }
  out.begin(kBytesIn);
  for (const auto& api : asked) out.sample({{"api", api.name}}, api.counts.bytes_in);
  out.begin(kBytesOut);
  for (const auto& api : asked) out.sample({{"api", api.name}}, api.counts.bytes_out);
  out.begin(kDuration);
  for (const auto& api : asked) out.sample({{"api", api.name}}, api.counts.durations);
}

}  // namespace millrace::metrics
