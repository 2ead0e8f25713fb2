// OffsetDelete, and the offsets of topics that were deleted.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "coordinator/append_error.h"
#include "coordinator/core.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

namespace {

ErrorCode validate(const Group& group) {
  if (group.is(GroupState::dead)) return ErrorCode::group_id_not_found;
  const bool may_have_offsets_deleted =
      group.is(GroupState::empty) || group.uses_consumer_protocol();
  return may_have_offsets_deleted ? ErrorCode::none : ErrorCode::non_empty_group;
}

}  // namespace

void Core::add_tombstones(record::BatchBuilder& builder, const Group& group,
                          const std::vector<OffsetName>& names) {
  for (const OffsetName& name : names) {
    const Bytes key = encode_key(OffsetKey{group.id(), name.topic, name.partition});
    builder.add({.timestamp = now_ms(), .key = key, .value = std::nullopt});
  }
}

void Core::delete_named_offsets(Locked& at, std::vector<OffsetName> names,
                                std::function<void(ErrorCode)> done) {
  // A commit on its way is older than this deletion: its tombstone follows it in the log.
  std::erase_if(names, [&at](const OffsetName& name) {
    return !at.group.offsets().find(name.topic, name.partition) &&
           !at.group.pending_commits().contains(name);
  });
  if (names.empty()) return at.effects.reply(std::move(done), ErrorCode::none);
  auto batch = new_batch();
  add_tombstones(batch, at.group, names);
  append(at, batch, {},
         [names, done = std::move(done)](Locked& later, const Result<Offset>& appended) {
           if (!appended) {
             log::warn("offsets of group ", later.group.id(),
                       " could not be deleted: ", appended.error().to_string());
             return later.effects.reply(done, append_error(appended.error()));
           }
           for (const OffsetName& name : names) {
             later.group.offsets().erase(name.topic, name.partition, *appended);
           }
           later.effects.reply(done, ErrorCode::none);
         });
}

void Core::delete_offsets(OffsetDeleteRequest request, Reply<OffsetDeleteResponse> reply) {
  OffsetDeleteResponse response;
  const Found found = find(request.group_id);
  response.error = found.error;
  if (response.error == ErrorCode::none && !found.cell) {
    response.error = ErrorCode::group_id_not_found;
  }
  if (response.error != ErrorCode::none) return reply(std::move(response));

  for (const TopicPartitions& topic : request.topics) {
    TopicErrors& answers = response.topics.emplace_back();
    answers.topic = topic.topic;
    for (const PartitionId partition : topic.partitions) {
      const bool exists = log_.find_partition(topic.topic, partition).has_value();
      answers.partitions.push_back(
          {partition, exists ? ErrorCode::none : ErrorCode::unknown_topic_or_partition});
    }
  }
  with_group(found.cell, [&](Locked& at) {
    response.error = at.consumer.state ? ErrorCode::none : validate(at.group);
    if (response.error != ErrorCode::none) {
      response.topics.clear();
      return at.effects.reply(std::move(reply), std::move(response));
    }
    std::vector<OffsetName> names;
    for (TopicErrors& topic : response.topics) {
      const bool is_in_use = at.consumer.state
                                 ? at.consumer.group().subscribed_topics().contains(topic.topic)
                                 : at.group.is_subscribed_to(topic.topic);
      for (PartitionError& partition : topic.partitions) {
        if (partition.error != ErrorCode::none) continue;
        if (is_in_use) {
          partition.error = ErrorCode::group_subscribed_to_topic;
        } else {
          names.push_back({topic.topic, partition.partition});
        }
      }
    }
    delete_named_offsets(at, std::move(names),
                         [response, reply = std::move(reply)](ErrorCode error) {
                           auto answer = response;
                           answer.error = error;
                           if (error != ErrorCode::none) answer.topics.clear();
                           reply(std::move(answer));
                         });
  });
}

void Core::topics_deleted(const std::vector<std::string>& topics) {
  for (const CellPtr& cell : all_groups()) {
    with_group(cell, [&](Locked& at) {
      if (at.group.is(GroupState::dead)) return;
      std::vector<OffsetName> names;
      for (const std::string& topic : topics) {
        const auto found = at.group.offsets().topics().find(topic);
        if (found != at.group.offsets().topics().end()) {
          for (const auto& [number, offset] : found->second) {
            names.push_back({topic, PartitionId(number)});
          }
        }
        for (const auto& [name, count] : at.group.pending_commits()) {
          if (name.topic == topic && !at.group.offsets().find(topic, name.partition)) {
            names.push_back(name);
          }
        }
      }
      if (names.empty()) return;
      delete_named_offsets(at, std::move(names), [](ErrorCode) {});
    });
  }
}

}  // namespace millrace::coordinator
