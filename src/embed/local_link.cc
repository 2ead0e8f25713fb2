#include "embed/local_link.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "handlers/api_list.h"
#include "handlers/begin_call.h"
#include "millrace/version.h"

namespace millrace::embed {

namespace {

using client::Exchange;

const std::string kPeer = "the embedded broker";

/// Told in Metadata, where a networked client finds a broker; nobody connects to it.
constexpr const char* kHost = "embedded";
constexpr int32_t kPort = 1;

Error closed_error() { return client::client_error(ClientErrc::closed, kPeer + " is closed"); }

Error gone() { return client::client_error(ClientErrc::disconnected, kPeer + " gave no answer"); }

/// Where the answer of a request goes; the link keeps its driver.
struct Way {
  std::shared_ptr<client::Link> link;
  LocalDriver* driver = nullptr;
};

/// Brings the answer of a handler back into the client's driver, on whatever thread it comes. Where
/// there is none the link ends, as a connection does.
template <class Request, class Response>
class LocalSlot final : public handlers::AnswerSlot<Response> {
 public:
  using Typed = client::TypedExchange<Request, Response>;

  LocalSlot(Way way, std::shared_ptr<Typed> exchange, int16_t version)
      : handlers::AnswerSlot<Response>(version),
        way_(std::move(way)),
        exchange_(std::move(exchange)) {}
  ~LocalSlot() override {
    if (exchange_) close();
  }

  void reply(const Response& response) override { reply(Response(response)); }
  void reply(Response&& response) override {
    way_.driver->post([exchange = take(), version = this->version(),
                       response = std::make_shared<Response>(std::move(response))] {
      exchange->finish(
          client::Answered<Response>{.response = std::move(*response), .version = version});
    });
  }
  void no_reply() override {
    way_.driver->post([exchange = take()] { exchange->finish_without_answer(); });
  }
  void close() override {
    way_.driver->post([exchange = take(), link = way_.link] {
      link->close(gone());
      exchange->fail(gone());
    });
  }

 private:
  std::shared_ptr<Typed> take() {
    MILL_ASSERT(exchange_ != nullptr, "a request was answered twice");
    return std::exchange(exchange_, nullptr);
  }

  const Way way_;
  std::shared_ptr<Typed> exchange_;
};

using Run = void (*)(Way, handlers::RequestContext, std::shared_ptr<Exchange>, int16_t version);

template <class Request, class Response>
void run(Way way, handlers::RequestContext context, std::shared_ptr<Exchange> exchange,
         int16_t version) {
  auto typed = std::static_pointer_cast<client::TypedExchange<Request, Response>>(exchange);
  // Record sets are views: what they point into lives as long as the request's context.
  context.frame = SharedBytes(std::move(exchange), {});
  Request request = std::move(typed->request());
  auto slot =
      std::make_shared<LocalSlot<Request, Response>>(std::move(way), std::move(typed), version);
  handlers::begin(
      handlers::Call<Request, Response>{.request = std::move(request),
                                        .context = std::move(context),
                                        .respond = handlers::Responder<Response>(std::move(slot))});
}

struct Row {
  int16_t api_key = 0;
  Run run = nullptr;
};

template <class... Pairs>
constexpr auto rows_of(handlers::ApiList<Pairs...>) {
  return std::array{Row{.api_key = Pairs::Request::kApiKey,
                        .run = &run<typename Pairs::Request, typename Pairs::Response>}...};
}

constexpr auto kRows = rows_of(handlers::ServedApis());
static_assert(std::ranges::is_sorted(kRows, {}, &Row::api_key));

using wire::ApiVersionsRequest;
using wire::ApiVersionsResponse;

class LocalLink final : public client::Link, public std::enable_shared_from_this<LocalLink> {
 public:
  LocalLink(std::shared_ptr<LocalDriver> driver, std::shared_ptr<Gate> gate, std::string client_id)
      : driver_(std::move(driver)), gate_(std::move(gate)), client_id_(std::move(client_id)) {
    handlers::ConnectionInfo connection;
    connection.client_host = "/in-process";
    connection.advertised_host = kHost;
    connection.advertised_port = kPort;
    connection_ = std::make_shared<const handlers::ConnectionInfo>(std::move(connection));
  }

