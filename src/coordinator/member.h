// A member of a group, as the coordinator remembers it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/timers.h"
#include "coordinator/group_messages.h"
#include "millrace/clock.h"

namespace millrace::coordinator {

/// When a member (or an id given out and not used yet) is given up. The deadline moves with every
/// sign of life; the timer stays where it is and looks at the deadline when it fires, because
/// heartbeats are frequent and expiry is rare.
struct Session {
  SteadyTime deadline;
  TimerId timer = 0;
  SteadyTime timer_at;
};

struct Member {
  std::string id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string client_host;
  int32_t session_timeout_ms = 0;
  int32_t rebalance_timeout_ms = 0;
  /// In the member's order of preference.
  std::vector<MemberProtocol> protocols;
  Bytes assignment;
  Session session;
  /// A newcomer whose first join was not answered: it has no id to send heartbeats with.
  bool is_new = false;
  /// Set while the member's JoinGroup or SyncGroup waits.
  std::function<void(JoinResponse)> awaiting_join;
  std::function<void(SyncResponse)> awaiting_sync;

  /// A waiting request is a sign of life: the deadline counts again once it is answered.
  bool is_excused_from_heartbeat() const { return !is_new && (awaiting_join || awaiting_sync); }

  /// The metadata for a protocol, empty where the member does not offer it.
  ByteView metadata(std::string_view protocol) const {
    const auto found = std::ranges::find(protocols, protocol, &MemberProtocol::name);
    return found == protocols.end() ? ByteView() : ByteView(found->metadata);
  }
};

}  // namespace millrace::coordinator
