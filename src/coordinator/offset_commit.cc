// OffsetCommit: checked, written, and part of the group's state once it is durable.
#include <utility>

#include "coordinator/append_error.h"
#include "coordinator/core.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

namespace {

struct PlacedCommit {
  OffsetName name;
  OffsetValue value;
};

void set_error(OffsetCommitResponse& response, ErrorCode from, ErrorCode to) {
  for (TopicErrors& topic : response.topics) {
    for (PartitionError& partition : topic.partitions) {
      if (partition.error == from) partition.error = to;
    }
  }
}

bool has_accepted(const OffsetCommitResponse& response) {
  for (const TopicErrors& topic : response.topics) {
    for (const PartitionError& partition : topic.partitions) {
      if (partition.error == ErrorCode::none) return true;
    }
  }
  return false;
}

}  // namespace

ErrorCode Core::validate_commit(const Group& group, const OffsetCommitRequest& request) const {
  if (group.is(GroupState::dead)) return ErrorCode::coordinator_not_available;
  if (request.generation_id < 0 && group.is(GroupState::empty)) return ErrorCode::none;
  if (request.generation_id < 0 && request.member_id.empty() && !request.group_instance_id) {
    // A standalone commit into a group that manages its members would undo what they do. A
    // transaction's producer vouches for its own.
    return request.transaction ? ErrorCode::none : ErrorCode::unknown_member_id;
  }
  if (const auto error = group.validate_member(request.member_id, request.group_instance_id);
      error != ErrorCode::none) {
    return error;
  }
  if (request.generation_id != group.generation_id()) return ErrorCode::illegal_generation;
  return group.is(GroupState::completing_rebalance) && !request.transaction
             ? ErrorCode::rebalance_in_progress
             : ErrorCode::none;
}

void Core::commit_offsets(OffsetCommitRequest request, Reply<OffsetCommitResponse> reply) {
  OffsetCommitResponse response;
  std::vector<Uuid> topic_ids;
  const auto metadata_max = static_cast<size_t>(config_.offset_metadata_bytes_max);
  for (const TopicOffsetsToCommit& topic : request.topics) {
    TopicErrors& answers = response.topics.emplace_back();
    answers.topic = topic.topic;
    Uuid topic_id;
    for (const OffsetToCommit& offset : topic.partitions) {
      ErrorCode error = ErrorCode::none;
      if (const auto id = log_.find_partition(topic.topic, offset.partition)) {
        topic_id = *id;
      } else {
        error = ErrorCode::unknown_topic_or_partition;
      }
      answers.partitions.push_back({offset.partition, error});
    }
    topic_ids.push_back(topic_id);
  }
  if (!has_accepted(response)) return reply(std::move(response));

  Found found =
      request.generation_id < 0 ? find_or_create(request.group_id) : find(request.group_id);
  if (found.error == ErrorCode::none && !found.cell) {
    found.error = request.knows_group_id_not_found ? ErrorCode::group_id_not_found
                                                   : ErrorCode::illegal_generation;
  }
  if (found.error != ErrorCode::none) {
    set_error(response, ErrorCode::none, found.error);
    return reply(std::move(response));
  }
  for (size_t t = 0; t < request.topics.size(); ++t) {
    for (size_t p = 0; p < request.topics[t].partitions.size(); ++p) {
      const auto& metadata = request.topics[t].partitions[p].metadata;
      PartitionError& answer = response.topics[t].partitions[p];
      if (answer.error == ErrorCode::none && metadata && metadata->size() > metadata_max) {
        answer.error = ErrorCode::offset_metadata_too_large;
      }
    }
  }
  if (request.transaction) note_transaction(request.transaction->producer_id, found.cell);
  with_group(found.cell, [&](Locked& at) {
    when_settled(
        at, [this, request = std::move(request), response = std::move(response),
             topic_ids = std::move(topic_ids), reply = std::move(reply)](Locked& settled) mutable {
          commit_to_group(settled, request, response, topic_ids, reply);
        });
  });
}

void Core::commit_to_group(Locked& at, const OffsetCommitRequest& request,
                           OffsetCommitResponse& response, const std::vector<Uuid>& topic_ids,
                           Reply<OffsetCommitResponse>& reply) {
  const bool is_consumer_group = at.consumer.state && !at.group.is(GroupState::dead);
  const auto error = is_consumer_group
                         ? validate_consumer_commit(at.consumer.group(), request, topic_ids)
                         : validate_commit(at.group, request);
  if (error != ErrorCode::none) {
    set_error(response, ErrorCode::none, error);
    set_error(response, ErrorCode::offset_metadata_too_large, error);
    return at.effects.reply(std::move(reply), std::move(response));
  }
  // Committing is a sign of life, in the classic protocol.
  if (at.group.has_member(request.member_id)) {
    touch_session(at, at.group.member(request.member_id));
  }
  if (!has_accepted(response)) return at.effects.reply(std::move(reply), std::move(response));
  commit_validated(at, request, std::move(response), topic_ids, std::move(reply));
}

void Core::commit_validated(Locked& at, const OffsetCommitRequest& request,
                            OffsetCommitResponse response, const std::vector<Uuid>& topic_ids,
                            Reply<OffsetCommitResponse> reply) {
  const int64_t now = now_ms();
  auto batch = new_batch(request.transaction);
  std::vector<PlacedCommit> commits;
  std::vector<CommittedPlace> below;
  for (size_t t = 0; t < request.topics.size(); ++t) {
    const TopicOffsetsToCommit& topic = request.topics[t];
    for (size_t p = 0; p < topic.partitions.size(); ++p) {
      if (response.topics[t].partitions[p].error != ErrorCode::none) continue;
      const OffsetToCommit& offset = topic.partitions[p];
      OffsetValue value{.offset = offset.offset,
                        .leader_epoch = offset.leader_epoch,
                        .metadata = offset.metadata.value_or(""),
                        .commit_timestamp_ms = now,
                        .expire_timestamp_ms = std::nullopt,
                        .topic_id = topic_ids[t]};
      if (request.retention_time_ms != -1)
        value.expire_timestamp_ms = now + request.retention_time_ms;
      const Bytes key = encode_key(OffsetKey{at.group.id(), topic.topic, offset.partition});
      const Bytes encoded = encode_value(value);
      batch.add({.timestamp = now, .key = key, .value = encoded});
      below.push_back({topic.topic, offset.partition, offset.offset});
      commits.push_back({{topic.topic, offset.partition}, std::move(value)});
    }
  }
  for (const PlacedCommit& commit : commits) ++at.group.pending_commits()[commit.name];
  append(at, batch,
         {.below = std::move(below), .guard = request.transaction ? request.transaction->guard : 0},
         [commits = std::move(commits), transaction = request.transaction,
          response = std::move(response),
          reply = std::move(reply)](Locked& later, const Result<Offset>& appended) {
           CommittedOffsets* offsets = nullptr;
           if (appended) {
             offsets = transaction
                           ? &later.group.open_transactions()[transaction->producer_id.value()]
                           : &later.group.offsets();
           }
           auto& pending = later.group.pending_commits();
           int64_t delta = 0;
           for (const PlacedCommit& commit : commits) {
             const auto at_pending = pending.find(commit.name);
             if (--at_pending->second == 0) pending.erase(at_pending);
             if (!offsets) continue;
             offsets->put(commit.name.topic, commit.name.partition,
                          {commit.value, *appended + delta++});
           }
           auto answer = response;
           if (!appended) set_error(answer, ErrorCode::none, append_error(appended.error()));
           later.effects.reply(reply, std::move(answer));
         });
}

}  // namespace millrace::coordinator
