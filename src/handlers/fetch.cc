// Fetch: reads partitions, now or when enough has come, within fetch sessions (KIP-227).
#include "wire/messages/fetch.h"

#include <algorithm>
#include <iterator>

#include "broker/fetch.h"
#include "broker/fetch_sessions.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

broker::FetchSessionRequest session_request(const wire::FetchRequest& request) {
  broker::FetchSessionRequest session{.session_id = request.session_id,
                                      .epoch = request.session_epoch,
                                      .targets = {},
                                      .forgotten = {}};
  for (const auto& topic : request.topics) {
    for (const auto& partition : topic.partitions) {
      session.targets.push_back(
          {.topic = topic.topic,
           .partition = PartitionId(partition.partition),
           .from = Offset(partition.fetch_offset),
           .bytes_max = partition.partition_max_bytes,
           .current_leader_epoch = LeaderEpoch(partition.current_leader_epoch)});
    }
  }
  for (const auto& topic : request.forgotten_topics_data) {
    for (const int32_t partition : topic.partitions) {
      session.forgotten.push_back({.topic = topic.topic, .partition = PartitionId(partition)});
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
  if (isolation == broker::Isolation::read_committed) {
    auto& aborted = partition.aborted_transactions.emplace();
    for (const broker::AbortedTransaction& transaction : fetched.data.aborted_transactions) {
      aborted.push_back({.producer_id = transaction.producer_id.value(),
                         .first_offset = transaction.first_offset.value()});
    }
  }
  return partition;
}

// What is needed once the data is there.
struct PendingFetch {
  FetchCall call;
  broker::FetchContext session;
  broker::Isolation isolation = broker::Isolation::read_uncommitted;
  /// What the client may not read; its targets are answered without being asked for.
  std::vector<bool> refused;
};

// Puts the refusals back where their targets stand.
std::vector<broker::FetchedPartition> with_refusals(const PendingFetch& pending,
                                                    std::vector<broker::FetchedPartition> read) {
  std::vector<broker::FetchedPartition> all;
  all.reserve(pending.refused.size());
  auto next = std::make_move_iterator(read.begin());
  for (const bool refused : pending.refused) {
    if (refused) {
      all.push_back({.error = ErrorCode::topic_authorization_failed});
    } else {
      all.push_back(*next++);
    }
  }
  return all;
}

void answer(PendingFetch& pending, std::vector<broker::FetchedPartition> read) {
  auto results = with_refusals(pending, std::move(read));
  const std::vector<bool> selected = pending.session.select(results);
  wire::FetchResponse response{.session_id = pending.session.session_id()};
  const auto& targets = pending.session.targets();
  for (size_t i = 0; i < targets.size(); ++i) {
    if (!selected[i]) continue;
    if (response.responses.empty() || response.responses.back().topic != targets[i].topic) {
      response.responses.push_back({.topic = targets[i].topic, .partitions = {}});
    }
    response.responses.back().partitions.push_back(
        translate(targets[i], std::move(results[i]), pending.isolation));
  }
  pending.call.respond(response);
}

}  // namespace

void handle(const FetchCall& call) {
  const wire::FetchRequest& request = call.request;
  broker::Broker& broker = call.context.broker();
  auto session = broker.fetch_sessions().begin(session_request(request));
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
  for (const auto& target : pending->session.targets()) {
    const bool allowed = call.context.allowed_on_topic(broker::Operation::read, target.topic);
    pending->refused.push_back(!allowed);
    if (allowed) spec.targets.push_back(target);
  }
  // A refusal is an error, and errors are answered at once.
  if (spec.targets.size() < pending->refused.size()) spec.wait_max = Milliseconds(0);
  broker::fetch(broker, std::move(spec), [pending](std::vector<broker::FetchedPartition> read) {
    answer(*pending, std::move(read));
  });
}

}  // namespace millrace::handlers
