// Sender: brings batches to the leaders of their partitions until each has an outcome.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/client_core.h"
#include "client/producer/accumulator.h"
#include "client/producer/produce_call.h"
#include "client/producer/sequencing.h"
#include "client/producer/topic_views.h"
#include "client/producer/transactions.h"

namespace millrace::client {

/// Works inside the driver, a pass at a time: whatever may have changed what can be sent wakes it.
/// Batches of a partition are sent in the order of their numbers. Where the producer is idempotent
/// a batch that is tried again waits until all before it are decided, and keeps its stamp until the
/// broker has said that it never saw it; so nothing is doubled and nothing changes places.
///
/// Held by a shared_ptr, which its coroutines share. abort() ends them all; whoever made the sender
/// calls it at the end, so that every delivery has an outcome.
class Sender final : public std::enable_shared_from_this<Sender> {
 public:
  struct Terms {
    ProduceTerms produce;
    bool is_idempotent = true;
    int32_t max_in_flight = 5;
    int32_t retries = INT32_MAX;
    size_t request_bytes_max = 0;
    Milliseconds delivery_timeout{0};
    /// Empty for a producer without transactions.
    std::string transactional_id;
    Milliseconds transaction_timeout{0};
  };

  Sender(std::shared_ptr<ClientCore> client, std::shared_ptr<Accumulator> accumulator,
         std::shared_ptr<TopicViews> views, Terms terms);

  /// Any thread.
  Driver& driver() const { return client_->driver(); }
  /// Any thread: a pass soon.
  void wake();
  /// Any thread: asks for the topic's partitions, behind the caller's back.
  void learn(std::string topic);
  /// Any thread, not inside: the topic's partitions. As Gateway::topic.
  Result<std::shared_ptr<const TopicView>> find_out(const std::string& topic, SteadyTime deadline);

  // For the transactions, inside the driver.

  /// Null where there are none.
  Transactions* transactions() const { return transactions_.get(); }
  bool is_closed() const { return is_closed_; }
  SteadyTime request_deadline() const { return gateway_->request_deadline(SteadyTime::max()); }
  /// Numbers begin anew, under another id or epoch. Only when no record is undecided.
  void restart(ProducerIdentity identity);
  /// Whether a number was given to a record that was given up.
  bool has_gaps() const;

  /// Inside the driver: fails all that is undecided and everything later, with `closed`.
  void abort();

 private:
  /// What is under way of one partition, by number.
  struct Progress {
    std::map<int64_t, BatchPtr> in_flight;
    Sequencing sequencing;
  };
  struct Node {
    LinkPtr link;
    bool is_connecting = false;
    int32_t in_flight = 0;
    SteadyTime retry_at = SteadyTime::min();
  };
  struct Asking {
    bool is_asking = false;
    SteadyTime retry_at = SteadyTime::min();
  };
  /// A batch that may be sent now.
  struct Candidate {
    TopicPartition partition;
    int32_t leader = -1;
    size_t size = 0;
  };
  using Self = std::shared_ptr<Sender>;

  // What to send: sender.cc.
  bool is_in_vain() const { return transactions_ && transactions_->failure(); }
  void pass();
  void expire(SteadyTime now);
  /// Fails what belongs to a transaction that has failed, behind what is under way.
  void give_up();
  std::vector<Candidate> find_candidates(SteadyTime now);
  bool may_go(const Progress& progress, const Batch& first);
  std::optional<int32_t> ready_leader(const TopicPartition& name, SteadyTime now);
  /// One request a leader; false where there was nothing to send.
  bool send_some(SteadyTime now);
  void launch(int32_t leader, const std::vector<TopicPartition>& partitions);
  void look_again_at(SteadyTime time) { next_pass_ = std::min(next_pass_, time); }
  void arm();

  // What it takes to send: sender_needs.cc.
  void need_topic(const std::string& topic, SteadyTime now);
  void need_link(int32_t id, SteadyTime now);
  void need_identity(SteadyTime now);
  static Task<void> ask_topic(Self self, std::string topic);
  static Task<void> connect(Self self, int32_t id);
  static Task<void> ask_identity(Self self);
  static Task<Result<ProducerIdentity>> init_producer_id(Gateway& gateway, SteadyTime deadline);
  void on_trouble(const Error& error) { last_trouble_ = error.to_string(); }

  // What came of it: sender_outcomes.cc.
  static Task<void> deliver(Self self, int32_t leader, LinkPtr link, std::vector<BatchPtr> batches);
  void on_failed_request(const BatchPtr& batch, const Error& error);
  void on_refused(const BatchPtr& batch, Error error);
  /// Where a sequence number was refused: whether the batch may be tried again.
  bool may_renumber(Batch& batch, const Error& error);
  void try_again(const BatchPtr& batch, Error error);
  void succeed(const BatchPtr& batch, DeliveryState::Written written);
  void fail(const BatchPtr& batch, Error error);
  void call_back(const BatchPtr& batch);
  /// Fails what waits, of one topic or of all.
  void fail_waiting(const Error& error, const std::string* topic = nullptr);
  Error too_late(const Batch& batch) const;

  const std::shared_ptr<ClientCore> client_;
  const std::shared_ptr<Gateway> gateway_;
  const std::shared_ptr<Accumulator> accumulator_;
  const std::shared_ptr<TopicViews> views_;
  const Terms terms_;

  std::atomic<bool> is_woken_ = false;
  bool is_closed_ = false;
  std::map<TopicPartition, Progress> progress_;
  std::map<int32_t, Node> nodes_;
  std::map<std::string, Asking> topics_;
  ProducerIdentity identity_;
  Asking identity_asking_;
  const std::unique_ptr<Transactions> transactions_;
  /// Who was sent last: the next request begins behind it, so that all partitions get their turn.
  TopicPartition last_sent_;
  SteadyTime next_pass_ = SteadyTime::max();
  TimerId timer_ = 0;
  /// For the error of a record that was never sent.
  std::string last_trouble_;
};

}  // namespace millrace::client
