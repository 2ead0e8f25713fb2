#include "metrics/endpoint.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "embed/broker_impl.h"
#include "metrics/exposition.h"
#include "metrics/tell.h"
#include "millrace/version.h"

namespace millrace::metrics {
namespace {

constexpr Metric kBuild{"millrace_build_info", MetricType::gauge, "version",
                        "1, with the version of the program"};
constexpr Metric kReady{"millrace_ready", MetricType::gauge, "", "1 where /readyz answers 200"};
constexpr std::string_view kClosed = "the broker is closed";
constexpr std::string_view kBusy = "other scrapes are waiting already";
constexpr std::string_view kRecovering = "the data directory is being recovered";

http::Response plain(int status, std::string_view line) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = cat(line, '\n'),
          .headers = {}};
}

}  // namespace

void Endpoint::set_broker(std::shared_ptr<embed::BrokerImpl> broker) {
  auto client = broker->make_client();
  subject_.store(std::make_shared<const Subject>(
      Subject{.broker = std::move(broker), .client = std::move(client)}));
}

void Endpoint::answer(const http::Request& request, const http::Respond& respond) {
  const bool is_metrics = request.path == "/metrics";
  const bool is_health = request.path == "/healthz";
  if (!is_metrics && !is_health && request.path != "/readyz") {
    return respond(plain(404, "there are /metrics, /healthz and /readyz"));
  }
  if (request.method != "GET") {
    auto refused = plain(405, "only GET and HEAD");
    refused.headers.emplace_back("Allow", "GET, HEAD");
    return respond(std::move(refused));
  }
  if (is_metrics) {
    // Who scrapes may be gone when it is begun; those who come must not wait for ever more of them.
    const bool is_begun = scrapes_.post([this, respond] { respond(metrics()); });
    if (!is_begun) respond(plain(503, kBusy));
    return;
  }
  if (is_health) return respond(plain(200, "ok"));
  const std::string reason = why_not_ready(subject_.load().get());
  respond(reason.empty() ? plain(200, "ready") : plain(503, reason));
}

http::Response Endpoint::metrics() const {
  const auto subject = subject_.load();
  if (!subject) return plain(503, kRecovering);
  embed::BrokerImpl& broker = *subject->broker;
  Exposition out;
  const bool is_open = broker.gate()->enter([&](const handlers::Services& services) {
    out.begin(kBuild);
    out.sample({{"version", kVersion}}, 1);
    out.tell(kReady, why_not_ready(subject.get()).empty() ? 1 : 0);
    tell_network(out, broker.network());
    tell_requests(out, *services.metrics);
    tell_topics(out, *services.broker, options_.partitions_max);
    tell_storage(out, *services.broker);
    tell_groups(out, *services.groups);
    tell_process(out);
  });
  if (!is_open) return plain(503, kClosed);
  const size_t lags_max = broker.is_loaded() ? options_.partitions_max : 0;
  tell_lag(out, subject->client, {.partitions_max = lags_max});
  return {.status = 200,
          .content_type = std::string(kExpositionType),
          .body = out.text(),
          .headers = {}};
}

std::string Endpoint::why_not_ready(const Subject* subject) const {
  if (subject == nullptr) return std::string(kRecovering);
  const embed::BrokerImpl& broker = *subject->broker;
  if (!broker.gate()->enter([](const handlers::Services&) {})) return std::string(kClosed);
  if (!broker.is_loaded()) return "groups and transactions are still being read";
  if (!options_.dir.empty() && access(options_.dir.c_str(), W_OK) != 0) {
    return cat(options_.dir, " cannot be written: ", std::strerror(errno));
  }
  return {};
}

}  // namespace millrace::metrics
