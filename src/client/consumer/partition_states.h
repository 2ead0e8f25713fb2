// PartitionStates: where a consumer stands in each of its partitions, and what was fetched ahead.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/consumer/fetched_data.h"
#include "client/consumer/mailbox.h"
#include "millrace/clock.h"

namespace millrace::client {

/// Thread-safe; its lock is a leaf. The program's thread says what is read and takes what has come;
/// the fetcher, inside the driver, asks what is needed and brings it. Whatever makes reading go on
/// elsewhere gives a partition a new version: an answer to an older one is dropped.
///
/// What the fetcher brings wakes whoever waits at the mailbox. An error of a partition keeps the
/// fetcher off it until the program was told.
class PartitionStates {
 public:
  PartitionStates(std::shared_ptr<Mailbox> mailbox, size_t prefetch_bytes)
      : mailbox_(std::move(mailbox)), prefetch_bytes_(prefetch_bytes) {}

  // ---- The program's side -------------------------------------------------------------------

  /// These come too, from what the group has committed; those that are there already stay as they
  /// are.
  void add(const std::vector<TopicPartition>& partitions);
  void remove(const std::vector<TopicPartition>& partitions);
  bool contains(const TopicPartition& partition) const;
  std::vector<TopicPartition> assigned() const;
  std::vector<TopicPartition> paused() const;
  void set_paused(const std::vector<TopicPartition>& partitions, bool is_paused);

  /// The next record to be polled is at the position.
  void seek(const TopicPartition& partition, Position position);
  /// The same where only a time is known (kEarliest, kLatest and others), to be looked up.
  void seek_to_time(const TopicPartition& partition, int64_t timestamp_ms);
  /// Nothing while it is looked up; an error that stands in the way is told, once.
  Result<std::optional<Position>> position(const TopicPartition& partition);
  /// Of those of `partitions` that have one.
  Offsets positions(const std::vector<TopicPartition>& partitions) const;

  /// What a partition has for a poll. Its data is the poll's until the turn ends.
  struct Turn {
    std::shared_ptr<const TopicPartition> name;
    std::unique_ptr<FetchedData> data;
    /// In place of data.
    std::optional<Error> error;
  };
  /// The first that is not paused, or nothing. Where `errors_too` is false an error stays for later
  /// and ends the row.
  std::optional<Turn> take_turn(bool errors_too);
  /// The data of a turn were opened: the next fetch begins behind them.
  void note_opened(const Turn& turn);
  /// Ends a turn: its position is where the data was read to. `failed` drops what was fetched, so
  /// that it is asked for once more.
  void end_turn(Turn turn, bool failed);
  void note_polled(const FetchedRecords& records);

  // ---- The fetcher's side -------------------------------------------------------------------

  enum class Lookup : uint8_t { none, committed, by_time };
  /// A partition as a pass sees it.
  struct View {
    std::shared_ptr<const TopicPartition> name;
    int64_t version = 0;
    /// What must be found out before records can be asked for.
    Lookup lookup = Lookup::none;
    int64_t timestamp_ms = 0;
    /// Where the next fetch begins.
    Position from;
    /// The leader epoch under which that place was found to be in the log.
    int32_t checked_under = -1;
    /// Not asked about since it has this version, or was resumed.
    bool is_fresh = false;
    /// Has data that no poll has begun: nothing more is asked for.
    bool is_full = false;
  };
  /// Those that need something, or are full, and are neither under way nor in the way of an error;
  /// `look_again` becomes the time when another one may be tried again, where that is earlier.
  std::vector<View> look(SteadyTime now, SteadyTime& look_again) const;

  /// A request about this version is under way; every other call below about it ends that.
  void begin(const View& view);
  void end(const View& view, SteadyTime retry_at = SteadyTime::min());
  void deliver(const View& view, std::unique_ptr<FetchedData> data);
  void fail(const View& view, Error error);
  /// Nothing of these is asked for or handed out any more; the program is yet to remove them.
  void stop(const std::vector<TopicPartition>& partitions);

  /// The place was looked up.
  void locate(const View& view, Position position);
  /// It is to be looked up by this time; not before all that was fetched is polled, until then it
  /// is tried again.
  void look_up(const View& view, int64_t timestamp_ms, SteadyTime retry_at);
  /// The place was found in the log under this leader epoch.
  void check(const View& view, int32_t leader_epoch);
  /// The log was cut: under this leader epoch it agrees with what was read up to `end` only. What
  /// was fetched is dropped, and a position behind `end` goes back to it; where there is an `error`
  /// for that it stays, and the program is told.
  void diverge(const View& view, Position end, int32_t leader_epoch,
               const std::optional<Error>& error);
  /// Fails the topic's partitions from this one on, but for those about which a request is under
  /// way.
  void fail_topic(const std::string& topic, int32_t from, const Error& error);

  /// How much more may be fetched ahead; where nothing is left, paused partitions give theirs up.
  size_t room();
  void note_fetch();
  void note_commit();
  void note_rebalance();
  ConsumerStatistics statistics() const;

 private:
  struct State {
    std::shared_ptr<const TopicPartition> name;
    int64_t version = 0;
    Lookup lookup = Lookup::committed;
    int64_t timestamp_ms = 0;
    Position position;
    Position from;
    int32_t checked_under = -1;
    bool is_paused = false;
    /// About to be removed.
    bool is_stopped = false;
    bool is_under_way = false;
    /// A poll reads the first of the data now.
    bool is_taken = false;
    /// And has yet to open it: where it ends, and the next fetch begins, is not known.
    bool is_opening = false;
    bool is_fresh = true;
    SteadyTime retry_at = SteadyTime::min();
    std::deque<std::unique_ptr<FetchedData>> data;
    std::optional<Error> error;

    bool is_quiet() const { return is_paused || is_stopped; }
    bool is_full() const { return is_opening || (!data.empty() && !data.back()->is_open()); }
  };

  State* find(const TopicPartition& partition);
  /// Null where the version is over; no longer under way otherwise.
  State* settle(const View& view);
  /// Under a new version, without what was fetched.
  void renew(State& state);
  void restart(State& state, Position position);
  void set_error(State& state, Error error);

  const std::shared_ptr<Mailbox> mailbox_;
  const size_t prefetch_bytes_;
  mutable std::mutex mutex_;
  std::map<TopicPartition, State> states_;
  int64_t last_version_ = 0;
  /// Whose turn it is: one entry for each piece of data and each error, in the order they came.
  std::deque<State*> turns_;
  ConsumerStatistics statistics_;
};

}  // namespace millrace::client
