#include "handlers/config_resources.h"

namespace millrace::handlers {

Result<void> check_config_resource(const RequestContext& context, broker::Operation operation,
                                   int8_t type, const std::string& name) {
  switch (type) {
    case kTopicResource:
      if (context.allowed_on_topic(operation, name)) return {};
      return kafka_error(ErrorCode::topic_authorization_failed, "Authorization failed.");
    case kBrokerResource:
      if (context.allowed_on_cluster(operation)) return {};
      return kafka_error(ErrorCode::cluster_authorization_failed, "Authorization failed.");
    default:
      return kafka_error(ErrorCode::invalid_request,
                         "Unsupported resource type " + std::to_string(type) +
                             "; topics (2) and brokers (4) have a configuration.");
  }
}

}  // namespace millrace::handlers
