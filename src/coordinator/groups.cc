// ListGroups, DescribeGroups, DeleteGroups.
#include <algorithm>
#include <mutex>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "coordinator/append_error.h"
#include "coordinator/core.h"
#include "coordinator/subscription.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

namespace {

constexpr std::string_view kClassicType = "classic";
constexpr std::string_view kConsumerType = "consumer";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// True if `filter` is empty or names `value`, in whatever case.
bool passes(const std::vector<std::string>& filter, std::string_view value) {
  return filter.empty() || std::ranges::any_of(filter, [value](const std::string& name) {
           return std::ranges::equal(name, value, {}, lower, lower);
         });
}

/// Answers once all groups of a DeleteGroups request are done, in the order of the request.
class Deletions {
 public:
  Deletions(const std::vector<std::string>& group_ids, Reply<std::vector<DeletedGroup>> reply)
      : missing_(group_ids.size()), reply_(std::move(reply)) {
    for (const std::string& id : group_ids) results_.push_back({id, ErrorCode::none});
  }
  void done(size_t at, ErrorCode error) {
    {
      const std::lock_guard lock(mutex_);
      results_[at].error = error;
      if (--missing_ > 0) return;
    }
    reply_(std::move(results_));
  }

 private:
  std::mutex mutex_;
  std::vector<DeletedGroup> results_;
  size_t missing_;
  Reply<std::vector<DeletedGroup>> reply_;
};

void describe_members(const Group& group, DescribedGroup& described) {
  const bool is_stable = group.is(GroupState::stable);
  described.state = state_name(group.state());
  described.protocol_type = group.protocol_type().value_or("");
  if (is_stable) described.protocol = group.protocol_name().value_or("");
  for (const auto& [id, member] : group.members()) {
    DescribedMember& one = described.members.emplace_back();
    one.member_id = id;
    one.group_instance_id = member.instance_id;
    one.client_id = member.client_id;
    one.client_host = member.client_host;
    if (is_stable) one.metadata = copy_of(member.metadata(described.protocol));
    one.assignment = member.assignment;
  }
}

ListedGroup summary_of(const Group& group, const ConsumerSide& consumer) {
  if (consumer.state) {
    return {group.id(), kConsumerProtocolType, std::string(state_name(consumer.group().state())),
            std::string(kConsumerType)};
  }
  return {group.id(), group.protocol_type().value_or(""), std::string(state_name(group.state())),
          std::string(kClassicType)};
}

}  // namespace

ListGroupsResponse Core::list(const ListGroupsRequest& request) {
  ListGroupsResponse response;
  for (const CellPtr& cell : all_groups()) {
    const MutexLock lock(cell->mutex);
    auto listed = summary_of(cell->group, cell->consumer);
    if (!passes(request.types, listed.type) || !passes(request.states, listed.state)) continue;
    response.groups.push_back(std::move(listed));
  }
  return response;
}

DescribedGroup Core::describe(std::string_view group_id) {
  DescribedGroup described;
  described.group_id = group_id;
  described.state = state_name(GroupState::dead);
  const Found found = find(group_id);
  if (found.error != ErrorCode::none) {
    described.error = found.error;
    described.state.clear();
    return described;
  }
  if (!found.cell) {
    described.error = ErrorCode::group_id_not_found;
    described.error_message = cat("Group ", group_id, " not found.");
    return described;
  }
  const MutexLock lock(found.cell->mutex);
  if (found.cell->consumer.state) {
    described.error = ErrorCode::group_id_not_found;
    described.error_message = cat("Group ", group_id, " is not a classic group.");
    return described;
  }
  describe_members(found.cell->group, described);
  return described;
}

void Core::delete_groups(std::vector<std::string> group_ids,
                         Reply<std::vector<DeletedGroup>> reply) {
  if (group_ids.empty()) return reply({});
  const auto deletions = std::make_shared<Deletions>(group_ids, std::move(reply));
  for (size_t i = 0; i < group_ids.size(); ++i) {
    const Found found = find(group_ids[i]);
    if (!found.cell) {
      deletions->done(i,
                      found.error == ErrorCode::none ? ErrorCode::group_id_not_found : found.error);
      continue;
    }
    with_group(found.cell, [&](Locked& at) {
      when_settled(at, [this, deletions, i](Locked& settled) {
        delete_group(settled, [deletions, i](ErrorCode error) { deletions->done(i, error); });
      });
    });
  }
}

void Core::delete_group(Locked& at, std::function<void(ErrorCode)> done) {
  Group& group = at.group;
  if (group.is(GroupState::dead)) {
    return at.effects.reply(std::move(done), ErrorCode::group_id_not_found);
  }
  if (!group.is(GroupState::empty) ||
      (at.consumer.state && !at.consumer.group().members().empty())) {
    return at.effects.reply(std::move(done), ErrorCode::non_empty_group);
  }
  std::vector<OffsetName> names;
  for (const auto& [topic, partitions] : group.offsets().topics()) {
    for (const auto& [number, offset] : partitions) names.push_back({topic, PartitionId(number)});
  }
  for (const auto& [name, count] : group.pending_commits()) {
    if (!group.offsets().find(name.topic, name.partition)) names.push_back(name);
  }
  auto batch = new_batch();
  add_tombstones(batch, group, names);
  if (at.consumer.state) {
    add_consumer_tombstones(batch, at);
  } else {
    const Bytes key = encode_key(GroupKey{group.id()});
    batch.add({.timestamp = now_ms(), .key = key, .value = std::nullopt});
  }
  for (auto& [id, session] : group.pending_members()) end_session(session);
  group.pending_members().clear();
  group.transition_to(GroupState::dead, now_ms());
  append(at, batch, {},
         [this, done = std::move(done)](Locked& later, const Result<Offset>& appended) {
           if (appended) {
             // The registry's lock comes before the group's, so it is taken afterwards.
             later.effects.reply(
                 std::function<void(CellPtr)>([this](const CellPtr& cell) { forget(cell); }),
                 CellPtr(later.cell));
             return later.effects.reply(done, ErrorCode::none);
           }
           log::warn("group ", later.group.id(),
                     " could not be deleted: ", appended.error().to_string());
           later.group.revive();
           later.effects.reply(done, append_error(appended.error()));
         });
}

}  // namespace millrace::coordinator
