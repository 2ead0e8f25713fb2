#include "broker/topic_rules.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"

namespace millrace::broker {
namespace {

Error bad_assignment(std::string message) {
  return kafka_error(ErrorCode::invalid_replica_assignment, std::move(message));
}

Result<void> check_replicas(std::span<const int32_t> brokers, int32_t node_id) {
  if (brokers.empty()) {
    return bad_assignment("The manual partition assignment includes an empty replica list.");
  }
  for (size_t i = 0; i < brokers.size(); ++i) {
    if (brokers[i] != node_id) {
      return bad_assignment(cat("The manual partition assignment includes broker ", brokers[i],
                                ", but no such broker is registered."));
    }
    if (i > 0) {
      return bad_assignment(
          cat("The manual partition assignment includes the broker ", node_id, " more than once."));
    }
  }
  return {};
}

Result<void> check_count(int32_t count) {
  if (count <= kPartitionsMax) return {};
  return kafka_error(ErrorCode::policy_violation,
                     "Excessively large number of partitions per request.");
}

Result<int32_t> assigned_partitions(const NewTopic& topic, int32_t node_id) {
  if (topic.replication_factor != -1) {
    return kafka_error(
        ErrorCode::invalid_request,
        "A manual partition assignment was specified, but replication factor was not "
        "set to -1.");
  }
  if (topic.partitions != -1) {
    return kafka_error(ErrorCode::invalid_request,
                       "A manual partition assignment was specified, but numPartitions was not set "
                       "to -1.");
  }
  const auto count = static_cast<int32_t>(std::min<size_t>(topic.assignments.size(), INT32_MAX));
  MILL_CHECK(check_count(count));
  std::vector<bool> seen(topic.assignments.size());
  for (const ReplicaAssignment& assignment : topic.assignments) {
    if (assignment.partition < 0 || assignment.partition >= count) {
      return bad_assignment("partitions should be a consecutive 0-based integer sequence");
    }
    const auto at = static_cast<size_t>(assignment.partition);
    if (seen[at]) {
      return bad_assignment(
          cat("Found multiple manual partition assignments for partition ", assignment.partition));
    }
    seen[at] = true;
    MILL_CHECK(check_replicas(assignment.brokers, node_id));
  }
  return count;
}

}  // namespace

std::string collision_key(std::string_view topic) {
  std::string key(topic);
  std::ranges::replace(key, '.', '_');
  return key;
}

Result<int32_t> partitions_of(const NewTopic& topic, const BrokerConfig& config, int32_t node_id) {
  if (!topic.assignments.empty()) return assigned_partitions(topic, node_id);
  if (topic.replication_factor < -1 || topic.replication_factor == 0) {
    return kafka_error(ErrorCode::invalid_replication_factor,
                       "Replication factor must be larger than 0, or -1 to use the default value.");
  }
  if (topic.partitions < -1 || topic.partitions == 0) {
    return kafka_error(ErrorCode::invalid_partitions,
                       "Number of partitions was set to an invalid non-positive value.");
  }
  const int32_t replicas = topic.replication_factor == -1
                               ? config.int32("default.replication.factor")
                               : topic.replication_factor;
  if (replicas > 1) {
    return kafka_error(ErrorCode::invalid_replication_factor,
                       cat("Unable to replicate the partition ", replicas,
                           " time(s): The target replication factor of ", replicas,
                           " cannot be reached because only 1 broker(s) are registered."));
  }
  const int32_t count = topic.partitions == -1 ? config.int32("num.partitions") : topic.partitions;
  MILL_CHECK(check_count(count));
  return count;
}

Result<void> check_growth(const NewPartitions& request, int32_t current, int32_t node_id) {
  if (request.count == current) {
    return kafka_error(ErrorCode::invalid_partitions,
                       cat("Topic already has ", current, " partition(s)."));
  }
  if (request.count < current) {
    return kafka_error(ErrorCode::invalid_partitions,
                       cat("The topic ", request.topic, " currently has ", current,
                           " partition(s); ", request.count, " would not be an increase."));
  }
  MILL_CHECK(check_count(request.count));
  if (!request.assignments) return {};
  const auto added = static_cast<size_t>(request.count - current);
  if (request.assignments->size() != added) {
    return bad_assignment(cat("Attempted to add ", added, " additional partition(s), but ",
                              request.assignments->size(), " assignment(s) were specified."));
  }
  for (const auto& brokers : *request.assignments) MILL_CHECK(check_replicas(brokers, node_id));
  return {};
}

Result<ConfigValues> configs_of(const NewTopic& topic) {
  ConfigValues values;
  for (const auto& [name, value] : topic.configs) {
    if (!value) {
      return kafka_error(ErrorCode::invalid_config,
                         cat("Null value not supported for topic configs: ", name));
    }
    const ConfigKey* key = find_key(ConfigScope::topic, name);
    if (key == nullptr) return unknown_key(ConfigScope::topic, name);
    MILL_CHECK(check_value(*key, *value));
    values.insert_or_assign(name, *value);
  }
  return values;
}

}  // namespace millrace::broker
