#include "client/admin/unread.h"

#include <algorithm>

#include "base/text.h"
#include "client/consumer/fetch_call.h"
#include "client/consumer/position_calls.h"
#include "client/topic_partition.h"

namespace millrace::client {
namespace {

/// Enough for a batch or a few. Where they show nothing, a long run of aborted records perhaps,
/// more is asked for at once.
constexpr int32_t kFirstBytes = 4 << 10;
constexpr int32_t kMostBytes = 1 << 20;

/// The first record shown of what came; nothing where none is. Moves `position` behind what was
/// looked at.
Result<std::optional<UnreadRecord>> first_of(FetchedData& data, const TopicPartition& name,
                                             int64_t& position) {
  MILL_CHECK(data.open());
  FetchedRecords records;
  MILL_CHECK(data.read(records, std::make_shared<const TopicPartition>(name), 1));
  position = data.end().offset;
  if (records.records.empty()) return std::optional<UnreadRecord>();
  const ConsumerRecord& first = records.records.front();
  UnreadRecord found{.offset = first.offset(), .timestamp_ms = std::nullopt};
  if (first.timestamp_ms() >= 0) found.timestamp_ms = first.timestamp_ms();
  return std::optional(found);
}

/// One look at one partition, over as many fetches as that takes.
class Searcher {
 public:
  Searcher(Gateway& gateway, UnreadSearch search, Isolation isolation, SteadyTime deadline)
      : gateway_(gateway),
        search_(std::move(search)),
        isolation_(isolation),
        deadline_(deadline),
        backoff_(gateway.backoff()),
        position_(std::max(search_.lag->committed.value_or(0), search_.lag->log_start)) {}

  Task<Result<void>> run() {
    while (!is_done_ && position_ < search_.lag->readable_end) {
      auto reading = read_on();
      auto read = co_await reading;
      if (read) continue;
      if (!read.error().kafka_code() || is_about_leaders(read.error())) co_return read;
      search_.lag->error = std::move(read).error();
      break;
    }
    co_return Result<void>();
  }

 private:
  Task<Result<void>> read_on();
  Task<Result<void>> go_to_start(Error why);
  Task<Result<void>> wait_for_data();

  Gateway& gateway_;
  const UnreadSearch search_;
  const Isolation isolation_;
  const SteadyTime deadline_;
  Backoff backoff_;
  int64_t position_;
  int32_t bytes_ = kFirstBytes;
  bool is_done_ = false;
};

Task<Result<void>> Searcher::read_on() {
  const SteadyTime by = gateway_.request_deadline(deadline_);
  auto linking = gateway_.node(search_.leader, Lane::requests, by);
  MILL_CO_TRY(LinkPtr link, co_await linking);
  const FetchTerms terms{.data = {.isolation = isolation_, .check_crcs = true},
                         .bytes_max = bytes_,
                         .partition_bytes_max = bytes_};
  std::vector<FetchAsk> asks;
  asks.push_back({.name = search_.name, .from = {.offset = position_}});
  auto asking = fetch(gateway_, std::move(link), terms, std::move(asks), by);
  MILL_CO_TRY(auto answers, co_await asking);
  auto& answer = answers.front();
  if (!answer) {
    const bool is_gone = answer.error().is(ErrorCode::offset_out_of_range);
    if (!is_gone) co_return std::move(answer).error();
    auto going = go_to_start(std::move(answer).error());
    auto went = co_await going;
    co_return went;
  }
  if (*answer == nullptr) {
    auto waiting = wait_for_data();
    auto waited = co_await waiting;
    co_return waited;
  }
  MILL_CO_TRY(const auto found, first_of(**answer, search_.name, position_));
  if (found && found->offset < search_.lag->readable_end) search_.lag->first_unread = found;
  is_done_ = found.has_value();
  bytes_ = std::min(bytes_ * 16, kMostBytes);
  co_return Result<void>();
}

/// Retention, or somebody who deletes records, was faster.
Task<Result<void>> Searcher::go_to_start(Error why) {
  const SteadyTime by = gateway_.request_deadline(deadline_);
  auto linking = gateway_.node(search_.leader, Lane::requests, by);
  MILL_CO_TRY(LinkPtr link, co_await linking);
  std::vector<PositionAsk> asks;
  asks.push_back({.name = search_.name, .timestamp_ms = kEarliest});
  auto asking = find_by_time(gateway_, std::move(link), isolation_, std::move(asks), by);
  MILL_CO_TRY(auto starts, co_await asking);
  auto& start = starts.front();
  if (!start) co_return std::move(start).error();
  if (start->offset <= position_) co_return why;
  search_.lag->log_start = position_ = start->offset;
  co_return Result<void>();
}

/// There is data below the end; a broker that holds its clients to quotas answers without it.
Task<Result<void>> Searcher::wait_for_data() {
  const Milliseconds time = backoff_.next();
  if (gateway_.driver().now() + time >= deadline_) {
    co_return client_error(ClientErrc::timed_out,
                           cat("nothing was answered of ", search_.name, " at offset ", position_,
                               ", which ends at ", search_.lag->readable_end));
  }
  auto pausing = gateway_.pause(time);
  const bool is_open = co_await pausing;
  if (!is_open) co_return Gateway::closed_error();
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> find_unread(Gateway& gateway, UnreadSearch search, Isolation isolation,
                               SteadyTime deadline) {
  Searcher searcher(gateway, std::move(search), isolation, deadline);
  auto searching = searcher.run();
  auto outcome = co_await searching;
  co_return outcome;
}

bool is_about_leaders(const Error& error) {
  return error.is(ErrorCode::not_leader_or_follower) || error.is(ErrorCode::fenced_leader_epoch) ||
         error.is(ErrorCode::unknown_leader_epoch);
}

}  // namespace millrace::client
