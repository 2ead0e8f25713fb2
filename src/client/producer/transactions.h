// Transactions: what a transactional producer's records and offsets belong to, one after another.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "client/producer/accumulator.h"
#include "client/producer/transaction_calls.h"
#include "client/signal.h"

namespace millrace::client {

class Sender;

/// Belongs to a sender, and is used inside its driver only. A record that fails makes its
/// transaction fail: whatever waits fails with it, and it can only be aborted. Once the coordinator
/// has said that the producer itself is over, nothing else is answered.
class Transactions {
 public:
  Transactions(Sender& sender, std::shared_ptr<Accumulator> accumulator, TransactionCalls calls);

  // For the sender.

  const std::string& id() const { return calls_.id(); }
  bool is_version_2() const { return identity_.is_version_2; }
  /// Whether a batch of the partition may be sent. Where it does not belong to the transaction yet
  /// the coordinator is asked, and the sender woken later.
  bool admits(const TopicPartition& partition);
  /// A request with batches goes out.
  void note_sent() { has_content_ = true; }
  /// A record was given up. The transaction fails with the first of these.
  void fail(const Error& error);
  /// Why trying again is in vain; nothing while all is well.
  const std::optional<Error>& failure() const { return failure_; }
  /// A batch was decided, or the sender closed.
  void on_change() { changed_.raise(); }

  // For the program. `sender` lives until the end; calls wait for each other.

  using Kept = std::shared_ptr<Sender>;
  /// As Producer::init_transactions.
  static Task<Result<void>> init(Kept sender, Milliseconds limit);
  /// As Producer::begin. Finishes before what a call that timed out has left.
  static Task<Result<void>> begin(Kept sender, Milliseconds limit);
  /// As Transaction::send_offsets.
  static Task<Result<void>> send_offsets(Kept sender, GroupIdentity group, Offsets offsets,
                                         Milliseconds limit);
  /// As Transaction::commit and abort. For a commit the limit begins when all records are decided.
  static Task<Result<void>> end(Kept sender, bool commits, Milliseconds limit);
  /// Aborts what is open and finishes what a call that timed out has left; succeeds where there is
  /// nothing of that.
  static Task<Result<void>> clear(Kept sender, Milliseconds limit);
  /// The same where nobody waits for it.
  static Task<void> clear_behind(Kept sender, Milliseconds limit);

 private:
  enum class State : uint8_t {
    /// The coordinator must give an epoch first.
    fresh,
    ready,
    open,
    /// Asked for, and not answered yet: it can only be asked for again.
    committing,
    aborting
  };
  class Turn;

  Task<Result<void>> wait_for_turn(SteadyTime deadline);
  Task<Result<void>> take_identity(SteadyTime deadline);
  Task<Result<void>> end_open(bool commits, Milliseconds limit);
  /// Brings what is committing or aborting to its end.
  Task<Result<void>> finish(SteadyTime deadline);
  /// False at the deadline.
  Task<bool> wait_for_records(SteadyTime deadline);
  Task<Result<void>> commit_offsets(GroupIdentity group, Offsets offsets, SteadyTime deadline);
  static Task<void> add_wanted(Kept sender);
  /// True for what no later transaction of this producer would survive.
  bool is_final(const Error& error);

  Sender& sender_;
  const std::shared_ptr<Accumulator> accumulator_;
  const TransactionCalls calls_;
  Signal changed_;

  State state_ = State::fresh;
  TransactionalIdentity identity_;
  std::optional<Error> failure_;
  std::optional<Error> final_;
  bool has_turn_ = false;
  /// There may be something for the coordinator to end.
  bool has_content_ = false;
  /// With version 1: what the coordinator has added, and what it is to add.
  std::set<TopicPartition> added_;
  std::set<TopicPartition> wanted_;
  bool is_adding_ = false;
};

}  // namespace millrace::client
