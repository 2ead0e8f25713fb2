#include "harness.h"

#include <algorithm>

#include "coordinator/group_id.h"

namespace millrace::coordinator {

Bytes bytes_of(std::string_view text) { return copy_of(as_bytes(text)); }

Bytes subscription(const std::vector<std::string>& topics) {
  ByteWriter out;
  out.write<int16_t>(0);
  out.write<int32_t>(static_cast<int32_t>(topics.size()));
  for (const std::string& topic : topics) {
    out.write<int16_t>(static_cast<int16_t>(topic.size()));
    out.text(topic);
  }
  out.write<int32_t>(-1);
  return out.take();
}

MemberProtocol protocol(const std::string& name, const std::vector<std::string>& topics) {
  return {name, subscription(topics)};
}

void CoordinatorTest::SetUp() {
  log.add_topic("orders", 8);
  log.add_topic("payments", 8);
  restart();
}

LoadSummary CoordinatorTest::restart() {
  groups.reset();
  groups = std::make_unique<GroupCoordinator>(config, log, clock, timers);
  return groups->load();
}

void CoordinatorTest::pass(int64_t ms) {
  const SteadyTime end = clock.steady_now() + Milliseconds(ms);
  for (auto next = timers.next_deadline(); next && *next <= end; next = timers.next_deadline()) {
    const auto until_next = std::chrono::duration_cast<Milliseconds>(*next - clock.steady_now());
    clock.advance(std::max(until_next, Milliseconds(0)));
    timers.run_due(clock.steady_now());
  }
  clock.advance(std::chrono::duration_cast<Milliseconds>(end - clock.steady_now()));
}

void CoordinatorTest::pass_with_heartbeats(int64_t ms, const std::vector<Who>& members) {
  for (int64_t passed = 0; passed < ms; passed += 1'000) {
    pass(std::min<int64_t>(1'000, ms - passed));
    for (const Who& who : members) heartbeat(who);
  }
}

Answer<JoinResponse> CoordinatorTest::join(const As& as) {
  JoinRequest request;
  request.group_id = as.group;
  request.member_id = as.id;
  request.group_instance_id = as.instance;
  request.client_id = "client";
  request.client_host = "/127.0.0.1";
  request.protocol_type = as.type;
  request.protocols = as.protocols;
  request.session_timeout_ms = as.session_ms;
  request.rebalance_timeout_ms = as.rebalance_ms;
  request.require_known_member_id = as.needs_id;
  request.supports_skipping_assignment = as.may_skip;
  Answer<JoinResponse> answer;
  groups->join(std::move(request), answer.reply());
  return answer;
}

std::string CoordinatorTest::given_id(As as) {
  as.needs_id = true;
  const auto answer = join(as);
  EXPECT_EQ(answer->error, ErrorCode::member_id_required);
  return answer->member_id;
}

Answer<SyncResponse> CoordinatorTest::sync(const Who& who,
                                           const std::vector<SyncAssignment>& assignments) {
  SyncRequest request;
  request.group_id = who.group;
  request.generation_id = who.generation;
  request.member_id = who.id;
  request.group_instance_id = who.instance;
  request.assignments = assignments;
  Answer<SyncResponse> answer;
  groups->sync(std::move(request), answer.reply());
  return answer;
}

ErrorCode CoordinatorTest::heartbeat(const Who& who) {
  return groups->heartbeat({who.group, who.generation, who.id, who.instance});
}

Answer<LeaveResponse> CoordinatorTest::leave_all(std::vector<LeavingMember> members) {
  Answer<LeaveResponse> answer;
  groups->leave({"g", std::move(members)}, answer.reply());
  return answer;
}

ErrorCode CoordinatorTest::leave(const Who& who) {
  Answer<LeaveResponse> answer;
  groups->leave({who.group, {{who.id, who.instance, std::nullopt}}}, answer.reply());
  if (answer->error != ErrorCode::none) return answer->error;
  return answer->members.at(0).error;
}

Formed CoordinatorTest::form_group(const std::vector<As>& members) {
  std::vector<Answer<JoinResponse>> joins;
  for (const As& as : members) joins.push_back(join(as));
  for (int i = 0; i < 10 && !joins.back().is_here(); ++i) pass(config.initial_rebalance_delay_ms);
  Formed formed;
  for (const auto& joined : joins) {
    EXPECT_EQ(joined->error, ErrorCode::none);
    formed.ids.push_back(joined->member_id);
    formed.generation = joined->generation_id;
    formed.leader = joined->leader;
  }
  sync_all(formed, members.at(0).group);
  return formed;
}

void CoordinatorTest::sync_all(const Formed& formed, const std::string& group) {
  std::vector<SyncAssignment> assignments;
  for (const auto& id : formed.ids) assignments.push_back({id, bytes_of("for " + id)});
  const auto by_leader =
      sync({.id = formed.leader, .generation = formed.generation, .group = group}, assignments);
  EXPECT_EQ(by_leader->error, ErrorCode::none);
  for (const auto& id : formed.ids) {
    if (id == formed.leader) continue;
    const auto synced = sync({.id = id, .generation = formed.generation, .group = group});
    EXPECT_EQ(synced->error, ErrorCode::none);
    EXPECT_EQ(synced->assignment, bytes_of("for " + id));
  }
}

Answer<OffsetCommitResponse> CoordinatorTest::start_commit(const Who& who,
                                                           const std::vector<Commit>& commits) {
  OffsetCommitRequest request;
  request.group_id = who.group;
  request.generation_id = who.generation;
  request.member_id = who.id;
  request.group_instance_id = who.instance;
  for (const Commit& commit : commits) {
    request.topics.push_back({commit.topic,
                              {{PartitionId(commit.partition), Offset(commit.offset),
                                LeaderEpoch(commit.leader_epoch), commit.metadata}}});
  }
  Answer<OffsetCommitResponse> answer;
  groups->commit_offsets(std::move(request), answer.reply());
  return answer;
}

ErrorCode CoordinatorTest::commit(const Who& who, const Commit& what) {
  return start_commit(who, {what})->topics.at(0).partitions.at(0).error;
}

ErrorCode CoordinatorTest::commit_standalone(const Commit& what, const std::string& group) {
  return commit({.group = group}, what);
}

FetchedOffset CoordinatorTest::fetch(const std::string& topic, int32_t partition,
                                     const std::string& group) {
  FetchGroupOffsetsRequest request;
  request.group_id = group;
  request.topics = {{topic, {PartitionId(partition)}}};
  const auto fetched = groups->fetch_offsets(request);
  EXPECT_EQ(fetched.error, ErrorCode::none);
  return fetched.topics.at(0).partitions.at(0);
}

FetchedGroupOffsets CoordinatorTest::fetch_all(const std::string& group, bool require_stable) {
  FetchGroupOffsetsRequest request;
  request.group_id = group;
  request.require_stable = require_stable;
  return groups->fetch_offsets(request);
}

Answer<OffsetDeleteResponse> CoordinatorTest::delete_offsets(const std::string& topic,
                                                             int32_t partition,
                                                             const std::string& group) {
  Answer<OffsetDeleteResponse> answer;
  groups->delete_offsets({group, {{topic, {PartitionId(partition)}}}}, answer.reply());
  return answer;
}

ErrorCode CoordinatorTest::delete_group(const std::string& group) {
  Answer<std::vector<DeletedGroup>> answer;
  groups->delete_groups({group}, answer.reply());
  return answer->at(0).error;
}

PartitionId CoordinatorTest::home(const std::string& group) const {
  return partition_of_group(group, 4);
}

}  // namespace millrace::coordinator
