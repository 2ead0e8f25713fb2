// OffsetFetch: what a group has committed, durable commits only.
#include <algorithm>
#include <utility>

#include "coordinator/core.h"

namespace millrace::coordinator {

namespace {

bool is_unstable(const Group& group, std::string_view topic, PartitionId partition) {
  return std::ranges::any_of(group.open_transactions(), [&](const auto& transaction) {
    return transaction.second.find(topic, partition) != nullptr;
  });
}

FetchedOffset fetch_one(const Group* group, bool require_stable, std::string_view topic,
                        PartitionId partition) {
  FetchedOffset fetched;
  fetched.partition = partition;
  if (!group) return fetched;
  if (require_stable && is_unstable(*group, topic, partition)) {
    fetched.error = ErrorCode::unstable_offset_commit;
    return fetched;
  }
  if (const auto* committed = group->offsets().find(topic, partition)) {
    fetched.offset = committed->value.offset;
    fetched.leader_epoch = committed->value.leader_epoch;
    fetched.metadata = committed->value.metadata;
  }
  return fetched;
}

}  // namespace

FetchedGroupOffsets Core::fetch_offsets(const FetchGroupOffsetsRequest& request) {
  FetchedGroupOffsets response;
  response.group_id = request.group_id;
  const Found found = find(request.group_id);
  response.error = found.error;
  if (found.error != ErrorCode::none) return response;

  const auto collect = [&](const Group* group) {
    if (!request.topics) {
      if (!group) return;
      for (const auto& [topic, partitions] : group->offsets().topics()) {
        FetchedTopicOffsets& fetched = response.topics.emplace_back();
        fetched.topic = topic;
        for (const auto& [number, committed] : partitions) {
          fetched.partitions.push_back(
              fetch_one(group, request.require_stable, topic, PartitionId(number)));
        }
      }
      return;
    }
    for (const TopicPartitions& topic : *request.topics) {
      FetchedTopicOffsets& fetched = response.topics.emplace_back();
      fetched.topic = topic.topic;
      for (const PartitionId partition : topic.partitions) {
        fetched.partitions.push_back(
            fetch_one(group, request.require_stable, topic.topic, partition));
      }
    }
  };
  if (!found.cell) {
    collect(nullptr);
    return response;
  }
  const MutexLock lock(found.cell->mutex);
  if (found.cell->consumer.state) {
    response.error = validate_consumer_fetch(found.cell->consumer.group(), request);
    if (response.error != ErrorCode::none) return response;
  }
  collect(found.cell->group.is(GroupState::dead) ? nullptr : &found.cell->group);
  return response;
}

}  // namespace millrace::coordinator
