// Call: one decoded request on its way through a handler.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "broker/broker.h"
#include "broker/security.h"
#include "handlers/dispatch.h"
#include "handlers/responder.h"

namespace millrace::handlers {

/// Who asks, and what there is to answer with. Copies are cheap enough to be kept by callbacks.
struct RequestContext {
  Services services;
  std::shared_ptr<const ConnectionInfo> connection;
  std::string client_id;
  /// Views in the request (record sets) point in here.
  SharedBytes frame;

  broker::Broker& broker() const { return *services.broker; }
  coordinator::GroupCoordinator& groups() const { return *services.groups; }
  coordinator::TransactionCoordinator& transactions() const { return *services.transactions; }

  bool allowed(broker::Operation operation, broker::ResourceType type,
               std::string_view resource) const {
    return broker().security().allowed(connection->principal, operation, type, resource);
  }
  bool allowed_on_topic(broker::Operation operation, std::string_view topic) const {
    return allowed(operation, broker::ResourceType::topic, topic);
  }
  bool allowed_on_group(broker::Operation operation, std::string_view group_id) const {
    return allowed(operation, broker::ResourceType::group, group_id);
  }
  bool allowed_on_transaction(broker::Operation operation,
                              std::string_view transactional_id) const {
    return allowed(operation, broker::ResourceType::transactional_id, transactional_id);
  }
  /// Kafka's name for the one cluster there is.
  bool allowed_on_cluster(broker::Operation operation) const {
    return allowed(operation, broker::ResourceType::cluster, "kafka-cluster");
  }
};

template <class Request, class Response>
struct Call {
  Request request;
  RequestContext context;
  /// Answers the call; must be used once.
  Responder<Response> respond;

  int16_t version() const { return respond.version(); }
};

}  // namespace millrace::handlers
