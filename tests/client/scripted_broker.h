// A cluster of one broker that answers as a test says.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "client/link.h"
#include "client/scripted_driver.h"

namespace millrace::client {

/// A request that came, to be answered now or later; once, from anywhere.
template <class Request, class Response>
class Asked {
 public:
  using Typed = TypedExchange<Request, Response>;

  Asked(ScriptedDriver& driver, std::shared_ptr<Typed> exchange, LinkPtr link)
      : driver_(&driver), exchange_(std::move(exchange)), link_(std::move(link)) {}

  const Request& request() const { return exchange_->request(); }
  const LinkPtr& link() const { return link_; }
  void answer(Response response, int16_t version = Request::kVersionMax) const {
    driver_->post([exchange = exchange_, response = std::move(response), version] {
      exchange->finish(Answered<Response>{.response = response, .version = version});
    });
  }

 private:
  ScriptedDriver* driver_;
  std::shared_ptr<Typed> exchange_;
  LinkPtr link_;
};

/// Each API is served by what the test gave for it; requests that nobody serves fail the test.
class ScriptedBroker : public LinkFactory {
 public:
  explicit ScriptedBroker(ScriptedDriver& driver) : driver_(driver) {}

  /// `serve(Asked<Request, Response>)` is called with each request as it comes.
  template <class Request, class Response, class Serve>
  void on(Serve serve) {
    serving_[Request::kApiKey] = [this, serve](const std::shared_ptr<Exchange>& exchange,
                                               LinkPtr link) {
      using Answering = Asked<Request, Response>;
      serve(Answering(driver_, std::static_pointer_cast<typename Answering::Typed>(exchange),
                      std::move(link)));
    };
  }
  /// The same where the answer is there at once: `answer(const Request&)`.
  template <class Request, class Response, class Answer>
  void always(Answer answer) {
    on<Request, Response>(
        [answer](const Asked<Request, Response>& asked) { asked.answer(answer(asked.request())); });
  }

  ScriptedDriver& driver() { return driver_; }
  /// What it told about itself.
  wire::ApiVersionsResponse told;
  bool is_reachable = true;
  int connections = 0;

  /// Closes a connection; what waits on it fails with this.
  void hang_up(const LinkPtr& link) {
    driver_.post([link] { link->close(gone()); });
  }
  static Error gone() { return client_error(ClientErrc::disconnected, "the broker hung up"); }

  Task<Result<LinkPtr>> connect(Address, SteadyTime) override {
    if (!is_reachable) {
      co_return client_error(ClientErrc::unreachable, "nobody is there");
    }
    ++connections;
    co_return LinkPtr(std::make_shared<ScriptedLink>(*this));
  }
  const std::vector<Address>& bootstrap() const override { return bootstrap_; }

 private:
  using Serving = std::function<void(const std::shared_ptr<Exchange>&, LinkPtr)>;

  class ScriptedLink final : public Link, public std::enable_shared_from_this<ScriptedLink> {
   public:
    explicit ScriptedLink(ScriptedBroker& broker) : broker_(broker), ranges_(broker.told) {}

    bool is_open() const override { return !closed_; }
    void close(Error why) override {
      if (closed_) return;
      closed_.emplace(std::move(why));
      for (const auto& exchange : std::exchange(pending_, {})) {
        if (const auto alive = exchange.lock()) alive->fail(*closed_);
      }
    }
    void submit(std::shared_ptr<Exchange> exchange) override {
      if (closed_) return exchange->fail(*closed_);
      pending_.push_back(exchange);
      const auto serving = broker_.serving_.find(exchange->api_key());
      ASSERT_TRUE(serving != broker_.serving_.end()) << "API " << exchange->api_key();
      serving->second(exchange, shared_from_this());
    }
    const ApiRanges& ranges() const override { return ranges_; }
    const std::string& peer() const override { return peer_; }

   private:
    ScriptedBroker& broker_;
    const ApiRanges ranges_;
    const std::string peer_ = "the scripted broker";
    std::optional<Error> closed_;
    std::vector<std::weak_ptr<Exchange>> pending_;
  };

  ScriptedDriver& driver_;
  std::map<int16_t, Serving> serving_;
  const std::vector<Address> bootstrap_{{.host = "scripted", .port = 1}};
};

}  // namespace millrace::client
