// Single requests to one broker that fails as ordered, in-process and over TCP.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "client/client_core.h"
#include "client/tcp_link.h"
#include "embed/broker_impl.h"
#include "embed/fault_kit.h"
#include "embed/two_ways.h"

namespace millrace::embed {

template <class Response, class Request>
client::Task<Result<Response>> call_any(std::shared_ptr<client::ClientCore> core, Request request,
                                        SteadyTime deadline) {
  auto finding = core->gateway().any(deadline);
  auto link = co_await finding;
  if (!link) co_return std::move(link).error();
  auto asking =
      client::call<Response>(core->driver(), *std::move(link), std::move(request), deadline);
  auto answer = co_await asking;
  co_return answer;
}

/// One request in its highest version.
template <wire::Message Response, wire::Message Request>
Result<Response> ask(const std::shared_ptr<client::ClientCore>& core, const Request& request) {
  const SteadyTime deadline = core->driver().deadline_in(milliseconds(20'000));
  return core->wait_for<Response>(
      [core, request, deadline] { return call_any<Response>(core, request, deadline); });
}

class WireWays : public ::testing::TestWithParam<Way> {
 protected:
  explicit WireWays(std::string dir = std::string(in_memory))
      : broker_(BrokerImpl::open({.dir = std::move(dir),
                                  .config = {{"group.initial.rebalance.delay.ms", "0"}},
                                  .allow_faults = true},
                                 std::nullopt)
                    .value()),
        client_(make_client()) {}
  ~WireWays() override {
    client_->close();
    EXPECT_TRUE(broker_->close(milliseconds(0)));
  }

  template <wire::Message Response, wire::Message Request>
  Result<Response> ask(const Request& request) {
    return embed::ask<Response>(client_, request);
  }
  void order(testing::RequestMatch match, testing::RequestFault fault) {
    broker_->fault_kit()->requests.add(std::move(match), fault);
  }

  const std::shared_ptr<BrokerImpl> broker_;

 private:
  std::shared_ptr<client::ClientCore> make_client() {
    if (GetParam() == Way::in_process) return broker_->make_client();
    const auto endpoint = broker_->listen(*net::Endpoint::parse("127.0.0.1:0")).value();
    auto driver = std::make_shared<client::NetDriver>(nullptr);
    auto links = std::make_shared<client::TcpLinkFactory>(
        *driver, client::TcpLinkFactory::Options{
                     .bootstrap = {{.host = endpoint.host, .port = endpoint.port}},
                     .client_id = "millrace"});
    return std::make_shared<client::ClientCore>(driver, std::move(links), ClientOptions());
  }

  const std::shared_ptr<client::ClientCore> client_;
};

}  // namespace millrace::embed
