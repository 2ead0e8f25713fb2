// RecordFetcher: keeps records ahead of a consumer's polls.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/client_core.h"
#include "client/consumer/fetch_call.h"
#include "client/consumer/partition_states.h"
#include "client/consumer/position_calls.h"

namespace millrace::client {

/// Works inside the driver, a pass at a time: whatever may have changed what is needed wakes it.
/// For each partition it finds out where to begin (the group's committed offset, a time, the
/// beginning or the end), whether the log was cut since its last record was read (KIP-320), and
/// then asks for records.
///
/// A leader has one request that waits for records, about all partitions it leads that may be
/// asked about, and none while one of them has data that no poll has begun: so none of them misses
/// the request. What comes too late for it all the same (a seek, a resumed partition) is asked
/// about in a second request that does not wait, once, and again with each poll that finds nothing.
///
/// Held by a shared_ptr, which its coroutines share. abort() ends them all.
class RecordFetcher final : public std::enable_shared_from_this<RecordFetcher> {
 public:
  struct Terms {
    /// Whose committed offsets are begun at; empty for nobody's.
    std::string group;
    OffsetReset reset = OffsetReset::latest;
    FetchTerms fetch;
  };

  RecordFetcher(std::shared_ptr<ClientCore> client, std::shared_ptr<Gateway> gateway,
                std::shared_ptr<PartitionStates> states, std::shared_ptr<Mailbox> mailbox,
                Terms terms);

  /// Any thread: a pass soon.
  void wake();
  /// Any thread: the same, for a poll that found nothing.
  void hurry();
  /// Any thread: whether a topic or partition that is not there is an error. A member's are its
  /// group's business.
  void set_missing_is_told(bool is_told) { is_missing_told_ = is_told; }

  /// Inside the driver: tells the program when the gateway is closed by others.
  void start();
  /// Inside the driver: nothing is asked or told any more.
  void abort();

 private:
  using View = PartitionStates::View;
  using Self = std::shared_ptr<RecordFetcher>;

  /// A partition and what is known of its leader.
  struct Item {
    View view;
    int32_t leader_epoch = -1;
  };
  /// What a pass has for one leader.
  struct Work {
    std::vector<Item> by_time;
    std::vector<Item> to_check;
    std::vector<Item> to_fetch;
    bool is_fresh = false;
    bool is_full = false;
  };
  struct Node {
    /// A request that waits for records is under way.
    bool is_waiting = false;
    bool is_peeking = false;
    bool is_looking_up = false;
    SteadyTime retry_at = SteadyTime::min();
    /// Whose records came last: the next request begins behind it, so that all get their turn.
    TopicPartition last_read;
  };
  struct Asking {
    bool is_asking = false;
    SteadyTime retry_at = SteadyTime::min();
  };

  Driver& driver() const { return client_->driver(); }

  // What to ask: record_fetcher.cc.
  void pass();
  std::map<int32_t, Work> sort(std::vector<View> views, SteadyTime now);
  std::optional<PartitionDescription> leader_of(const TopicPartition& name, SteadyTime now);
  static bool needs_check(const Item& item);
  void launch(int32_t leader, Work work, size_t room);
  void launch_fetch(int32_t leader, std::vector<Item> items, Lane lane, size_t room);
  void need_topic(const std::string& topic, SteadyTime now);
  void need_committed(std::vector<View> views);
  void look_again_at(SteadyTime time) { next_pass_ = std::min(next_pass_, time); }
  SteadyTime retry_at() const { return driver().now() + gateway_->options().retry_backoff; }
  void arm();

  // What came of it: record_fetcher_outcomes.cc.
  static Task<void> watch(Self self);
  static Task<void> ask_topic(Self self, std::string topic);
  static Task<void> ask_committed(Self self, std::vector<View> views);
  static Task<void> look_up(Self self, int32_t leader, std::vector<Item> by_time,
                            std::vector<Item> to_check);
  static Task<void> read(Self self, int32_t leader, Lane lane, FetchTerms terms,
                         std::vector<Item> items);
  void on_committed(const View& view, const Result<Offsets>& committed);
  void on_found(const Item& item, const PositionAnswer& answer);
  void on_checked(const Item& item, const PositionAnswer& answer);
  void on_unreachable(int32_t leader, const std::vector<Item>& items);
  void on_failed_request(int32_t leader, const std::vector<Item>& items, const Error& error);
  void on_refused(const View& view, const Error& error);
  void reset(const View& view, Error error);

  const std::shared_ptr<ClientCore> client_;
  const std::shared_ptr<Gateway> gateway_;
  const std::shared_ptr<PartitionStates> states_;
  const std::shared_ptr<Mailbox> mailbox_;
  const Terms terms_;

  std::atomic<bool> is_woken_ = false;
  std::atomic<bool> is_hungry_ = false;
  std::atomic<bool> is_missing_told_ = true;
  bool is_closed_ = false;
  bool is_asking_committed_ = false;
  std::map<int32_t, Node> nodes_;
  std::map<std::string, Asking> topics_;
  /// A poll of this pass found nothing.
  bool is_hurried_ = false;
  SteadyTime next_pass_ = SteadyTime::max();
  TimerId timer_ = 0;
};

}  // namespace millrace::client
