#include "listen/kafka_listener.h"

#include <utility>

namespace millrace::listen {

KafkaListener::KafkaListener(handlers::Services services, std::optional<net::Endpoint> advertised)
    : services_(services), advertised_(std::move(advertised)) {}

std::shared_ptr<const void> KafkaListener::connected(const net::ConnectionInfo& connection) {
  auto info = std::make_shared<handlers::ConnectionInfo>();
  info->client_host = "/" + connection.peer_host;
  info->advertised_host = advertised_ ? advertised_->host : connection.local_host;
  info->advertised_port = advertised_ ? advertised_->port : connection.local_port;
  return info;
}

net::RequestKind KafkaListener::dispatch(net::RequestFrame frame, net::Reply reply) {
  const auto kind =
      handlers::may_wait(frame.bytes.view()) ? net::RequestKind::wait : net::RequestKind::work;
  // Callbacks must be copyable, a Reply is not.
  auto shared_reply = std::make_shared<net::Reply>(std::move(reply));
  handlers::dispatch(
      services_, std::static_pointer_cast<const handlers::ConnectionInfo>(frame.connection),
      std::move(frame.bytes), [shared_reply](handlers::Answer answer) {
        switch (answer.kind) {
          case handlers::Answer::Kind::reply:
            return std::move(*shared_reply).send(std::move(answer.message.chunks));
          case handlers::Answer::Kind::no_reply: return std::move(*shared_reply).send_nothing();
          case handlers::Answer::Kind::close:
            return std::move(*shared_reply).close_connection(std::move(answer.message.chunks));
        }
      });
  return kind;
}

}  // namespace millrace::listen
