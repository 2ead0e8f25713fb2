// TxnOffsetCommit: offsets of a group that count when the producer's transaction does.
#include "wire/messages/txn_offset_commit.h"

#include <algorithm>

#include "broker/topic.h"
#include "coordinator/group_coordinator.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"
#include "handlers/transaction_admission.h"

namespace millrace::handlers {

namespace {

using Response = wire::TxnOffsetCommitResponse;

constexpr int16_t kFirstWithLoadInProgress = 2;
constexpr int16_t kFirstWithAbortable = 4;
constexpr int16_t kFirstOfVersionTwo = 5;

Response::Topic refused(const wire::TxnOffsetCommitRequest::Topic& topic, ErrorCode error) {
  Response::Topic answer{.name = topic.name, .partitions = {}};
  for (const auto& partition : topic.partitions) {
    answer.partitions.push_back(
        {.partition_index = partition.partition_index, .error_code = error});
  }
  return answer;
}

Response refused(const wire::TxnOffsetCommitRequest& request, ErrorCode error) {
  Response response;
  for (const auto& topic : request.topics) response.topics.push_back(refused(topic, error));
  return response;
}

coordinator::TopicOffsetsToCommit translate(const wire::TxnOffsetCommitRequest::Topic& topic) {
  coordinator::TopicOffsetsToCommit offsets{.topic = topic.name, .partitions = {}};
  for (const auto& partition : topic.partitions) {
    offsets.partitions.push_back({.partition = PartitionId(partition.partition_index),
                                  .offset = Offset(partition.committed_offset),
                                  .leader_epoch = LeaderEpoch(partition.committed_leader_epoch),
                                  .metadata = partition.committed_metadata});
  }
  return offsets;
}

/// Older clients do not know that a coordinator may be loading.
ErrorCode for_client(ErrorCode error, int16_t version) {
  return error == ErrorCode::coordinator_load_in_progress && version < kFirstWithLoadInProgress
             ? ErrorCode::coordinator_not_available
             : error;
}

/// A call without what is refused before the coordinator is asked, and the answers to that.
struct Screened {
  TxnOffsetCommitCall call;
  Response refusals;

