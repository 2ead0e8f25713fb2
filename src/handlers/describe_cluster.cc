// DescribeCluster: the one broker there is, which is also the controller.
#include "wire/messages/describe_cluster.h"

#include "handlers/authorized_operations.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

constexpr int8_t kBrokers = 1;
constexpr int8_t kControllers = 2;

}  // namespace

void handle(const DescribeClusterCall& call) {
  const int8_t endpoint_type = call.request.endpoint_type;
  if (endpoint_type != kBrokers) {
    return call.respond(
        {.error_code = endpoint_type == kControllers ? ErrorCode::mismatched_endpoint_type
                                                     : ErrorCode::unsupported_endpoint_type,
         .error_message = endpoint_type == kControllers
                              ? "The request was sent to an endpoint of type BROKER, but we wanted "
                                "an endpoint of type CONTROLLER"
                              : "Unsupported endpoint type " + std::to_string(endpoint_type)});
  }
  const broker::Broker& broker = call.context.broker();
  const auto& connection = *call.context.connection;
  wire::DescribeClusterResponse response{
      .cluster_id = broker.cluster_id(),
      .controller_id = broker.node_id(),
      .brokers = {{.broker_id = broker.node_id(),
                   .host = connection.advertised_host,
                   .port = connection.advertised_port,
                   .rack = std::nullopt}},
  };
  if (call.request.include_cluster_authorized_operations) {
    response.cluster_authorized_operations =
        authorized_operations(call.context, broker::ResourceType::cluster, "kafka-cluster");
  }
  call.respond(response);
}

}  // namespace millrace::handlers
