#include "handlers/config_resources.h"

#include "base/try.h"
#include "broker/catalog.h"

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

Result<void> alter_resource(const RequestContext& context, int8_t type, const std::string& name,
                            std::span<const broker::ConfigChange> changes,
                            broker::AlterOptions options) {
  MILL_CHECK(check_config_resource(context, broker::Operation::alter_configs, type, name));
  broker::Broker& broker = context.broker();
  return type == kTopicResource ? broker.catalog().alter_config(name, changes, options)
                                : broker.alter_config(name, changes, options);
}

}  // namespace millrace::handlers