  client::Task<Result<void>> agree_on_versions(SteadyTime deadline,
                                               std::shared_ptr<LocalLink> self) {
    ApiVersionsResponse known;
    known.api_keys.push_back({.api_key = ApiVersionsRequest::kApiKey,
                              .min_version = ApiVersionsRequest::kVersionMax,
                              .max_version = ApiVersionsRequest::kVersionMax});
    ranges_ = client::ApiRanges(known);
    ApiVersionsRequest request{.client_software_name = "millrace",
                               .client_software_version = std::string(kVersion)};
    auto asking = client::call<ApiVersionsResponse>(*driver_, self, std::move(request), deadline);
    auto response = co_await asking;
    if (!response) co_return std::move(response).error();
    ranges_ = client::ApiRanges(*response);
    co_return Result<void>();
  }

  bool is_open() const override { return !closed_; }
  const client::ApiRanges& ranges() const override { return ranges_; }
  const std::string& peer() const override { return kPeer; }

  void close(Error why) override {
    if (closed_) return;
    closed_.emplace(std::move(why));
    for (const auto& pending : std::exchange(pending_, {})) {
      if (const auto exchange = pending.lock()) exchange->fail(*closed_);
    }
  }

  void submit(std::shared_ptr<Exchange> exchange) override {
    if (closed_) return exchange->fail(*closed_);
    auto version = ranges_.choose(exchange->api_key(), exchange->spoken());
    if (!version) return exchange->fail(std::move(version).error().with_context(kPeer));
    const auto found = std::ranges::lower_bound(kRows, exchange->api_key(), {}, &Row::api_key);
    MILL_ASSERT(found != kRows.end() && found->api_key == exchange->api_key(),
                "the broker served an API that is not in its list");
    std::erase_if(pending_, [](const auto& pending) { return pending.expired(); });
    pending_.push_back(exchange);
    const bool is_inside = gate_->enter([&](const handlers::Services& services) {
      handlers::RequestContext context{
          .services = services, .connection = connection_, .client_id = client_id_, .frame = {}};
      found->run({.link = shared_from_this(), .driver = driver_.get()}, std::move(context),
                 exchange, *version);
    });
    if (!is_inside) exchange->fail(closed_error());
  }

 private:
  const std::shared_ptr<LocalDriver> driver_;
  const std::shared_ptr<Gate> gate_;
  const std::string client_id_;
  std::shared_ptr<const handlers::ConnectionInfo> connection_;
  client::ApiRanges ranges_;
  std::optional<Error> closed_;
  /// Few at a time: those whose answer was taken are gone.
  std::vector<std::weak_ptr<Exchange>> pending_;
};

}  // namespace

LocalLinkFactory::LocalLinkFactory(std::shared_ptr<LocalDriver> driver, std::shared_ptr<Gate> gate,
                                   std::string client_id)
    : driver_(std::move(driver)),
      gate_(std::move(gate)),
      client_id_(std::move(client_id)),
      bootstrap_{{.host = kHost, .port = static_cast<uint16_t>(kPort)}} {}

client::Task<Result<client::LinkPtr>> LocalLinkFactory::connect(client::Address,
                                                                SteadyTime deadline) {
  auto link = std::make_shared<LocalLink>(driver_, gate_, client_id_);
  auto agreeing = link->agree_on_versions(deadline, link);
  auto agreed = co_await agreeing;
  if (!agreed) co_return std::move(agreed).error();
  co_return client::LinkPtr(std::move(link));
}

}  // namespace millrace::embed
