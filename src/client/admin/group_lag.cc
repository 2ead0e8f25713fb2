#include "client/admin/group_lag.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "client/admin/groups.h"
#include "client/admin/retention.h"
#include "client/admin/unread.h"
#include "client/consumer/group_calls.h"
#include "client/consumer/position_calls.h"
#include "client/parallel.h"

namespace millrace::client {
namespace {

/// Brokers asked at a time, and partitions read at a time: each holds its answer in memory.
constexpr size_t kBrokersAtOnce = 16;
constexpr size_t kSearchesAtOnce = 16;

/// Where a group stands, by its own account.
struct Standing {
  Offsets committed;
  std::set<TopicPartition> assigned;
};

Task<Result<Standing>> standing_of(Gateway& gateway, std::string group, SteadyTime deadline) {
  Standing standing;
  const CommittedQuery query{.group = group};
  auto asking = fetch_committed(gateway, query, gateway.request_deadline(deadline));
  MILL_CO_TRY(standing.committed, co_await asking);
  auto describing = describe_group(gateway, std::move(group), deadline);
  auto described = co_await describing;
  // Groups of other kinds (KIP-1071) have offsets and yet cannot be described so.
  const bool is_enough = !standing.committed.empty() && !described &&
                         described.error().is(ErrorCode::group_id_not_found);
  if (is_enough) co_return standing;
  if (!described) co_return std::move(described).error();
  for (const auto& member : described->members) {
    standing.assigned.insert(member.assigned.begin(), member.assigned.end());
  }
  co_return standing;
}

Error no_such_partition(const TopicPartition& name) {
  return kafka_error(ErrorCode::unknown_topic_or_partition,
                     cat(to_string(name), " does not exist (any more)"));
}

/// What no repetition changes is an answer: Kafka calls a missing topic retriable.
using Seen = Result<GroupLag>;

/// The pieces of one look; each fills in more of `lag_`.
class Look {
 public:
  Look(Gateway& gateway, std::string group, const GroupLagOptions& options, SteadyTime deadline)
      : gateway_(gateway), options_(options), deadline_(deadline) {
    lag_.group = std::move(group);
  }

  Task<Result<Seen>> run();

 private:
  using Leaders = std::map<TopicPartition, int32_t>;
  using Led = std::pair<const int32_t, std::vector<TopicPartition>>;

  SteadyTime request_deadline() const { return gateway_.request_deadline(deadline_); }
  Task<Result<void>> find_partitions(Standing standing);
  /// Notes of each partition who leads it, or that nobody does.
  void sort_by(const Leaders& leaders);
  Task<Result<void>> find_ends(const Led& led);
  void note_ends(const TopicPartition& name, const PositionAnswer& start,
                 const PositionAnswer& end);
  std::vector<UnreadSearch> searches();
  Task<Result<void>> note_retention();
  void note_time();

