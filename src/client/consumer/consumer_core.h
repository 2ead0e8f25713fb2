// ConsumerCore: what stands behind a Consumer.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/home_process.h"
#include "client/client_core.h"
#include "client/consumer/group.h"
#include "client/consumer/record_fetcher.h"
#include "millrace/consumer.h"

namespace millrace::client {

/// Used by one thread at a time, which is checked; wakeup, statistics and group_identity may come
/// from any. Records are taken and decoded, and the program's callbacks run, on the thread that
/// calls; the fetcher, commits and membership work inside the client's driver.
class ConsumerCore {
 public:
  /// `options` were checked.
  ConsumerCore(std::shared_ptr<ClientCore> client, const millrace::ConsumerOptions& options,
               MakeMembership make_membership);
  ~ConsumerCore() { abandon(); }
  ConsumerCore(const ConsumerCore&) = delete;
  ConsumerCore& operator=(const ConsumerCore&) = delete;
  const HomeProcess& home() const { return home_; }

  // As in millrace/consumer.h.
  Result<void> subscribe(Subscription subscription);
  Result<void> unsubscribe();
  Result<void> assign(const std::vector<TopicPartition>& partitions);
  std::vector<TopicPartition> assignment() const { return states_->assigned(); }
  Result<ConsumerRecords> poll(milliseconds limit);
  void wakeup() { mailbox_->wake_up(); }
  Result<int64_t> position(const TopicPartition& partition);
  Result<void> seek(const TopicPartition& partition, int64_t offset);
  Result<void> seek_to_time(const std::vector<TopicPartition>& partitions, int64_t timestamp_ms);
  Result<void> set_paused(const std::vector<TopicPartition>& partitions, bool is_paused);
  std::vector<TopicPartition> paused() const { return states_->paused(); }
  Result<void> commit(const Offsets& offsets);
  Result<void> commit();
  void commit_async(const Offsets& offsets, CommitCallback callback);
  void commit_async(CommitCallback callback);
  Result<Offsets> committed(const std::vector<TopicPartition>& partitions);
  /// The first records with these timestamps or later ones, or the places that kEarliest and
  /// kLatest stand for; offset -1 where there is none.
  Result<std::map<TopicPartition, OffsetAndTimestamp>> list_offsets(
      const std::map<TopicPartition, int64_t>& timestamps_ms);
  ConsumerStatistics statistics() const { return states_->statistics(); }
  Result<void> close(milliseconds limit);

  /// By which a transaction commits offsets for this consumer. Any thread.
  GroupIdentity group_identity() const;

 private:
  enum class Mode { idle, assigned, subscribed };
  /// The calling thread uses the consumer as long as this lives; a callback of its own may too.
  class Use {
   public:
    explicit Use(ConsumerCore* core) : core_(core) {}
    Use(Use&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    ~Use();

   private:
    ConsumerCore* core_;
  };
  /// Whether wakeup() ends a wait.
  enum class Wakeups { heed, leave };

  Result<Use> enter();
  /// wrong_state inside a callback, too.
  Result<Use> enter_outermost(std::string_view what);
  /// invalid_argument without a group, too.
  Result<Use> enter_group();
  Result<void> check_wakeup();
  Result<void> check_assigned(const std::vector<TopicPartition>& partitions) const;

  // Waiting for what happens inside the driver.
  template <class T>
  struct Outcome {
    std::atomic<bool> is_there = false;
    std::optional<Result<T>> result;
  };
  template <class T, class Make>
  static Task<void> run(Make make, std::shared_ptr<Mailbox> mailbox,
                        std::shared_ptr<Outcome<T>> outcome);
  /// Runs `make()`, a Task of a Result<T>, inside the driver and waits for its end.
  template <class T, class Make>
  Result<T> wait_for(Make make, Wakeups wakeups = Wakeups::heed);
  Result<void> wait_until(const std::function<bool()>& is_there, SteadyTime deadline,
                          Wakeups wakeups);

  // poll.
  void tell_membership();
  /// Runs callbacks that are due; the failure of the membership, if any.
  Result<void> hear();
  void serve(const RebalanceCall& call);
  void call_back();
  Result<std::unique_ptr<FetchedRecords>> collect();
  Result<void> read(PartitionStates::Turn turn, FetchedRecords& into);

  // Commits.
  bool commits_by_itself() const { return group_ != nullptr && options_.auto_commit; }
  void post_commit(Committer::Commit commit);
  Result<void> commit_and_wait(const Offsets& offsets, SteadyTime deadline, Wakeups wakeups);
  void commit_where_due(SteadyTime now);
  Result<void> commit_before_giving_up(const std::vector<TopicPartition>& partitions,
                                       SteadyTime deadline);

  // What is read.
  Result<void> give_everything_up(SteadyTime deadline);
  void drop(const std::vector<TopicPartition>& partitions);
  /// Leaves the group without waiting long, ends all that is under way.
  void abandon();

  const HomeProcess home_;
  const std::shared_ptr<ClientCore> client_;
  Driver& driver_;
  const millrace::ConsumerOptions options_;
  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  const std::shared_ptr<PartitionStates> states_;
  const std::shared_ptr<Gateway> gateway_;
  const std::shared_ptr<RecordFetcher> fetcher_;
  /// Null without a group.
  const std::shared_ptr<Group> group_;

  std::atomic<std::thread::id> owner_;
  int depth_ = 0;
  Mode mode_ = Mode::idle;
  bool is_closed_ = false;
  bool is_abandoned_ = false;
  SteadyTime last_polled_;
  SteadyTime next_commit_;
  /// Of the last commit by itself.
  enum class OwnCommit : uint8_t { decided, under_way, failed };
  const std::shared_ptr<std::atomic<OwnCommit>> own_commit_ =
      std::make_shared<std::atomic<OwnCommit>>(OwnCommit::decided);
};

template <class T, class Make>
Task<void> ConsumerCore::run(Make make, std::shared_ptr<Mailbox> mailbox,
                             std::shared_ptr<Outcome<T>> outcome) {
  auto task = make();
  outcome->result.emplace(co_await task);
  outcome->is_there = true;
  mailbox->tell();
}

template <class T, class Make>
Result<T> ConsumerCore::wait_for(Make make, Wakeups wakeups) {
  const auto outcome = std::make_shared<Outcome<T>>();
  driver_.post([make = std::move(make), mailbox = mailbox_, outcome] {
    spawn(run<T>(make, mailbox, outcome));
  });
  const auto is_there = [&] { return outcome->is_there.load(); };
  MILL_CHECK(wait_until(is_there, SteadyTime::max(), wakeups));
  return *std::move(outcome->result);
}

}  // namespace millrace::client
