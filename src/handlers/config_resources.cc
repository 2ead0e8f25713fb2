#include "handlers/config_resources.h"

#include "base/text.h"
#include "base/try.h"
#include "broker/catalog.h"
#include "broker/group_configs.h"
#include "broker/topic.h"
#include "handlers/broker_loggers.h"

namespace millrace::handlers {

namespace {

Result<void> check_broker_id(const RequestContext& context, const std::string& name) {
  if (parse_int64(name) == context.broker().node_id()) return {};
  return kafka_error(ErrorCode::invalid_request,
                     cat("Unexpected broker id, expected ", context.broker().node_id(),
                         " but received ", name.empty() ? "none" : name));
}

Result<void> alter_topic(const RequestContext& context, const std::string& name,
                         std::span<const broker::ConfigChange> changes,
                         broker::AlterOptions options) {
  MILL_CHECK(broker::check_operations(changes, broker::ConfigScope::topic));
  if (name.empty()) {
    return kafka_error(ErrorCode::invalid_request, "Default topic resources are not allowed.");
  }
  MILL_CHECK(broker::check_topic_name(name));
  return context.broker().catalog().alter_config(name, changes, options);
}

Result<void> alter_loggers(const RequestContext& context, const std::string& name,
                           std::span<const broker::ConfigChange> changes,
                           broker::AlterOptions options) {
  if (options.replace) {
    return kafka_error(ErrorCode::invalid_request,
                       "Loggers are altered by IncrementalAlterConfigs only.");
  }
  MILL_CHECK(check_broker_id(context, name));
  return alter_broker_loggers(changes, options.validate_only);
}

}  // namespace

bool is_known_config_resource(int8_t type) {
  return type == kTopicResource || type == kBrokerResource || type == kBrokerLoggerResource ||
         type == kGroupResource;
}

Result<void> check_config_resource(const RequestContext& context, broker::Operation operation,
                                   int8_t type, const std::string& name) {
  switch (type) {
    case kTopicResource:
      if (context.allowed_on_topic(operation, name)) return {};
      return kafka_error(ErrorCode::topic_authorization_failed, "Authorization failed.");
    case kBrokerResource:
    case kBrokerLoggerResource:
      if (context.allowed_on_cluster(operation)) return {};
      return kafka_error(ErrorCode::cluster_authorization_failed, "Authorization failed.");
    case kGroupResource:
      if (context.allowed_on_group(operation, name)) return {};
      return kafka_error(ErrorCode::group_authorization_failed, "Authorization failed.");
    default:
      return kafka_error(ErrorCode::invalid_request,
                         cat("Unknown resource type ", int{type},
                             "; topics (2), brokers (4), broker loggers (8) and groups (32) have a "
                             "configuration."));
  }
}

Result<std::vector<broker::ConfigEntry>> describe_resource(const RequestContext& context,
                                                           int8_t type, const std::string& name) {
  MILL_CHECK(check_config_resource(context, broker::Operation::describe_configs, type, name));
  broker::Broker& broker = context.broker();
  switch (type) {
    case kTopicResource:
      MILL_CHECK(broker::check_topic_name(name));
      return broker.catalog().describe_config(name);
    case kGroupResource: return broker.group_configs().describe(name);
    case kBrokerLoggerResource:
      MILL_CHECK(check_broker_id(context, name));
      return describe_broker_loggers();
    default: return broker.describe_config(name);
  }
}

Result<void> alter_resource(const RequestContext& context, int8_t type, const std::string& name,
                            std::span<const broker::ConfigChange> changes,
                            broker::AlterOptions options) {
  MILL_CHECK(check_config_resource(context, broker::Operation::alter_configs, type, name));
  broker::Broker& broker = context.broker();
  switch (type) {
    case kTopicResource: return alter_topic(context, name, changes, options);
    case kGroupResource: return broker.group_configs().alter(name, changes, options);
    case kBrokerLoggerResource: return alter_loggers(context, name, changes, options);
    default: return broker.alter_config(name, changes, options);
  }
}

}  // namespace millrace::handlers
