// Fetch: reads partitions, now or when enough has come, within fetch sessions (KIP-227).
#include "wire/messages/fetch.h"

#include <algorithm>
#include <iterator>

#include "broker/fetch.h"
#include "broker/fetch_sessions.h"
#include "broker/partition.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithTopicIds = 13;
constexpr int16_t kFirstWithLeaders = 16;

// The name of the topic with this id, empty where there is none.
std::string name_of(const FetchCall& call, const Uuid& id) {
  const auto topic = call.context.broker().catalog().find(id);
  return topic ? topic->name : "";
}

// Kafka takes any negative epoch for none here.
LeaderEpoch optional_epoch(int32_t epoch) {
  return epoch < 0 ? kNoLeaderEpoch : LeaderEpoch(epoch);
}

broker::FetchSessionRequest session_request(const FetchCall& call) {
  const wire::FetchRequest& request = call.request;
  broker::FetchSessionRequest session{.session_id = request.session_id,
                                      .epoch = request.session_epoch,
                                      .by_topic_id = call.version() >= kFirstWithTopicIds,
                                      .targets = {},
                                      .forgotten = {}};
  for (const auto& topic : request.topics) {
    const std::string name = session.by_topic_id ? name_of(call, topic.topic_id) : topic.topic;
    for (const auto& partition : topic.partitions) {
      session.targets.push_back(
          {.topic = name,
           .topic_id = topic.topic_id,
           .partition = PartitionId(partition.partition),
           .from = Offset(partition.fetch_offset),
           .bytes_max = partition.partition_max_bytes,
           .current_leader_epoch = optional_epoch(partition.current_leader_epoch),
           .last_fetched_epoch = optional_epoch(partition.last_fetched_epoch)});
    }
  }
  for (const auto& topic : request.forgotten_topics_data) {
    for (const int32_t partition : topic.partitions) {
      session.forgotten.push_back(
          {.topic = topic.topic, .topic_id = topic.topic_id, .partition = PartitionId(partition)});
    }
  }
  return session;
}

wire::FetchResponse::Partition translate(const broker::FetchTarget& target,
                                         broker::FetchedPartition fetched,
                                         broker::Isolation isolation) {
  wire::FetchResponse::Partition partition{
      .partition_index = target.partition.value(),
      .error_code = fetched.error,
      .high_watermark = fetched.data.high_watermark.value(),
      .last_stable_offset = fetched.data.last_stable_offset.value(),
      .log_start_offset = fetched.data.log_start_offset.value(),
      .records = {.chunks = std::move(fetched.data.records)},
  };
  if (const auto& diverging = fetched.data.diverging_epoch) {
    partition.diverging_epoch = {.epoch = diverging->epoch.value(),
                                 .end_offset = diverging->end_offset.value()};
  }
  if (isolation == broker::Isolation::read_committed) {
    auto& aborted = partition.aborted_transactions.emplace();
    for (const broker::AbortedTransaction& transaction : fetched.data.aborted_transactions) {
      aborted.push_back({.producer_id = transaction.producer_id.value(),
                         .first_offset = transaction.first_offset.value()});
    }
  }
  return partition;
}

// Why a target is not to be read, or none.
ErrorCode refusal(const FetchCall& call, const broker::FetchTarget& target) {
  if (call.version() >= kFirstWithTopicIds && target.topic.empty()) {
    return ErrorCode::unknown_topic_id;
  }
  return call.context.allowed_on_topic(broker::Operation::read, target.topic)
             ? ErrorCode::none
             : ErrorCode::topic_authorization_failed;
}

// What is needed once the data is there.
struct PendingFetch {
  FetchCall call;
  broker::FetchContext session;
  broker::Isolation isolation = broker::Isolation::read_uncommitted;
  /// For each target why it is not read: the client may not, or its id names no topic.
  std::vector<ErrorCode> refused;
};

// Puts the refusals back where their targets stand.
std::vector<broker::FetchedPartition> with_refusals(const PendingFetch& pending,
                                                    std::vector<broker::FetchedPartition> read) {
  std::vector<broker::FetchedPartition> all;
  all.reserve(pending.refused.size());
  auto next = std::make_move_iterator(read.begin());
  for (const ErrorCode refused : pending.refused) {
    if (refused != ErrorCode::none) {
      all.push_back({.error = refused});
    } else {
      all.push_back(*next++);
    }
  }
  return all;
}

// Tells a client that knows an older leader what there is now (KIP-951). NOT_LEADER_OR_FOLLOWER
// names nobody: it is what a broker says that is about to end.
void name_leader(const PendingFetch& pending, const broker::FetchTarget& target,
                 wire::FetchResponse& response, wire::FetchResponse::Partition& partition) {
  if (partition.error_code != ErrorCode::fenced_leader_epoch) return;
  if (pending.call.version() < kFirstWithLeaders) return;
  broker::Broker& broker = pending.call.context.broker();
  const auto found = broker.catalog().find_partition(target.topic, target.partition);
  if (found == nullptr) return;
  const auto& connection = *pending.call.context.connection;
  partition.current_leader = {.leader_id = broker.node_id(),
                              .leader_epoch = found->leader_epoch().value()};
  response.node_endpoints = {{.node_id = broker.node_id(),
                              .host = connection.advertised_host,
                              .port = connection.advertised_port,
                              .rack = std::nullopt}};
}

void answer(PendingFetch& pending, std::vector<broker::FetchedPartition> read) {
  auto results = with_refusals(pending, std::move(read));
  const std::vector<bool> selected = pending.session.select(results);
  wire::FetchResponse response{.session_id = pending.session.session_id()};
  const auto& targets = pending.session.targets();
  for (size_t i = 0; i < targets.size(); ++i) {
    if (!selected[i]) continue;
    if (response.responses.empty() || response.responses.back().topic != targets[i].topic ||
        response.responses.back().topic_id != targets[i].topic_id) {
      response.responses.push_back(
          {.topic = targets[i].topic, .topic_id = targets[i].topic_id, .partitions = {}});
    }
    auto& partition = response.responses.back().partitions.emplace_back(
        translate(targets[i], std::move(results[i]), pending.isolation));
    name_leader(pending, targets[i], response, partition);
  }
  pending.call.respond(response);
}

}  // namespace

void handle(const FetchCall& call) {
  const wire::FetchRequest& request = call.request;
  broker::Broker& broker = call.context.broker();
  auto session = broker.fetch_sessions().begin(session_request(call));
  if (!session) return call.respond({.error_code = to_wire(session.error())});

  const auto isolation = static_cast<broker::Isolation>(request.isolation_level != 0);
  auto pending = std::make_shared<PendingFetch>(PendingFetch{
      .call = call, .session = *std::move(session), .isolation = isolation, .refused = {}});
  broker::FetchSpec spec{
      .targets = {},
      .bytes_min = request.min_bytes,
      .bytes_max = std::min(request.max_bytes, broker.config()->int32("fetch.max.bytes")),
      .wait_max = Milliseconds(std::max(request.max_wait_ms, 0)),
      .isolation = isolation,
  };
  for (const broker::FetchTarget& target : pending->session.targets()) {
    const ErrorCode refused = refusal(call, target);
    pending->refused.push_back(refused);
    if (refused == ErrorCode::none) spec.targets.push_back(target);
  }
  // A refusal is an error, and errors are answered at once.
  if (spec.targets.size() < pending->refused.size()) spec.wait_max = Milliseconds(0);
  broker::fetch(broker, std::move(spec), [pending](std::vector<broker::FetchedPartition> read) {
    answer(*pending, std::move(read));
  });
}

}  // namespace millrace::handlers