  Gateway& gateway_;
  const GroupLagOptions& options_;
  const SteadyTime deadline_;
  GroupLag lag_;
  std::map<int32_t, std::vector<TopicPartition>> by_leader_;
  /// Of an answer that only fresh metadata mends.
  std::optional<Error> stale_;
  /// Of a topic that was named and is not there.
  std::optional<Error> missing_;
};

Task<Result<Seen>> Look::run() {
  auto asking = standing_of(gateway_, lag_.group, deadline_);
  MILL_CO_TRY(Standing standing, co_await asking);
  auto finding = find_partitions(std::move(standing));
  MILL_CO_CHECK(co_await finding);
  if (missing_) co_return Seen(*std::move(missing_));

  const auto find_ends_of = [this](const Led& led) { return find_ends(led); };
  auto locating = in_parallel(gateway_.driver(), by_leader_, kBrokersAtOnce, find_ends_of);
  MILL_CO_CHECK(co_await locating);
  if (stale_) co_return *std::move(stale_);
  lag_.taken_at = gateway_.driver().now();
  lag_.taken_at_ms = gateway_.driver().clock().wall_ms();

  auto searched = searches();
  const auto search = [this](const UnreadSearch& one) {
    return find_unread(gateway_, one, options_.isolation, deadline_);
  };
  auto searching = in_parallel(gateway_.driver(), searched, kSearchesAtOnce, search);
  MILL_CO_CHECK(co_await searching);
  note_time();
  if (options_.retention) {
    auto noting = note_retention();
    MILL_CO_CHECK(co_await noting);
  }
  co_return Seen(std::move(lag_));
}

/// Names the partitions to look at.
Task<Result<void>> Look::find_partitions(Standing standing) {
  std::set<std::string> topics(options_.topics.begin(), options_.topics.end());
  const bool is_named = !topics.empty();
  if (!is_named) {
    for (const auto& [name, at] : standing.committed) lag_.partitions[name] = {};
    for (const auto& name : standing.assigned) lag_.partitions[name] = {};
    for (const auto& [name, lag] : lag_.partitions) topics.insert(name.topic);
  }
  if (topics.empty()) co_return Result<void>();
  const std::vector<std::string> names(topics.begin(), topics.end());
  auto asking = gateway_.find_topics(names, MissingTopic::refuse, request_deadline());
  MILL_CO_TRY(const auto found, co_await asking);
  Leaders leaders;
  for (const TopicDescription& topic : found) {
    topics.erase(topic.name);
    for (const auto& partition : topic.partitions) {
      leaders[{.topic = topic.name, .partition = partition.id}] = partition.leader;
    }
  }
  if (is_named && !topics.empty()) {
    missing_ = kafka_error(ErrorCode::unknown_topic_or_partition,
                           cat("topic '", *topics.begin(), "' does not exist"));
    co_return Result<void>();
  }
  if (is_named) {
    for (const auto& [name, leader] : leaders) lag_.partitions[name] = {};
  }
  for (auto& [name, lag] : lag_.partitions) {
    const auto at = standing.committed.find(name);
    if (at != standing.committed.end()) lag.committed = at->second.offset;
  }
  sort_by(leaders);
  co_return Result<void>();
}

void Look::sort_by(const Leaders& leaders) {
  for (auto& [name, lag] : lag_.partitions) {
    const auto leader = leaders.find(name);
    if (leader == leaders.end()) {
      lag.error = no_such_partition(name);
    } else if (leader->second < 0) {
      lag.error =
          kafka_error(ErrorCode::leader_not_available, cat(to_string(name), " has no leader now"));
    } else {
      by_leader_[leader->second].push_back(name);
    }
  }
}

/// Asks one broker where the partitions that it leads begin and end.
Task<Result<void>> Look::find_ends(const Led& led) {
  auto linking = gateway_.node(led.first, Lane::requests, request_deadline());
  MILL_CO_TRY(LinkPtr link, co_await linking);
  std::vector<PositionAsk> first, last;
  for (const auto& name : led.second) {
    first.push_back({.name = name, .timestamp_ms = kEarliest});
    last.push_back({.name = name, .timestamp_ms = kLatest});
  }
  auto asking_start =
      find_by_time(gateway_, link, options_.isolation, std::move(first), request_deadline());
  MILL_CO_TRY(const auto starts, co_await asking_start);
  auto asking_end =
      find_by_time(gateway_, link, options_.isolation, std::move(last), request_deadline());
  MILL_CO_TRY(const auto ends, co_await asking_end);
  for (size_t i = 0; i < led.second.size(); ++i) note_ends(led.second[i], starts[i], ends[i]);
  co_return Result<void>();
}

void Look::note_ends(const TopicPartition& name, const PositionAnswer& start,
                     const PositionAnswer& end) {
  PartitionLag& lag = lag_.partitions[name];
  if (start && end) {
    lag.log_start = start->offset;
    lag.readable_end = end->offset;
    return;
  }
  const Error& error = start ? end.error() : start.error();
  if (is_about_leaders(error)) stale_ = error;
  lag.error = error;
}

std::vector<UnreadSearch> Look::searches() {
  std::vector<UnreadSearch> searches;
  for (const auto& [leader, names] : by_leader_) {
    for (const auto& name : names) {
      PartitionLag& lag = lag_.partitions[name];
      if (!lag.error) searches.push_back({.name = name, .leader = leader, .lag = &lag});
    }
  }
  return searches;
}

void Look::note_time() {
  for (auto& [name, lag] : lag_.partitions) {
    if (lag.error || !lag.committed) continue;
    if (!lag.first_unread) {
      lag.time = milliseconds(0);
    } else if (const auto written = lag.first_unread->timestamp_ms) {
      lag.time = milliseconds(std::max<int64_t>(lag_.taken_at_ms - *written, 0));
    }
  }
}

Task<Result<void>> Look::note_retention() {
  std::set<std::string> topics;
  for (const auto& [name, lag] : lag_.partitions) {
    if (lag.first_unread) topics.insert(name.topic);
  }
  const std::vector<std::string> names(topics.begin(), topics.end());
  auto asking = retention_of(gateway_, names, deadline_);
  MILL_CO_TRY(const auto retention, co_await asking);
  for (auto& [name, lag] : lag_.partitions) {
    const auto found = retention.find(name.topic);
    if (!lag.first_unread || found == retention.end()) continue;
    lag.has_size_limit = found->second.by_size;
    const auto& written = lag.first_unread->timestamp_ms;
    if (written) lag.until_retention = found->second.time_left(*written, lag_.taken_at_ms);
  }
  co_return Result<void>();
}

Task<Result<Seen>> look_at(Gateway& gateway, std::string group, const GroupLagOptions& options,
                           SteadyTime deadline) {
  Look look(gateway, std::move(group), options, deadline);
  auto looking = look.run();
  auto seen = co_await looking;
  co_return seen;
}

}  // namespace

Task<Result<GroupLag>> group_lag(Gateway& gateway, std::string group, GroupLagOptions options,
                                 SteadyTime deadline) {
  // A search may take long where there is much to read past, so only the whole has a deadline.
  const auto attempt = [&](SteadyTime) { return look_at(gateway, group, options, deadline); };
  auto trying = gateway.retrying<Seen>(deadline, attempt);
  MILL_CO_TRY(Seen seen, co_await trying);
  co_return seen;
}

}  // namespace millrace::client
