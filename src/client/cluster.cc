#include "client/cluster.h"

#include "base/text.h"
#include "base/try.h"
#include "wire/messages/find_coordinator.h"

namespace millrace::client {
namespace {

TopicInfo info_of(const wire::MetadataResponse::Topic& topic) {
  return {.name = topic.name.value_or(""),
          .id = topic.topic_id,
          .internal = topic.is_internal,
          .partitions = partitions_of(topic)};
}

}  // namespace

Result<std::unique_ptr<Cluster>> Cluster::connect(ClusterOptions options) {
  std::unique_ptr<Cluster> cluster(new Cluster(std::move(options)));
  MILL_CHECK(cluster->any(cluster->limits()));
  return cluster;
}

Result<BrokerLink*> Cluster::link_to(const Address& address, CallLimits limits) {
  auto& link = links_[address.to_string()];
  if (!link || !link->is_open()) {
    MILL_TRY(link, BrokerLink::open(loop_, address, options_.client_id, limits));
  }
  return link.get();
}

Result<BrokerLink*> Cluster::any(CallLimits limits) {
  for (const auto& [address, link] : links_) {
    if (link && link->is_open()) return link.get();
  }
  std::vector<Address> candidates = options_.bootstrap;
  for (const auto& [id, address] : brokers_) candidates.push_back(address);
  std::optional<Error> last;
  for (const Address& address : candidates) {
    auto link = link_to(address, limits);
    if (link) return link;
    if (link.error().is(ClientErrc::interrupted)) return link;
    last = std::move(link).error();
  }
  return last.value_or(client_error(ClientErrc::bad_address, "no broker is named"));
}

Result<wire::MetadataResponse> Cluster::ask(std::optional<std::vector<std::string>> names,
                                            MissingTopic missing, CallLimits limits) {
  MILL_TRY(BrokerLink* const link, any(limits));
  wire::MetadataRequest request;
  request.allow_auto_topic_creation = missing == MissingTopic::create;
  if (names) {
    auto& topics = request.topics.emplace();
    for (auto& name : *names) topics.push_back({.topic_id = {}, .name = std::move(name)});
  }
  MILL_TRY(auto response, link->call<wire::MetadataResponse>(request, limits));
  brokers_.clear();
  for (const auto& broker : response.brokers) {
    MILL_TRY(brokers_[broker.node_id], address_of(broker.host, broker.port));
  }
  controller_ = response.controller_id;
  cluster_id_ = response.cluster_id;
  for (const auto& topic : response.topics) {
    if (topic.error_code == ErrorCode::none && topic.name) topics_[*topic.name] = info_of(topic);
  }
  return response;
}

Result<TopicInfo> Cluster::topic(const std::string& name, MissingTopic missing, CallLimits limits) {
  const auto look = [&]() -> Result<TopicInfo> {
    if (const auto known = topics_.find(name); known != topics_.end()) return known->second;
    MILL_TRY(auto response, ask(std::vector{name}, missing, limits));
    for (const auto& topic : response.topics) {
      if (topic.name != name) continue;
      if (topic.error_code == ErrorCode::unknown_topic_or_partition) {
        return kafka_error(topic.error_code, cat("topic '", name, "' does not exist"));
      }
      MILL_CHECK(check_code(topic.error_code, cat("topic '", name, "'")));
      return topics_[name];
    }
    return client_error(ClientErrc::malformed, cat("no answer about topic '", name, "'"));
  };
  if (missing == MissingTopic::create) return retrying(limits, look);
  for (;;) {
    auto found = look();
    // Kafka calls a missing topic retriable; whoever does not create it wants to know at once.
    if (found || !worth_retrying(found.error()) ||
        found.error().is(ErrorCode::unknown_topic_or_partition) ||
        std::chrono::steady_clock::now() >= limits.deadline) {
      return found;
    }
    forget();
    MILL_CHECK(loop_.sleep(Milliseconds{100}, limits.signals));
  }
}

Result<std::vector<TopicInfo>> Cluster::topics(CallLimits limits) {
  MILL_TRY(const auto response,
           retrying(limits, [&] { return ask(std::nullopt, MissingTopic::refuse, limits); }));
  std::vector<TopicInfo> topics;
  for (const auto& topic : response.topics) {
    if (topic.name) topics.push_back(info_of(topic));
  }
  std::ranges::sort(topics, {}, &TopicInfo::name);
  return topics;
}

Result<std::vector<int32_t>> Cluster::nodes(CallLimits limits) {
  if (brokers_.empty()) {
    MILL_CHECK(ask(std::vector<std::string>{}, MissingTopic::refuse, limits));
  }
  std::vector<int32_t> ids;
  for (const auto& [id, address] : brokers_) ids.push_back(id);
  return ids;
}

Result<BrokerLink*> Cluster::node(int32_t id, CallLimits limits) {
  MILL_CHECK(nodes(limits));
  const auto found = brokers_.find(id);
  if (found == brokers_.end()) {
    return kafka_error(ErrorCode::broker_not_available, cat("broker ", id, " is not there"));
  }
  return link_to(found->second, limits);
}

Result<BrokerLink*> Cluster::controller(CallLimits limits) {
  MILL_CHECK(nodes(limits));
  if (!brokers_.contains(controller_)) return any(limits);
  return node(controller_, limits);
}

Result<BrokerLink*> Cluster::coordinator(const std::string& group, CallLimits limits) {
  auto known = coordinators_.find(group);
  if (known == coordinators_.end()) {
    MILL_TRY(BrokerLink* const link, any(limits));
    const wire::FindCoordinatorRequest request{.key = group, .coordinator_keys = {group}};
    MILL_TRY(auto response, link->call<wire::FindCoordinatorResponse>(request, limits));
    if (!response.coordinators.empty()) {
      const auto& first = response.coordinators.front();
      response.error_code = first.error_code;
      response.error_message = first.error_message;
      response.host = first.host;
      response.port = first.port;
    }
    MILL_CHECK(check_code(response.error_code,
                          cat("finding the coordinator of group '", group, "'"),
                          response.error_message.value_or("")));
    MILL_TRY(auto address, address_of(response.host, response.port));
    known = coordinators_.emplace(group, std::move(address)).first;
  }
  return link_to(known->second, limits);
}

Result<int32_t> Cluster::leader_of(const TopicPartition& partition, CallLimits limits) {
  MILL_TRY(const TopicInfo info, topic(partition.topic, MissingTopic::refuse, limits));
  for (const PartitionDescription& candidate : info.partitions) {
    if (candidate.id != partition.partition) continue;
    if (candidate.leader >= 0) return candidate.leader;
    return kafka_error(ErrorCode::leader_not_available, cat(partition, " has no leader now"));
  }
  return kafka_error(ErrorCode::unknown_topic_or_partition,
                     cat("topic '", partition.topic, "' has no partition ", partition.partition));
}

void Cluster::forget() {
  topics_.clear();
  coordinators_.clear();
  brokers_.clear();
  std::erase_if(links_, [](const auto& item) { return !item.second || !item.second->is_open(); });
}

}  // namespace millrace::client
