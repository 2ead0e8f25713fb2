#include "client/producer/transactions.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "client/producer/sender.h"

namespace millrace::client {
namespace {

Error wrong_state(std::string message) {
  return client_error(ClientErrc::wrong_state, std::move(message));
}

}  // namespace

/// Holds back the calls behind this one.
class Transactions::Turn {
 public:
  explicit Turn(Transactions& transactions) : transactions_(transactions) {
    transactions_.has_turn_ = true;
  }
  ~Turn() {
    transactions_.has_turn_ = false;
    transactions_.changed_.raise();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Transactions& transactions_;
};

Transactions::Transactions(Sender& sender, std::shared_ptr<Accumulator> accumulator,
                           TransactionCalls calls)
    : sender_(sender),
      accumulator_(std::move(accumulator)),
      calls_(std::move(calls)),
      changed_(sender.driver()) {
  accumulator_->refuse(wrong_state("no transaction is open; see Producer::begin"));
}

// ---- For the sender ----------------------------------------------------------------------------

bool Transactions::admits(const TopicPartition& partition) {
  if (identity_.is_version_2 || added_.contains(partition)) return true;
  wanted_.insert(partition);
  if (!is_adding_) spawn(add_wanted(sender_.shared_from_this()));
  return false;
}

Task<void> Transactions::add_wanted(Kept sender) {
  Transactions& self = *sender->transactions();
  self.is_adding_ = true;
  const auto wanted = std::exchange(self.wanted_, {});
  auto adding =
      self.calls_.add_partitions(self.identity_.producer, std::vector(wanted.begin(), wanted.end()),
                                 sender->request_deadline());
  const auto added = co_await adding;
  self.is_adding_ = false;
  if (added) {
    self.added_.insert(wanted.begin(), wanted.end());
    self.has_content_ = true;
  } else if (!self.is_final(added.error())) {
    self.fail(added.error());
  }
  self.changed_.raise();
  sender->wake();
}

void Transactions::fail(const Error& error) {
  if (state_ != State::open || failure_) return;
  failure_ = error;
  accumulator_->refuse(Error(error).with_context("the transaction has failed"));
  sender_.wake();
}

bool Transactions::is_final(const Error& error) {
  constexpr std::array kFinal{ErrorCode::producer_fenced, ErrorCode::invalid_producer_epoch,
                              ErrorCode::invalid_producer_id_mapping, ErrorCode::invalid_txn_state,
                              ErrorCode::transactional_id_authorization_failed};
  for (const ErrorCode code : kFinal) {
    if (!error.is(code)) continue;
    fail(error);
    final_ = error;
    accumulator_->refuse(error);
    return true;
  }
  return false;
}

// ---- For the program ---------------------------------------------------------------------------

Task<Result<void>> Transactions::wait_for_turn(SteadyTime deadline) {
  while (has_turn_) {
    const bool is_in_time = co_await changed_.wait_until(deadline);
    if (!is_in_time) {
      co_return client_error(ClientErrc::timed_out, "an earlier call is still under way");
    }
  }
  if (sender_.is_closed()) co_return Gateway::closed_error();
  if (final_) co_return *final_;
  co_return Result<void>();
}

Task<Result<void>> Transactions::take_identity(SteadyTime deadline) {
  auto asking = calls_.init(identity_.producer, deadline);
  const auto identity = co_await asking;
  if (!identity) {
    (void)is_final(identity.error());
    co_return identity.error();
  }
  identity_ = *identity;
  sender_.restart(identity_.producer);
  state_ = State::ready;
  co_return Result<void>();
}

Task<Result<void>> Transactions::init(Kept sender, Milliseconds limit) {
  Transactions& self = *sender->transactions();
  const SteadyTime deadline = sender->driver().deadline_in(limit);
  auto waiting = self.wait_for_turn(deadline);
  MILL_CO_CHECK(co_await waiting);
  const Turn turn(self);
  if (self.state_ != State::fresh) co_return Result<void>();
  auto taking = self.take_identity(deadline);
  auto taken = co_await taking;
  co_return taken;
}

Task<Result<void>> Transactions::begin(Kept sender, Milliseconds limit) {
  Transactions& self = *sender->transactions();
  const SteadyTime deadline = sender->driver().deadline_in(limit);
  auto waiting = self.wait_for_turn(deadline);
  MILL_CO_CHECK(co_await waiting);
  const Turn turn(self);
  if (self.state_ == State::open) co_return wrong_state("a transaction is open already");
  if (self.state_ == State::committing || self.state_ == State::aborting) {
    auto finishing = self.finish(deadline);
    MILL_CO_CHECK(co_await finishing);
  }
  if (self.state_ == State::fresh) {
    auto taking = self.take_identity(deadline);
    MILL_CO_CHECK(co_await taking);
  }
  self.failure_.reset();
  self.added_.clear();
  self.has_content_ = false;
  self.state_ = State::open;
  self.accumulator_->admit();
  co_return Result<void>();
}

Task<Result<void>> Transactions::commit_offsets(GroupIdentity group, Offsets offsets,
                                                SteadyTime deadline) {
  if (!identity_.is_version_2) {
    auto adding = calls_.add_group(identity_.producer, group.group, deadline);
    MILL_CO_CHECK(co_await adding);
  }
  has_content_ = true;
  auto committing =
      calls_.commit_offsets(identity_, std::move(group), std::move(offsets), deadline);
  auto committed = co_await committing;
  co_return committed;
}

Task<Result<void>> Transactions::send_offsets(Kept sender, GroupIdentity group, Offsets offsets,
                                              Milliseconds limit) {
  Transactions& self = *sender->transactions();
  const SteadyTime deadline = sender->driver().deadline_in(limit);
  auto waiting = self.wait_for_turn(deadline);
  MILL_CO_CHECK(co_await waiting);
  const Turn turn(self);
  if (self.state_ != State::open) co_return wrong_state("the transaction is over");
  if (self.failure_) co_return *self.failure_;
  if (offsets.empty()) co_return Result<void>();
  auto committing = self.commit_offsets(std::move(group), std::move(offsets), deadline);
  auto committed = co_await committing;
  // Without these offsets a commit would not be what the program meant.
  if (!committed && !self.is_final(committed.error())) self.fail(committed.error());
  co_return committed;
}

Task<Result<void>> Transactions::end(Kept sender, bool commits, Milliseconds limit) {
  Transactions& self = *sender->transactions();
  const SteadyTime deadline = sender->driver().deadline_in(limit);
  auto waiting = self.wait_for_turn(deadline);
  MILL_CO_CHECK(co_await waiting);
  const Turn turn(self);
  switch (self.state_) {
    case State::fresh:
    case State::ready: co_return wrong_state("the transaction is over");
    case State::open: {
      auto ending = self.end_open(commits, limit);
      MILL_CO_CHECK(co_await ending);
      break;
    }
    case State::committing:
      if (!commits) co_return wrong_state("its commit timed out; only that can be repeated");
      [[fallthrough]];
    case State::aborting: {
      auto finishing = self.finish(deadline);
      MILL_CO_CHECK(co_await finishing);
    }
  }
  if (commits && self.failure_) co_return *self.failure_;
  co_return Result<void>();
}

Task<Result<void>> Transactions::clear(Kept sender, Milliseconds limit) {
  Transactions& self = *sender->transactions();
  const SteadyTime deadline = sender->driver().deadline_in(limit);
  auto waiting = self.wait_for_turn(deadline);
  MILL_CO_CHECK(co_await waiting);
  const Turn turn(self);
  if (self.state_ == State::open) {
    auto ending = self.end_open(false, limit);
    MILL_CO_CHECK(co_await ending);
  } else if (self.state_ == State::committing || self.state_ == State::aborting) {
    auto finishing = self.finish(deadline);
    MILL_CO_CHECK(co_await finishing);
  }
  co_return Result<void>();
}

Task<void> Transactions::clear_behind(Kept sender, Milliseconds limit) {
  auto clearing = clear(std::move(sender), limit);
  [[maybe_unused]] const auto cleared = co_await clearing;
}

Task<bool> Transactions::wait_for_records(SteadyTime deadline) {
  sender_.wake();
  while (is_adding_ || !accumulator_->is_idle()) {
    const bool is_in_time = co_await changed_.wait_until(deadline);
    if (!is_in_time) co_return false;
  }
  co_return true;
}

Task<Result<void>> Transactions::end_open(bool commits, Milliseconds limit) {
  Driver& driver = sender_.driver();
  if (commits) {
    accumulator_->refuse(wrong_state("the transaction is being committed"));
    (void)accumulator_->hurry_all();
    // Every record has a deadline of its own.
    auto deciding = wait_for_records(SteadyTime::max());
    co_await deciding;
  } else {
    fail(wrong_state("the transaction was aborted before this was written"));
  }
  const SteadyTime deadline = driver.deadline_in(limit);
  // What is under way is answered before the end, so that nothing of it comes behind.
  auto waiting = wait_for_records(deadline);
  const bool is_settled = co_await waiting;
  if (!is_settled) {
    co_return client_error(ClientErrc::timed_out, "requests under way have no answer yet");
  }
  if (final_) co_return *final_;
  state_ = commits && !failure_ ? State::committing : State::aborting;
  auto finishing = finish(deadline);
  auto finished = co_await finishing;
  co_return finished;
}

Task<Result<void>> Transactions::finish(SteadyTime deadline) {
  while (has_content_) {
    auto ending = calls_.end(identity_, state_ == State::committing, deadline);
    const auto next = co_await ending;
    if (next) {
      if (*next != identity_.producer) sender_.restart(*next);
      identity_.producer = *next;
      break;
    }
    if (is_final(next.error())) co_return next.error();
    const bool is_refused = next.error().kafka_code() && !worth_retrying(next.error());
    if (state_ == State::aborting || !is_refused) co_return next.error();
    failure_ = next.error();
    state_ = State::aborting;
  }
  // With version 1 the epoch is still the same, and numbers of records that were given up would be
  // missing.
  const bool needs_epoch = !identity_.is_version_2 && sender_.has_gaps();
  state_ = needs_epoch ? State::fresh : State::ready;
  accumulator_->refuse(wrong_state("no transaction is open; see Producer::begin"));
  co_return Result<void>();
}

}  // namespace millrace::client
