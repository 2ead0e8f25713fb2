// Timers of members of a group of the consumer protocol: sessions, and the time a member has to
// give up partitions, to join again or to sync.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "coordinator/consumer/member_heartbeat.h"
#include "coordinator/core.h"

namespace millrace::coordinator {

void Core::touch_consumer(Locked& at, const std::string& member_id) {
  const ConsumerMember* member = at.consumer.group().find(member_id);
  if (!member) return;
  const int32_t timeout_ms = member->info.classic
                                 ? member->info.classic->session_timeout_ms
                                 : config_.consumer_times(at.group.id()).session_timeout_ms;
  Session& session = at.consumer.state->timers[member_id].session;
  session.deadline = clock_.steady_now() + Milliseconds(timeout_ms);
  if (session.timer != 0 && session.timer_at <= session.deadline) return;
  end_session(session);
  session.timer_at = session.deadline;
  session.timer = schedule(at.cell, session.deadline, [this, member_id](Locked& later) {
    consumer_session_due(later, member_id);
  });
}

void Core::consumer_session_due(Locked& at, const std::string& member_id) {
  if (!at.consumer.state) return;
  const auto timers = at.consumer.state->timers.find(member_id);
  if (timers == at.consumer.state->timers.end()) return;
  Session& session = timers->second.session;
  if (clock_.steady_now() < session.deadline) {
    // There was a heartbeat meanwhile. A timer set later than this one would fire by itself.
    if (session.timer_at > clock_.steady_now()) return;
    session.timer_at = session.deadline;
    session.timer = schedule(at.cell, session.deadline, [this, member_id](Locked& later) {
      consumer_session_due(later, member_id);
    });
    return;
  }
  session.timer = 0;
  when_settled(at, [this, member_id](Locked& settled) {
    if (!settled.consumer.state) return;
    const auto still = settled.consumer.state->timers.find(member_id);
    // Its heartbeat may have been what this waited for.
    if (still == settled.consumer.state->timers.end() ||
        clock_.steady_now() < still->second.session.deadline) {
      return;
    }
    fence_consumer(settled, member_id, "its session ended");
  });
}

void Core::set_member_timer(Locked& at, const std::string& member_id,
                            MemberTimer ConsumerTimers::* timer, int32_t after_ms,
                            std::string_view reason) {
  cancel_member_timer(at, member_id, timer);
  MemberTimer& set = at.consumer.state->timers[member_id].*timer;
  const uint64_t stamp = ++at.consumer.state->last_stamp;
  set.stamp = stamp;
  const auto is_over = [member_id, timer, stamp](const Locked& later) {
    if (!later.consumer.state) return false;
    const auto timers = later.consumer.state->timers.find(member_id);
    return timers != later.consumer.state->timers.end() && (timers->second.*timer).stamp == stamp;
  };
  set.id = schedule(at.cell, clock_.steady_now() + Milliseconds(std::max(after_ms, 0)),
                    [this, member_id, reason = std::string(reason), is_over](Locked& later) {
                      when_settled(later, [this, member_id, reason, is_over](Locked& settled) {
                        if (is_over(settled)) fence_consumer(settled, member_id, reason);
                      });
                    });
}

void Core::cancel_member_timer(Locked& at, const std::string& member_id,
                               MemberTimer ConsumerTimers::* timer) {
  const auto timers = at.consumer.state->timers.find(member_id);
  if (timers == at.consumer.state->timers.end()) return;
  MemberTimer& cancelled = timers->second.*timer;
  cancelled.stamp = 0;
  if (cancelled.id != 0) timers_.cancel(cancelled.id);
  cancelled.id = 0;
}

void Core::cancel_all_timers(Locked& at, const std::string& member_id) {
  const auto timers = at.consumer.state->timers.find(member_id);
  if (timers == at.consumer.state->timers.end()) return;
  for (const auto timer :
       {&ConsumerTimers::revocation, &ConsumerTimers::join, &ConsumerTimers::sync}) {
    cancel_member_timer(at, member_id, timer);
  }
  end_session(timers->second.session);
  at.consumer.state->timers.erase(timers);
}

void Core::update_member_timers(Locked& at, const std::vector<ConsumerRecord>& records) {
  for (const ConsumerRecord& record : records) {
    if (const auto* told = std::get_if<ConsumerMemberRecord>(&record)) {
      if (!told->value) {
        cancel_all_timers(at, told->member_id);
      } else if (!at.consumer.state->timers.contains(told->member_id)) {
        touch_consumer(at, told->member_id);
      }
    }
    const auto* moved = std::get_if<CurrentAssignmentRecord>(&record);
    const ConsumerMember* member = moved ? at.consumer.group().find(moved->member_id) : nullptr;
    if (member) update_revocation_timer(at, *member);
  }
}

void Core::update_revocation_timer(Locked& at, const ConsumerMember& member) {
  // Members of the classic protocol have the timers of joining and syncing instead.
  if (member.uses_classic_protocol()) return;
  // Who is away gave everything up, and has its session to come back.
  const bool is_away = member.current.member_epoch < 0;
  if (member.current.state == MemberState::unrevoked_partitions && !is_away) {
    set_member_timer(at, member.id, &ConsumerTimers::revocation, member.info.rebalance_timeout_ms,
                     "it did not give up its partitions");
  } else {
    cancel_member_timer(at, member.id, &ConsumerTimers::revocation);
  }
}

void Core::start_loaded_consumers(Locked& at) {
  for (const auto& [id, member] : at.consumer.group().members()) {
    touch_consumer(at, id);
    update_revocation_timer(at, member);
  }
}

void Core::fence_consumer(Locked& at, const std::string& member_id, std::string_view reason) {
  if (!at.consumer.state || !at.consumer.group().find(member_id)) return;
  log::info("group ", at.group.id(), ": member ", member_id, " is fenced: ", reason);
  fence_consumers(at, {member_id}, [this, member_id](Locked& later, ErrorCode error) {
    // The log could not take it. Its session is tried again.
    if (error != ErrorCode::none && later.consumer.state) touch_consumer(later, member_id);
  });
}

void Core::fence_consumers(Locked& at, const std::set<std::string>& member_ids, ChangeDone done) {
  if (member_ids.empty()) return done(at, ErrorCode::none);
  if (can_downgrade_without(at.consumer.group(), member_ids)) {
    return downgrade(at, member_ids, std::move(done));
  }
  auto change = new_change(at, at.consumer.group());
  fence_members(change, member_ids);
  write_change(at, change, std::move(done));
}

}  // namespace millrace::coordinator
