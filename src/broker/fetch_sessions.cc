#include "broker/fetch_sessions.h"

#include <algorithm>
#include <list>
#include <random>
#include <unordered_map>

#include "base/text.h"

namespace millrace::broker {
namespace {

/// A session in use is safe from eviction; Kafka's MIN_INCREMENTAL_FETCH_SESSION_EVICTION_MS.
constexpr Milliseconds kIdleBeforeEviction{120'000};

struct KeyHash {
  size_t operator()(const FetchSessionKey& key) const noexcept {
    const size_t topic = key.topic_id.is_zero() ? std::hash<std::string>()(key.topic)
                                                : std::hash<Uuid>()(key.topic_id);
    return topic * 31 + static_cast<size_t>(key.partition.value());
  }
};

/// What the client was told last of a partition.
struct Remembered {
  FetchTarget target;
  Offset high_watermark{-1};
  Offset log_start_offset{-1};
};

FetchSessionKey key_of(const FetchTarget& target) {
  return {.topic = target.topic_id.is_zero() ? target.topic : "",
          .topic_id = target.topic_id,
          .partition = target.partition};
}

}  // namespace

/// Partitions in the order of reading: one that had data goes to the end, so that all get their
/// turn under bytes_max.
struct FetchSession {
  using Order = std::list<Remembered>;

  int32_t id = kNoFetchSession;
  bool by_topic_id = false;
  // Guarded by the mutex of FetchSessions::State.
  int32_t next_epoch = 1;
  SteadyTime last_used;

  // Guards what follows.
  Mutex mutex{LockRank::session};
  Order order MILL_GUARDED_BY(mutex);
  std::unordered_map<FetchSessionKey, Order::iterator, KeyHash> index MILL_GUARDED_BY(mutex);

  void put(const FetchTarget& target) MILL_REQUIRES(mutex) {
    const auto found = index.find(key_of(target));
    if (found != index.end()) {
      // The name stays the one the session began with: a topic of this name that is made anew has
      // another id.
      std::string known = std::move(found->second->target.topic);
      found->second->target = target;
      if (!known.empty()) found->second->target.topic = std::move(known);
      return;
    }
    order.push_back({target});
    index.emplace(key_of(target), std::prev(order.end()));
  }
  void forget(const FetchSessionKey& key) MILL_REQUIRES(mutex) {
    const auto found = index.find(key);
    if (found == index.end()) return;
    order.erase(found->second);
    index.erase(found);
  }
};

struct FetchSessions::State {
  State(const Clock& time, size_t slots) : clock(time), slots_max(slots) {}

  const Clock& clock;
  const size_t slots_max;
  mutable Mutex mutex{LockRank::session_registry};
  std::unordered_map<int32_t, std::shared_ptr<FetchSession>> sessions MILL_GUARDED_BY(mutex);
  std::minstd_rand random MILL_GUARDED_BY(mutex){std::random_device()()};

