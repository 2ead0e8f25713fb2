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

http::Response plain(int status, std::string_view line) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = cat(line, '\n'),
          .headers = {}};
}

class Endpoint {
 public:
  Endpoint(std::shared_ptr<embed::BrokerImpl> broker, EndpointOptions options)
      : broker_(std::move(broker)), options_(std::move(options)), client_(broker_->make_client()) {}

  http::Response answer(const http::Request& request) {
    using Answerer = http::Response (Endpoint::*)();
    const Answerer answerer = request.path == "/metrics"   ? &Endpoint::metrics
                              : request.path == "/healthz" ? &Endpoint::health
                              : request.path == "/readyz"  ? &Endpoint::readiness
                                                           : nullptr;
    if (answerer == nullptr) return plain(404, "there are /metrics, /healthz and /readyz");
    if (request.method != "GET") {
      auto refused = plain(405, "only GET and HEAD");
      refused.headers.emplace_back("Allow", "GET, HEAD");
      return refused;
    }
    return (this->*answerer)();
  }

 private:
  http::Response metrics() {
    Exposition out;
    const bool is_open = broker_->gate()->enter([&](const handlers::Services& services) {
      out.begin(kBuild);
      out.sample({{"version", kVersion}}, 1);
      out.tell(kReady, why_not_ready().empty() ? 1 : 0);
      tell_network(out, broker_->network());
      tell_requests(out, *services.metrics);
      tell_topics(out, *services.broker, options_.partitions_max);
      tell_storage(out, *services.broker);
      tell_groups(out, *services.groups);
      tell_process(out);
    });
    if (!is_open) return plain(503, kClosed);
    tell_lag(out, client_, {.partitions_max = broker_->is_loaded() ? options_.partitions_max : 0});
    return {.status = 200,
            .content_type = std::string(kExpositionType),
            .body = out.text(),
            .headers = {}};
  }

  http::Response health() { return plain(200, "ok"); }

  http::Response readiness() {
    const std::string reason = why_not_ready();
    return reason.empty() ? plain(200, "ready") : plain(503, reason);
  }

  /// Empty where it is.
  std::string why_not_ready() const {
    if (!broker_->gate()->enter([](const handlers::Services&) {})) return std::string(kClosed);
    if (!broker_->is_loaded()) return "groups and transactions are still being read";
    if (!options_.dir.empty() && access(options_.dir.c_str(), W_OK) != 0) {
      return cat(options_.dir, " cannot be written: ", std::strerror(errno));
    }
    return {};
  }

  const std::shared_ptr<embed::BrokerImpl> broker_;
  const EndpointOptions options_;
  const std::shared_ptr<client::ClientCore> client_;
};

}  // namespace

http::Handler endpoint(std::shared_ptr<embed::BrokerImpl> broker, EndpointOptions options) {
  const auto endpoint = std::make_shared<Endpoint>(std::move(broker), std::move(options));
  return [endpoint](const http::Request& request, const http::Respond& respond) {
    respond(endpoint->answer(request));
  };
}

}  // namespace millrace::metrics
