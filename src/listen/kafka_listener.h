// KafkaListener: the Kafka protocol on sockets, frames of net answered by handlers.
#pragma once

#include <memory>
#include <optional>

#include "handlers/dispatch.h"
#include "net/dispatcher.h"
#include "net/endpoint.h"

namespace millrace::listen {

/// Safe from any thread. `services` must outlive it and every request under way.
class KafkaListener final : public net::RequestDispatcher {
 public:
  /// With `advertised` that address is told to every client; otherwise each one is told the address
  /// it came in by.
  explicit KafkaListener(handlers::Services services,
                         std::optional<net::Endpoint> advertised = std::nullopt);

  std::shared_ptr<const void> connected(const net::ConnectionInfo& connection) override;
  net::RequestKind dispatch(net::RequestFrame frame, net::Reply reply) override;

 private:
  const handlers::Services services_;
  const std::optional<net::Endpoint> advertised_;
};

}  // namespace millrace::listen
