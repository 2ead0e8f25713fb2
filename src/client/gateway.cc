#include "client/gateway.h"

#include <algorithm>

#include "base/text.h"
#include "client/error.h"
#include "wire/messages/find_coordinator.h"

namespace millrace::client {
namespace {

TopicDescription description_of(const wire::MetadataResponse::Topic& topic) {
  return {.name = topic.name.value_or(""),
          .id = topic.topic_id.is_zero() ? "" : topic.topic_id.to_string(),
          .internal = topic.is_internal,
          .partitions = partitions_of(topic)};
}

std::vector<wire::MetadataRequest::Topic> named(std::vector<std::string> names) {
  std::vector<wire::MetadataRequest::Topic> topics;
  for (auto& name : names) topics.push_back({.topic_id = {}, .name = std::move(name)});
  return topics;
}

std::string_view name_of(CoordinatorKind kind) {
  return kind == CoordinatorKind::group ? "group" : "transactional id";
}

}  // namespace

Task<bool> Gateway::pause(Milliseconds time) {
  if (closed_) co_return false;
  co_await woken_.wait_until(driver_.now() + time);
  co_return !closed_;
}

Task<void> Gateway::closing() {
  if (!closed_) co_await woken_.wait_until(SteadyTime::max());
}

void Gateway::close() {
  if (closed_) return;
  closed_ = true;
  woken_.raise();
  for (const auto& [place, link] : std::exchange(open_links_, {})) link->close(closed_error());
}

Task<Result<LinkPtr>> Gateway::link_to(Address address, Lane lane, SteadyTime deadline) {
  if (closed_) co_return closed_error();
  const auto place = std::pair(address.to_string(), lane);
  if (const auto known = open_links_.find(place); known != open_links_.end()) {
    if (known->second->is_open()) co_return known->second;
    open_links_.erase(known);
  }
  auto connecting = links_->connect(std::move(address), deadline);
  auto connected = co_await connecting;
  if (!connected) co_return connected;
  if (closed_) {
    (*connected)->close(closed_error());
    co_return closed_error();
  }
  // Somebody else may have connected meanwhile; the first link stays.
  auto& slot = open_links_[place];
  if (slot && slot->is_open()) {
    (*connected)->close(client_error(ClientErrc::disconnected, "another link is used"));
  } else {
    slot = *std::move(connected);
  }
  co_return slot;
}

Task<Result<LinkPtr>> Gateway::any(SteadyTime deadline) {
  for (const auto& [place, link] : open_links_) {
    if (place.second == Lane::requests && link->is_open()) co_return link;
  }
  std::vector<Address> candidates = links_->bootstrap();
  for (const auto& [id, address] : brokers_) candidates.push_back(address);
  std::optional<Error> last;
  for (const Address& address : candidates) {
    auto task = link_to(address, Lane::requests, deadline);
    auto link = co_await task;
    if (link) co_return link;
    last = std::move(link).error();
    if (closed_) break;
  }
  co_return last.value_or(client_error(ClientErrc::bad_address, "no broker is named"));
}

Task<Result<wire::MetadataResponse>> Gateway::ask(std::optional<TopicQuery> topics,
                                                  MissingTopic missing, SteadyTime deadline) {
  auto reaching = any(deadline);
  MILL_CO_TRY(LinkPtr link, co_await reaching);
  wire::MetadataRequest request;
  request.allow_auto_topic_creation = missing == MissingTopic::create;
  request.topics = std::move(topics);
  auto asking = call<wire::MetadataResponse>(driver_, link, std::move(request), deadline);
  auto response = co_await asking;
  if (!response) co_return response;
  brokers_.clear();
  for (const auto& broker : response->brokers) {
    MILL_CO_TRY(brokers_[broker.node_id], address_of(broker.host, broker.port));
  }
  controller_ = response->controller_id;
  cluster_id_ = response->cluster_id.value_or("");
  for (const auto& topic : response->topics) {
    if (topic.error_code != ErrorCode::none || !topic.name) continue;
    topics_[*topic.name] = {.description = description_of(topic), .asked_at = driver_.now()};
  }
  co_return response;
}

const TopicDescription* Gateway::known_topic(std::string_view name) const {
  const auto known = topics_.find(name);
  if (known == topics_.end()) return nullptr;
  if (known->second.asked_at + options_.metadata_max_age <= driver_.now()) return nullptr;
  return &known->second.description;
}

Task<Result<TopicDescription>> Gateway::ask_topic(std::string name, MissingTopic missing,
                                                  SteadyTime deadline) {
  if (const auto* known = known_topic(name)) co_return *known;
  auto asking = ask(named({name}), missing, deadline);
  MILL_CO_TRY(auto response, co_await asking);
  for (const auto& topic : response.topics) {
    if (topic.name != name) continue;
    if (topic.error_code == ErrorCode::unknown_topic_or_partition) {
      co_return kafka_error(topic.error_code, cat("topic '", name, "' does not exist"));
    }
    MILL_CO_CHECK(check_code(topic.error_code, cat("topic '", name, "'")));
    co_return description_of(topic);
  }
  co_return client_error(ClientErrc::malformed, cat("no answer about topic '", name, "'"));
}

Task<Result<TopicDescription>> Gateway::topic(std::string name, MissingTopic missing,
                                              SteadyTime deadline) {
  Backoff backoff = this->backoff();
  for (;;) {
    auto asking = ask_topic(name, missing, request_deadline(deadline));
    auto found = co_await asking;
    if (found || !worth_retrying(found.error()) || closed_) co_return found;
    // Kafka calls a missing topic retriable; whoever does not create it wants to know at once.
    const bool is_missing = found.error().is(ErrorCode::unknown_topic_or_partition);
    if (is_missing && missing == MissingTopic::refuse) co_return found;
    const Milliseconds wait = backoff.next();
    if (driver_.now() + wait >= deadline) co_return found;
    auto pausing = pause(wait);
    co_await pausing;
  }
}

Task<Result<std::vector<TopicDescription>>> Gateway::topics(SteadyTime deadline) {
  const auto attempt = [this](SteadyTime by) {
    return ask(std::nullopt, MissingTopic::refuse, by);
  };
  auto asking = retrying<wire::MetadataResponse>(deadline, attempt);
  MILL_CO_TRY(auto response, co_await asking);
  std::vector<TopicDescription> topics;
  for (const auto& topic : response.topics) {
    if (topic.name) topics.push_back(description_of(topic));
  }
  std::ranges::sort(topics, {}, &TopicDescription::name);
  co_return topics;
}

Task<Result<std::vector<TopicDescription>>> Gateway::find_those(TopicQuery topics,
                                                                MissingTopic missing,
                                                                SteadyTime deadline) {
  auto asking = ask(std::move(topics), missing, deadline);
  MILL_CO_TRY(auto response, co_await asking);
  std::vector<TopicDescription> found;
  for (const auto& topic : response.topics) {
    // Not there, or not yet.
    if (is_retriable(topic.error_code)) continue;
    MILL_CO_CHECK(check_code(topic.error_code, cat("topic '", topic.name.value_or(""), "'")));
    if (topic.name) found.push_back(description_of(topic));
  }
  co_return found;
}

Task<Result<std::vector<TopicDescription>>> Gateway::find_topics(std::vector<std::string> names,
                                                                 MissingTopic missing,
                                                                 SteadyTime deadline) {
  return find_those(named(std::move(names)), missing, deadline);
}

Task<Result<std::vector<TopicDescription>>> Gateway::find_topics(std::vector<Uuid> ids,
                                                                 SteadyTime deadline) {
  TopicQuery topics;
  for (const Uuid& id : ids) topics.push_back({.topic_id = id, .name = std::nullopt});
  return find_those(std::move(topics), MissingTopic::refuse, deadline);
}

Task<Result<void>> Gateway::know_brokers(SteadyTime deadline) {
  if (!brokers_.empty()) co_return Result<void>();
  auto asking = ask(named({}), MissingTopic::refuse, deadline);
  MILL_CO_CHECK(co_await asking);
  co_return Result<void>();
}

Task<Result<ClusterDescription>> Gateway::cluster(SteadyTime deadline) {
  const auto attempt = [this](SteadyTime by) {
    brokers_.clear();
    return know_brokers(by);
  };
  auto asking = retrying<void>(deadline, attempt);
  MILL_CO_CHECK(co_await asking);
  ClusterDescription cluster{.cluster_id = cluster_id_, .controller = controller_, .brokers = {}};
  for (const auto& [id, address] : brokers_) {
    cluster.brokers.push_back({.id = id, .host = address.host, .port = address.port});
  }
  co_return cluster;
}

Task<Result<LinkPtr>> Gateway::node(int32_t id, Lane lane, SteadyTime deadline) {
  auto knowing = know_brokers(deadline);
  MILL_CO_CHECK(co_await knowing);
  const auto found = brokers_.find(id);
  if (found == brokers_.end()) {
    co_return kafka_error(ErrorCode::broker_not_available, cat("broker ", id, " is not there"));
  }
  auto linking = link_to(found->second, lane, deadline);
  auto link = co_await linking;
  co_return link;
}

Task<Result<LinkPtr>> Gateway::controller(SteadyTime deadline) {
  auto knowing = know_brokers(deadline);
  MILL_CO_CHECK(co_await knowing);
  const bool known = brokers_.contains(controller_);
  auto linking = known ? node(controller_, Lane::requests, deadline) : any(deadline);
  auto link = co_await linking;
  co_return link;
}

Task<Result<LinkPtr>> Gateway::coordinator(CoordinatorKind kind, std::string key,
                                           SteadyTime deadline, Lane lane) {
  const auto place = std::pair(kind, key);
  if (!coordinators_.contains(place)) {
    auto reaching = any(deadline);
    MILL_CO_TRY(LinkPtr link, co_await reaching);
    wire::FindCoordinatorRequest request;
    request.key = key;
    request.key_type = static_cast<int8_t>(kind);
    request.coordinator_keys.push_back(key);
    auto asking = call<wire::FindCoordinatorResponse>(driver_, link, std::move(request), deadline);
    MILL_CO_TRY(auto response, co_await asking);
    if (!response.coordinators.empty()) {
      const auto& first = response.coordinators.front();
      response.error_code = first.error_code;
      response.error_message = first.error_message;
      response.host = first.host;
      response.port = first.port;
    }
    MILL_CO_CHECK(check_code(response.error_code,
                             cat("finding the coordinator of ", name_of(kind), " '", key, "'"),
                             response.error_message.value_or("")));
    MILL_CO_TRY(auto address, address_of(response.host, response.port));
    coordinators_[place] = std::move(address);
  }
  auto linking = link_to(coordinators_[place], lane, deadline);
  auto link = co_await linking;
  co_return link;
}

Task<Result<int32_t>> Gateway::leader_of(TopicPartition partition, SteadyTime deadline) {
  auto asking = ask_topic(partition.topic, MissingTopic::refuse, deadline);
  MILL_CO_TRY(const TopicDescription topic, co_await asking);
  for (const PartitionDescription& candidate : topic.partitions) {
    if (candidate.id != partition.partition) continue;
    if (candidate.leader >= 0) co_return candidate.leader;
    forget_topic(partition.topic);
    co_return kafka_error(ErrorCode::leader_not_available,
                          cat(to_string(partition), " has no leader now"));
  }
  co_return kafka_error(
      ErrorCode::unknown_topic_or_partition,
      cat("topic '", partition.topic, "' has no partition ", partition.partition));
}

void Gateway::forget_topic(const std::string& name) { topics_.erase(name); }

void Gateway::forget_coordinator(CoordinatorKind kind, const std::string& key) {
  coordinators_.erase(std::pair(kind, key));
}

void Gateway::hang_up(Lane lane) {
  for (const auto& [place, link] : std::map(open_links_)) {
    if (place.second != lane) continue;
    link->close(client_error(ClientErrc::disconnected, "nobody waits for its answers any more"));
  }
}

void Gateway::forget() {
  topics_.clear();
  coordinators_.clear();
  brokers_.clear();
  std::erase_if(open_links_, [](const auto& item) { return !item.second->is_open(); });
}

}  // namespace millrace::client
