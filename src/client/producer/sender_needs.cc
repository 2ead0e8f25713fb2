// What a sender needs before it can send: partitions and their leaders, links, a producer id.
#include <utility>

#include "base/try.h"
#include "client/producer/sender.h"
#include "wire/messages/init_producer_id.h"

namespace millrace::client {

void Sender::learn(std::string topic) {
  driver().post([weak = weak_from_this(), topic = std::move(topic)] {
    const auto self = weak.lock();
    if (self && !self->is_closed_) self->need_topic(topic, self->driver().now());
  });
}

Result<std::shared_ptr<const TopicView>> Sender::find_out(const std::string& topic,
                                                          SteadyTime deadline) {
  MILL_TRY(const auto found,
           client_->wait_for<TopicDescription>([gateway = gateway_, topic, deadline] {
             return gateway->topic(topic, MissingTopic::create, deadline);
           }));
  return views_->publish(found, driver().now());
}

void Sender::need_topic(const std::string& topic, SteadyTime now) {
  Asking& asking = topics_[topic];
  if (asking.is_asking) return;
  if (asking.retry_at > now) return look_again_at(asking.retry_at);
  asking.is_asking = true;
  spawn(ask_topic(shared_from_this(), topic));
}

Task<void> Sender::ask_topic(Self self, std::string topic) {
  Gateway& gateway = *self->gateway_;
  const SteadyTime deadline = gateway.request_deadline(SteadyTime::max());
  auto asking = gateway.topic(topic, MissingTopic::create, deadline);
  const auto found = co_await asking;
  const SteadyTime now = self->driver().now();
  self->topics_[topic] = Asking{.retry_at = now + gateway.options().retry_backoff};
  if (found) {
    self->views_->publish(*found, now);
  } else {
    self->on_trouble(found.error());
    if (!worth_retrying(found.error())) self->fail_waiting(found.error(), &topic);
  }
  self->wake();
}

void Sender::need_link(int32_t id, SteadyTime now) {
  Node& node = nodes_[id];
  if (node.is_connecting) return;
  if (node.retry_at > now) return look_again_at(node.retry_at);
  node.is_connecting = true;
  spawn(connect(shared_from_this(), id));
}

Task<void> Sender::connect(Self self, int32_t id) {
  Gateway& gateway = *self->gateway_;
  const SteadyTime deadline = gateway.request_deadline(SteadyTime::max());
  auto linking = gateway.node(id, Lane::requests, deadline);
  const auto link = co_await linking;
  if (self->is_closed_) co_return;
  Node& node = self->nodes_[id];
  node.is_connecting = false;
  if (link) {
    node.link = *link;
  } else {
    self->on_trouble(link.error());
    node.retry_at = self->driver().now() + gateway.options().retry_backoff;
    // The broker may have moved, and its partitions with it.
    gateway.forget();
    if (link.error().is(ClientErrc::closed)) self->fail_waiting(link.error());
  }
  self->wake();
}

void Sender::need_identity(SteadyTime now) {
  if (identity_asking_.is_asking) return;
  if (identity_asking_.retry_at > now) return look_again_at(identity_asking_.retry_at);
  identity_asking_.is_asking = true;
  spawn(ask_identity(shared_from_this()));
}

Task<void> Sender::ask_identity(Self self) {
  Gateway& gateway = *self->gateway_;
  const auto attempt = [&gateway](SteadyTime by) { return init_producer_id(gateway, by); };
  const SteadyTime deadline = gateway.request_deadline(SteadyTime::max());
  auto asking = gateway.retrying<ProducerIdentity>(deadline, attempt);
  const auto identity = co_await asking;
  const SteadyTime now = self->driver().now();
  self->identity_asking_ = Asking{.retry_at = now + gateway.options().retry_backoff};
  if (identity) {
    self->identity_ = *identity;
  } else {
    self->on_trouble(identity.error());
    if (!worth_retrying(identity.error())) self->fail_waiting(identity.error());
  }
  self->wake();
}

Task<Result<ProducerIdentity>> Sender::init_producer_id(Gateway& gateway, SteadyTime deadline) {
  auto reaching = gateway.any(deadline);
  MILL_CO_TRY(LinkPtr link, co_await reaching);
  wire::InitProducerIdRequest request{.transaction_timeout_ms = INT32_MAX};
  auto asking =
      call<wire::InitProducerIdResponse>(gateway.driver(), link, std::move(request), deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  MILL_CO_CHECK(check_code(response.error_code, "asking for a producer id"));
  co_return ProducerIdentity{.id = response.producer_id, .epoch = response.producer_epoch};
}

}  // namespace millrace::client
