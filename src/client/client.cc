// The public Client over the network.
#include "millrace/client.h"

#include "base/home_process.h"
#include "base/try.h"
#include "client/client_core.h"
#include "client/client_options.h"
#include "client/consumer/consumer_core.h"
#include "client/consumer/memberships.h"
#include "client/producer/producer_core.h"
#include "client/tcp_link.h"

namespace millrace {

using client::ClientCore;

Result<Client> Client::connect(ClientOptions options) {
  MILL_CHECK(client::check(options));
  MILL_TRY(auto bootstrap, client::parse_addresses(options.bootstrap));
  auto driver = std::make_shared<client::NetDriver>(options.executor);
  auto links = std::make_shared<client::TcpLinkFactory>(
      *driver, client::TcpLinkFactory::Options{.bootstrap = std::move(bootstrap),
                                               .client_id = options.client_id,
                                               .connect_timeout = options.connect_timeout,
                                               .request_timeout = options.request_timeout});
  const auto core = make_at_home<ClientCore>(driver, std::move(links), std::move(options));
  const SteadyTime deadline = driver->deadline_in(core->options().api_timeout);
  auto reached =
      core->wait_for<client::LinkPtr>([core, deadline] { return core->gateway().any(deadline); });
  if (!reached) return std::move(reached).error();
  return Client(core);
}

Result<Producer> Client::producer(ProducerOptions options) const {
  if (!is_at_home(core_)) return client::not_at_home("the client");
  MILL_CHECK(client::check(options));
  return Producer(make_at_home<client::ProducerCore>(core_, options));
}

Result<Consumer> Client::consumer(ConsumerOptions options) const {
  if (!is_at_home(core_)) return client::not_at_home("the client");
  MILL_CHECK(client::check(options));
  const auto membership = [options](std::shared_ptr<client::Gateway> gateway,
                                    client::MemberHost& host) {
    return client::make_membership(std::move(gateway), host, options);
  };
  Consumer consumer(make_at_home<client::ConsumerCore>(core_, options, membership));
  if (!options.topics.empty()) MILL_CHECK(consumer.subscribe(options.topics));
  return consumer;
}

Admin Client::admin() const { return Admin(core_); }

}  // namespace millrace