  /// Nothing where all slots hold sessions in use.
  std::shared_ptr<FetchSession> make(bool by_topic_id) MILL_REQUIRES(mutex) {
    const auto now = clock.steady_now();
    if (sessions.size() >= slots_max) {
      const auto oldest = std::ranges::min_element(
          sessions, {}, [](const auto& entry) { return entry.second->last_used; });
      if (oldest == sessions.end() || now - oldest->second->last_used < kIdleBeforeEviction) {
        return nullptr;
      }
      sessions.erase(oldest);
    }
    auto session = std::make_shared<FetchSession>();
    std::uniform_int_distribution<int32_t> ids(1, std::numeric_limits<int32_t>::max());
    do {
      session->id = ids(random);
    } while (sessions.contains(session->id));
    session->by_topic_id = by_topic_id;
    session->last_used = now;
    sessions.emplace(session->id, session);
    return session;
  }
};

FetchSessions::FetchSessions(const Clock& clock, size_t slots)
    : state_(std::make_unique<State>(clock, slots)) {}
FetchSessions::~FetchSessions() = default;

size_t FetchSessions::count() const {
  const MutexLock lock(state_->mutex);
  return state_->sessions.size();
}

std::vector<FetchSessionKey> FetchSessions::partitions_of(int32_t session_id) const {
  std::shared_ptr<FetchSession> session;
  {
    const MutexLock lock(state_->mutex);
    const auto found = state_->sessions.find(session_id);
    if (found == state_->sessions.end()) return {};
    session = found->second;
  }
  std::vector<FetchSessionKey> keys;
  const MutexLock lock(session->mutex);
  for (const Remembered& remembered : session->order) keys.push_back(key_of(remembered.target));
  return keys;
}

Result<FetchContext> FetchSessions::begin(FetchSessionRequest request) {
  FetchContext context;
  const bool full = request.epoch == kInitialFetchEpoch || request.epoch == kFinalFetchEpoch;
  {
    const MutexLock lock(state_->mutex);
    if (full) {
      // A full request ends the session that it names.
      if (request.session_id != kNoFetchSession) state_->sessions.erase(request.session_id);
      if (request.epoch == kInitialFetchEpoch) context.session_ = state_->make(request.by_topic_id);
    } else {
      const auto found = state_->sessions.find(request.session_id);
      if (found == state_->sessions.end()) {
        return kafka_error(ErrorCode::fetch_session_id_not_found,
                           cat("no fetch session ", request.session_id));
      }
      FetchSession& session = *found->second;
      if (session.next_epoch != request.epoch) {
        return kafka_error(ErrorCode::invalid_fetch_session_epoch,
                           cat("fetch session ", session.id, " is at epoch ", session.next_epoch,
                               ", not ", request.epoch));
      }
      if (session.by_topic_id != request.by_topic_id) {
        return kafka_error(ErrorCode::fetch_session_topic_id_error,
                           cat("fetch session ", session.id, " names topics by ",
                               session.by_topic_id ? "id" : "name"));
      }
      session.next_epoch =
          request.epoch == std::numeric_limits<int32_t>::max() ? 1 : request.epoch + 1;
      session.last_used = state_->clock.steady_now();
      context.session_ = found->second;
      context.incremental_ = true;
    }
  }
  if (!context.session_) {
    context.targets_ = std::move(request.targets);
    return context;
  }
  bool empty = false;
  {
    FetchSession& session = *context.session_;
    const MutexLock lock(session.mutex);
    for (const FetchTarget& target : request.targets) session.put(target);
    for (const FetchSessionKey& key : request.forgotten) session.forget(key);
    context.targets_.reserve(session.order.size());
    for (const Remembered& remembered : session.order)
      context.targets_.push_back(remembered.target);
    empty = context.incremental_ && session.order.empty();
  }
  if (empty) {
    // Nothing is left to remember; the client is told so by session id 0.
    const MutexLock lock(state_->mutex);
    state_->sessions.erase(context.session_->id);
    context.session_ = nullptr;
  }
  return context;
}

int32_t FetchContext::session_id() const { return session_ ? session_->id : kNoFetchSession; }

std::vector<bool> FetchContext::select(const std::vector<FetchedPartition>& results) {
  std::vector<bool> selected(results.size(), true);
  if (!session_) return selected;
  const MutexLock lock(session_->mutex);
  for (size_t i = 0; i < results.size(); ++i) {
    const auto found = session_->index.find(key_of(targets_[i]));
    if (found == session_->index.end()) continue;
    Remembered& remembered = *found->second;
    const FetchedPartition& result = results[i];
    const bool failed = result.error != ErrorCode::none;
    const bool has_data = result.data.bytes > 0;
    const bool moved = remembered.high_watermark != result.data.high_watermark ||
                       remembered.log_start_offset != result.data.log_start_offset;
    if (incremental_) selected[i] = failed || has_data || moved || result.data.diverging_epoch;
    // After an error the next good answer must be told whatever it says.
    remembered.high_watermark = failed ? Offset(-1) : result.data.high_watermark;
    remembered.log_start_offset = failed ? Offset(-1) : result.data.log_start_offset;
    if (has_data) session_->order.splice(session_->order.end(), session_->order, found->second);
  }
  return selected;
}

}  // namespace millrace::broker
