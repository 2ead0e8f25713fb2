#include "client/consumer/consumer_core.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "client/admin/offsets.h"
#include "client/error.h"
#include "client/topic_partition.h"

namespace millrace::client {
namespace {

using Options = millrace::ConsumerOptions;

/// Room for so many records is made ahead.
constexpr size_t kRecordsReserved = 500;

/// How long the end of a consumer waits for the coordinator.
constexpr Milliseconds kAbandonTime{1'000};

RecordFetcher::Terms terms_of(const Options& options) {
  return {.group = options.group,
          .reset = options.auto_offset_reset,
          .fetch = {.data = {.isolation = options.isolation, .check_crcs = options.check_crcs},
                    .max_wait = options.fetch_max_wait,
                    .bytes_min = options.fetch_min_bytes,
                    .bytes_max = options.fetch_max_bytes,
                    .partition_bytes_max = options.partition_fetch_bytes_max}};
}

/// Whoever waits for the program goes on, even if its callback throws.
struct Ending {
  Group& group;
  const std::shared_ptr<RebalanceCall>& call;
  ~Ending() { group.finish(call); }
};

}  // namespace

ConsumerCore::ConsumerCore(std::shared_ptr<ClientCore> client, const Options& options,
                           MakeMembership make_membership)
    : client_(std::move(client)),
      driver_(client_->driver()),
      options_(options),
      states_(std::make_shared<PartitionStates>(mailbox_, options.prefetch_bytes)),
      gateway_(client_->make_gateway()),
      fetcher_(
          std::make_shared<RecordFetcher>(client_, gateway_, states_, mailbox_, terms_of(options))),
      group_(options.group.empty()
                 ? nullptr
                 : std::make_shared<Group>(client_, gateway_, states_, mailbox_, options.group,
                                           std::move(make_membership))),
      last_polled_(driver_.now()),
      next_commit_(last_polled_ + options.auto_commit_interval) {
  driver_.post([fetcher = fetcher_] { fetcher->start(); });
}

ConsumerCore::Use::~Use() {
  if (core_ == nullptr || --core_->depth_ > 0) return;
  core_->owner_ = std::thread::id();
}

Result<ConsumerCore::Use> ConsumerCore::enter() {
  if (driver_.inside()) {
    return client_error(ClientErrc::wrong_state,
                        "a callback of this client's producers cannot use its consumers");
  }
  const auto self = std::this_thread::get_id();
  std::thread::id nobody;
  if (owner_ != self && !owner_.compare_exchange_strong(nobody, self)) {
    return client_error(ClientErrc::wrong_state, "another thread uses the consumer");
  }
  ++depth_;
  Use use(this);
  if (is_closed_) return client_error(ClientErrc::closed, "the consumer is closed");
  if (auto failure = mailbox_->failure(); failure && failure->is(ClientErrc::closed)) {
    return *std::move(failure);
  }
  return use;
}

Result<ConsumerCore::Use> ConsumerCore::enter_outermost(std::string_view what) {
  MILL_TRY(auto use, enter());
  if (depth_ == 1) return use;
  return client_error(ClientErrc::wrong_state, cat("a callback of the consumer cannot ", what));
}

Result<ConsumerCore::Use> ConsumerCore::enter_group() {
  MILL_TRY(auto use, enter());
  if (group_) return use;
  return client_error(ClientErrc::invalid_argument, "the consumer has no group (group.id)");
}

Result<void> ConsumerCore::check_wakeup() {
  if (!mailbox_->take_wakeup()) return {};
  return client_error(ClientErrc::interrupted, "woken up");
}

Result<void> ConsumerCore::wait_until(const std::function<bool()>& is_there, SteadyTime deadline,
                                      Wakeups wakeups) {
  for (;;) {
    const auto news = mailbox_->next_news();
    if (is_there()) return {};
    if (wakeups == Wakeups::heed) MILL_CHECK(check_wakeup());
    if (driver_.wait(*news, deadline)) continue;
    if (is_there()) return {};
    return client_error(ClientErrc::timed_out,
                        "no outcome in time; where the broker is manual, advance the clock and "
                        "call run_until");
  }
}

Result<ConsumerRecords> ConsumerCore::poll(milliseconds limit) {
  MILL_TRY(const auto use, enter_outermost("poll"));
  const SteadyTime now = driver_.now();
  const SteadyTime deadline = driver_.deadline_in(limit);
  const bool was_late = now - last_polled_ >= options_.max_poll_interval;
  last_polled_ = now;
  if (group_) group_->note_poll(now);
  commit_where_due(now);
  if (was_late) tell_membership();
  std::shared_ptr<Event> news;
  for (;;) {
    MILL_CHECK(check_wakeup());
    MILL_CHECK(hear());
    MILL_TRY(auto fetched, collect());
    if (fetched) {
      ConsumerRecords records;
      records.fetched_ = std::move(fetched);
      return records;
    }
    if (!news) {
      news = mailbox_->next_news();
      if (!was_late) tell_membership();
      fetcher_->hurry();
      continue;
    }
    if (!driver_.wait(*news, deadline)) return ConsumerRecords();
    news = mailbox_->next_news();
  }
}

void ConsumerCore::tell_membership() {
  if (mode_ == Mode::subscribed) driver_.post([group = group_] { group->on_poll(); });
}

Result<void> ConsumerCore::hear() {
  while (const auto call = mailbox_->take_call()) {
    const Ending ending{*group_, call};
    serve(*call);
  }
  call_back();
  if (auto failure = mailbox_->failure()) return *std::move(failure);
  return {};
}

void ConsumerCore::call_back() {
  for (const auto& callback : mailbox_->take_callbacks()) callback();
}

Result<std::unique_ptr<FetchedRecords>> ConsumerCore::collect() {
  const auto count_max = static_cast<size_t>(options_.max_poll_records);
  std::unique_ptr<FetchedRecords> into;
  while (!into || into->records.size() < count_max) {
    const bool is_empty = !into || into->records.empty();
    auto turn = states_->take_turn(is_empty);
    if (!turn) break;
    if (turn->error) return *std::move(turn->error);
    if (!into) {
      into = std::make_unique<FetchedRecords>();
      into->records.reserve(std::min(count_max, kRecordsReserved));
    }
    auto outcome = read(*std::move(turn), *into);
    if (outcome) continue;
    if (into->records.empty()) return std::move(outcome).error();
    break;
  }
  if (into && into->records.empty()) into.reset();
  if (into) states_->note_polled(*into);
  return into;
}

Result<void> ConsumerCore::read(PartitionStates::Turn turn, FetchedRecords& into) {
  Result<void> outcome;
  if (!turn.data->is_open()) {
    outcome = turn.data->open();
    if (outcome) {
      states_->note_opened(turn);
      fetcher_->wake();
    }
  }
  const auto count_max = static_cast<size_t>(options_.max_poll_records);
  if (outcome) outcome = turn.data->read(into, turn.name, count_max);
  const bool is_over = !outcome || turn.data->is_at_end();
  const auto name = turn.name;
  states_->end_turn(std::move(turn), !outcome);
  if (is_over) fetcher_->wake();
  if (!outcome) return std::move(outcome).error().with_context(to_string(*name));
  return {};
}

Result<void> ConsumerCore::close(milliseconds limit) {
  auto use = enter_outermost("close it");
  if (!use) {
    if (!use.error().is(ClientErrc::closed)) return std::move(use).error();
    abandon();
    return {};
  }
  const SteadyTime deadline = driver_.deadline_in(limit);
  auto outcome = give_everything_up(deadline);
  call_back();
  abandon();
  return outcome;
}

void ConsumerCore::abandon() {
  is_closed_ = true;
  if (std::exchange(is_abandoned_, true)) return;
  struct End {
    static Task<void> run(std::shared_ptr<RecordFetcher> fetcher, std::shared_ptr<Group> group,
                          std::shared_ptr<Gateway> gateway, SteadyTime deadline,
                          std::shared_ptr<Event> done) {
      fetcher->abort();
      if (group) {
        auto leaving = Group::leave(group, deadline);
        co_await leaving;
        group->abort();
      }
      gateway->close();
      done->set();
    }
  };
  const SteadyTime deadline = driver_.deadline_in(kAbandonTime);
  const auto done = std::make_shared<Event>();
  driver_.post([fetcher = fetcher_, group = group_, gateway = gateway_, deadline, done] {
    spawn(End::run(fetcher, group, gateway, deadline, done));
  });
  if (!driver_.inside()) (void)driver_.wait(*done, deadline);
}

}  // namespace millrace::client
