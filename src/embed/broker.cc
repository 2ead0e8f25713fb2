// The public Broker.
#include "millrace/broker.h"

#include <utility>

#include "base/home_process.h"
#include "base/try.h"
#include "broker/config/config_key.h"
#include "client/error.h"
#include "embed/broker_impl.h"
#include "embed/listeners.h"
#include "millrace/faults.h"

namespace millrace {

using embed::BrokerImpl;

namespace {

Result<void> check_home(const std::shared_ptr<BrokerImpl>& impl) {
  if (is_at_home(impl)) return {};
  return client::client_error(
      ClientErrc::closed,
      "the broker was moved from, or opened by the parent of this process, which goes on with it");
}

}  // namespace

Broker::Broker(std::shared_ptr<BrokerImpl> impl) : impl_(std::move(impl)) {}
Broker::Broker(Broker&&) noexcept = default;

Broker& Broker::operator=(Broker&& other) noexcept {
  if (this != &other && is_at_home(impl_)) (void)impl_->close(milliseconds(0));
  impl_ = std::move(other.impl_);
  return *this;
}

Broker::~Broker() {
  if (is_at_home(impl_)) (void)impl_->close(milliseconds(0));
}

Result<Broker> Broker::open(BrokerOptions options) {
  std::optional<net::Endpoint> advertised;
  if (const auto told = options.config.find("advertised.listeners"); told != options.config.end()) {
    MILL_TRY(auto endpoints, embed::parse_listeners(told->first, told->second));
    if (!endpoints.empty()) advertised = std::move(endpoints.front());
  }
  MILL_TRY(auto impl, BrokerImpl::open(std::move(options), std::move(advertised)));
  return Broker(std::move(impl));
}

Result<std::string> Broker::listen(std::string_view address) {
  MILL_CHECK(check_home(impl_));
  auto endpoint = net::Endpoint::parse(address);
  if (!endpoint) {
    return client::client_error(ClientErrc::bad_address, endpoint.error().message());
  }
  MILL_TRY(const auto bound, impl_->listen(*endpoint));
  return bound.to_string();
}

Client Broker::client() const { return Client(is_at_home(impl_) ? impl_->make_client() : nullptr); }

Result<Producer> Broker::producer(ProducerOptions options) const {
  return client().producer(std::move(options));
}

Result<Consumer> Broker::consumer(ConsumerOptions options) const {
  return client().consumer(std::move(options));
}

Admin Broker::admin() const { return client().admin(); }

Result<Topic> Broker::topic(const std::string& name) const {
  MILL_CHECK(check_home(impl_));
  MILL_TRY(auto found, impl_->topic(name));
  return Topic(std::move(found));
}

Result<Topic> Broker::ensure_topic(const NewTopic& topic) const {
  const auto created = admin().create_topic(topic);
  if (!created && !created.error().is(ErrorCode::topic_already_exists)) return created.error();
  return this->topic(topic.name);
}

Result<size_t> Broker::run_until(std::chrono::steady_clock::time_point now) {
  return impl_->run_until(now);
}

Result<std::chrono::steady_clock::time_point> Broker::next_deadline() const {
  return impl_->next_deadline();
}

const std::vector<std::string>& Broker::recovery_report() const { return impl_->recovery_report(); }

Result<testing::Faults> Broker::faults() const {
  MILL_CHECK(check_home(impl_));
  if (!impl_->fault_kit()) {
    return client::client_error(ClientErrc::not_allowed,
                                "this broker has no faults; open it with allow_faults");
  }
  return testing::Faults(impl_->fault_kit());
}

Result<void> Broker::close(milliseconds grace) {
  MILL_CHECK(check_home(impl_));
  return impl_->close(grace);
}

}  // namespace millrace