  void respond(const Response& rest) const {
    Response response = refusals;
    for (const Response::Topic& topic : rest.topics) {
      const auto same = std::ranges::find(response.topics, topic.name, &Response::Topic::name);
      if (same == response.topics.end()) {
        response.topics.push_back(topic);
      } else {
        same->partitions.insert(same->partitions.end(), topic.partitions.begin(),
                                topic.partitions.end());
      }
    }
    call.respond(response);
  }
  void refuse(ErrorCode error) const {
    respond(refused(call.request, for_client(error, call.version())));
  }
};

/// As in Kafka partitions that there are not are refused whatever the producer is.
Screened screen(TxnOffsetCommitCall call) {
  using Topic = wire::TxnOffsetCommitRequest::Topic;
  Response refusals;
  std::vector<Topic> kept;
  for (Topic& topic : call.request.topics) {
    if (!call.context.allowed_on_topic(broker::Operation::read, topic.name)) {
      refusals.topics.push_back(refused(topic, ErrorCode::topic_authorization_failed));
      continue;
    }
    Topic known{.name = topic.name, .partitions = {}};
    Topic unknown = known;
    const auto found = call.context.broker().catalog().find(topic.name);
    for (auto& partition : topic.partitions) {
      const bool there = found && found->partition(PartitionId(partition.partition_index));
      (there ? known : unknown).partitions.push_back(std::move(partition));
    }
    if (!unknown.partitions.empty() || known.partitions.empty()) {
      refusals.topics.push_back(refused(unknown, ErrorCode::unknown_topic_or_partition));
    }
    if (!known.partitions.empty()) kept.push_back(std::move(known));
  }
  call.request.topics = std::move(kept);
  return {std::move(call), std::move(refusals)};
}

void commit(const Screened& screened, uint64_t guard) {
  const auto& request = screened.call.request;
  coordinator::OffsetCommitRequest offsets{
      .group_id = request.group_id,
      .generation_id = request.generation_id,
      .member_id = request.member_id,
      .group_instance_id = request.group_instance_id,
      .transaction =
          coordinator::TransactionalCommit{.producer_id = ProducerId(request.producer_id),
                                           .producer_epoch = request.producer_epoch,
                                           .guard = guard},
      .topics = {}};
  for (const auto& topic : request.topics) offsets.topics.push_back(translate(topic));
  screened.call.context.groups().commit_offsets(
      std::move(offsets), [screened](const coordinator::OffsetCommitResponse& committed) {
        Response response;
        for (const auto& topic : committed.topics) {
          auto& answer = response.topics.emplace_back();
          answer.name = topic.topic;
          for (const auto& partition : topic.partitions) {
            answer.partitions.push_back(
                {.partition_index = partition.partition.value(),
                 .error_code = for_client(partition.error, screened.call.version())});
          }
        }
        screened.respond(response);
      });
}

Result<uint64_t> find_guard(const TxnOffsetCommitCall& call, PartitionId partition) {
  return call.context.groups().offsets_guard(partition, ProducerId(call.request.producer_id),
                                             call.request.producer_epoch);
}

enum class MayAskAgain : uint8_t { no, yes };

// Offsets that may begin a transaction on their group's partition: it is known to the transaction's
// coordinator first. The end of the producer's last transaction takes the guard along where the
// coordinator waited for that end before it said yes.
void admit_and_commit(const Screened& screened, PartitionId partition, uint64_t guard,
                      MayAskAgain may_ask_again = MayAskAgain::yes) {
  const TxnOffsetCommitCall& call = screened.call;
  const auto& request = call.request;
  const coordinator::TransactionPartition offsets{std::string(broker::kOffsetsTopic), partition};
  admit(call.context,
        {.transactional_id = request.transactional_id,
         .producer = {.id = ProducerId(request.producer_id), .epoch = request.producer_epoch},
         .partitions = {offsets},
         .version = call.version() >= kFirstOfVersionTwo ? coordinator::TransactionVersion::v2
                                                         : coordinator::TransactionVersion::v1,
         .knows_abortable = call.version() >= kFirstWithAbortable},
        [screened, offsets, guard, may_ask_again](const coordinator::VerifiedPartitions& admitted) {
          const ErrorCode error = admitted.at(offsets);
          if (error != ErrorCode::none) return screened.refuse(error);
          if (may_ask_again == MayAskAgain::yes) {
            const auto guard_now = find_guard(screened.call, offsets.partition);
            if (guard_now && *guard_now != 0 && *guard_now != guard) {
              return admit_and_commit(screened, offsets.partition, *guard_now, MayAskAgain::no);
            }
          }
          commit(screened, guard);
        });
}

}  // namespace

void handle(const TxnOffsetCommitCall& call) {
  const auto& request = call.request;
  if (!call.context.allowed_on_transaction(broker::Operation::write, request.transactional_id)) {
    return call.respond(refused(request, ErrorCode::transactional_id_authorization_failed));
  }
  if (!call.context.allowed_on_group(broker::Operation::read, request.group_id)) {
    return call.respond(refused(request, ErrorCode::group_authorization_failed));
  }
  const auto screened = screen(call);
  if (screened.call.request.topics.empty()) return screened.respond({});
  if (request.group_id.empty()) return screened.refuse(ErrorCode::invalid_group_id);
  const auto place = call.context.groups().offsets_place(request.group_id);
  if (place.error != ErrorCode::none) return screened.refuse(place.error);
  const auto guard = find_guard(call, place.partition);
  if (!guard) return screened.refuse(to_wire(guard.error()));
  if (*guard == 0) return commit(screened, 0);
  admit_and_commit(screened, place.partition, *guard);
}

}  // namespace millrace::handlers
