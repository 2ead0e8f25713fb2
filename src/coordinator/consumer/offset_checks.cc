// Who may commit and fetch offsets of a group of the consumer protocol.
#include "coordinator/core.h"

namespace millrace::coordinator {

namespace {

ErrorCode stale(const ConsumerMember& member) {
  return member.uses_classic_protocol() ? ErrorCode::illegal_generation
                                        : ErrorCode::stale_member_epoch;
}

std::optional<int32_t> epoch_in(const PartitionEpochs& partitions, const Uuid& topic,
                                PartitionId partition) {
  const auto found = partitions.find(topic);
  if (found == partitions.end()) return std::nullopt;
  const auto epoch = found->second.find(partition.value());
  if (epoch == found->second.end()) return std::nullopt;
  return epoch->second;
}

}  // namespace

ErrorCode Core::validate_consumer_commit(const ConsumerGroup& group,
                                         const OffsetCommitRequest& request,
                                         const std::vector<Uuid>& topic_ids) {
  const int32_t epoch = request.generation_id;
  if (epoch < 0 && group.members().empty()) return ErrorCode::none;
  if (request.transaction && epoch == kNoGeneration && request.member_id.empty() &&
      !request.group_instance_id) {
    return ErrorCode::none;  // the transaction's producer vouches for it
  }
  const ConsumerMember* member = group.find(request.member_id);
  if (!member) return ErrorCode::unknown_member_id;
  // Only OffsetCommit v9 and later know of epochs.
  if (!request.transaction && !member->uses_classic_protocol() &&
      !request.knows_group_id_not_found) {
    return ErrorCode::unsupported_version;
  }
  if (epoch == member->current.member_epoch) return ErrorCode::none;
  // TxnOffsetCommit has no word for an epoch that is over.
  const ErrorCode is_over = request.transaction ? ErrorCode::illegal_generation : stale(*member);
  if (epoch > member->current.member_epoch) return is_over;
  // From an epoch before, what the member owned all the time since then is its to commit.
  for (size_t t = 0; t < request.topics.size(); ++t) {
    for (const OffsetToCommit& offset : request.topics[t].partitions) {
      auto since = epoch_in(member->current.assigned, topic_ids[t], offset.partition);
      if (!since) {
        since = epoch_in(member->current.pending_revocation, topic_ids[t], offset.partition);
      }
      if (!since || epoch < *since) return is_over;
    }
  }
  return ErrorCode::none;
}

ErrorCode Core::validate_consumer_fetch(const ConsumerGroup& group,
                                        const FetchGroupOffsetsRequest& request) {
  if (!request.member_id && request.member_epoch < 0) return ErrorCode::none;
  const ConsumerMember* member = group.find(request.member_id.value_or(""));
  if (!member) return ErrorCode::unknown_member_id;
  return request.member_epoch == member->current.member_epoch ? ErrorCode::none : stale(*member);
}

}  // namespace millrace::coordinator
