// Fetch sessions (KIP-227): what a client fetches is remembered, so that requests and answers carry
// only what changed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker/fetch.h"
#include "millrace/clock.h"

namespace millrace::broker {

inline constexpr int32_t kNoFetchSession = 0;
inline constexpr int32_t kInitialFetchEpoch = 0;
inline constexpr int32_t kFinalFetchEpoch = -1;

/// Names a partition within a session: by the topic's id where the session uses ids, else by its
/// name. The other one is left empty.
struct FetchSessionKey {
  std::string topic;
  Uuid topic_id = {};
  PartitionId partition{0};

  bool operator==(const FetchSessionKey&) const = default;
};

struct FetchSessionRequest {
  int32_t session_id = kNoFetchSession;
  int32_t epoch = kFinalFetchEpoch;
  /// True where the client names topics by id (Fetch 13 and later).
  bool by_topic_id = false;
  std::vector<FetchTarget> targets;
  std::vector<FetchSessionKey> forgotten;
};

struct FetchSession;

/// One request's part in its session: what to fetch, and which results to answer with.
class FetchContext {
 public:
  /// What goes in the response's session id; 0 where there is none.
  int32_t session_id() const;
  /// Everything to read now, in the order to read it. Moved out once into a FetchSpec; keep a copy
  /// for the response.
  const std::vector<FetchTarget>& targets() const { return targets_; }
  /// For each target true if its result belongs in the response; updates what the session knows.
  /// Call once, with the final results.
  std::vector<bool> select(const std::vector<FetchedPartition>& results);

 private:
  friend class FetchSessions;
  std::vector<FetchTarget> targets_;
  std::shared_ptr<FetchSession> session_;
  bool incremental_ = false;
};

/// All sessions, at most `slots` of them; the least recently used one gives way once it was idle
/// for two minutes, as in Kafka. Safe from any thread.
class FetchSessions {
 public:
  FetchSessions(const Clock& clock, size_t slots);
  ~FetchSessions();

  /// fetch_session_id_not_found, invalid_fetch_session_epoch, fetch_session_topic_id_error (a
  /// session began with names and goes on with ids, or the reverse). A full request without room
  /// for a session is answered sessionless.
  Result<FetchContext> begin(FetchSessionRequest request);

  size_t count() const;
  /// What the session stands for; nothing where there is no such session.
  std::vector<FetchSessionKey> partitions_of(int32_t session_id) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::broker
