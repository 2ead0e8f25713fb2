// Producer: sends records, in batches, to the partitions' leaders.
//
// Guarantees (docs/client.md has the long form). A delivery that succeeded is as durable as `acks`
// says. One that failed with timed_out, disconnected or closed may have been written all the same;
// every other failure means that nothing was. Records of one partition keep the order in which they
// were sent; with idempotence (the default) also across retries, and none is doubled.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "millrace/options.h"
#include "millrace/record.h"
#include "millrace/result.h"

namespace millrace {

class Consumer;

namespace client {
class DeliveryState;
class ProducerCore;
}  // namespace client

/// What will become of one record that was sent. Copies are cheap and mean the same record; all may
/// be used from any thread, also after the producer is gone (then every delivery has an outcome).
class Delivery {
 public:
  /// Waits for the outcome. The batch is not held back for lingering while somebody waits.
  /// Otherwise bounded by the producer's delivery_timeout. Errors: see Producer::send; wrong_state
  /// inside a delivery callback of an undecided record, which would wait for itself.
  Result<RecordMetadata> get() const;
  /// The same for at most `limit`; timed_out says nothing about the record.
  Result<RecordMetadata> get_within(milliseconds limit) const;
  /// True once get() would not wait.
  bool ready() const;

 private:
  friend class Producer;
  friend class client::ProducerCore;
  Delivery(std::shared_ptr<client::DeliveryState> state, int32_t index)
      : state_(std::move(state)), index_(index) {}

  std::shared_ptr<client::DeliveryState> state_;
  int32_t index_ = 0;
};

/// Called once per record with its outcome, on a thread of the client's (in-process perhaps the
/// sending thread), in order within a partition. It may send more records; where that would wait
/// for room it is refused with buffer_full. Must not throw.
using DeliveryCallback = std::function<void(Result<RecordMetadata>)>;

/// An offset to be committed.
struct OffsetAndMetadata {
  /// Of the next record to be read.
  int64_t offset = 0;
  /// For people; at most the broker's offset.metadata.max.bytes.
  std::string metadata = {};
  /// Of the record before it, where known (KIP-320).
  int32_t leader_epoch = -1;
};
using Offsets = std::map<TopicPartition, OffsetAndMetadata>;

/// Counters since the producer was made; gauges are of now.
struct ProducerStatistics {
  int64_t records_sent = 0;
  int64_t records_failed = 0;
  int64_t batches_sent = 0;
  int64_t bytes_sent = 0;
  int64_t retries = 0;
  int64_t records_waiting = 0;
  int64_t buffer_bytes_used = 0;
};

class Transaction;

/// Thread-safe. Made by Client::producer or Broker::producer. A value that is moved, not copied;
/// the moved-from producer is closed.
class Producer {
 public:
  Producer(Producer&&) noexcept;
  Producer& operator=(Producer&&) noexcept;
  /// Does not wait for records under way: whatever is undecided fails with `closed`. Call flush()
  /// or close() before.
  ~Producer();

  /// Takes a copy of the record and answers what will become of it. Waits for room in the buffer,
  /// and for the topic's partitions to be known, for at most max_block.
  ///
  /// The delivery's errors: invalid_argument, message_too_large, unknown_topic_or_partition,
  /// invalid_topic_exception, buffer_full, timed_out, closed, or what the broker answered
  /// (producer_fenced, corrupt_message, not_enough_replicas …). With a transactional.id:
  /// wrong_state outside of a transaction, and in one that has failed what it failed with. Send
  /// never blocks for the network otherwise.
  Delivery send(const ProducerRecord& record);

  /// The same for hot paths: nothing is kept per record but the callback.
  void send(const ProducerRecord& record, DeliveryCallback callback);

  /// Sends what there is and waits until every record sent before is decided. timed_out after
  /// `limit`; wrong_state inside a delivery callback. Failures of records are told by their
  /// deliveries, not here.
  Result<void> flush(milliseconds limit = milliseconds::max());

  /// Fences older producers with this transactional id and ends what they left open. Called by the
  /// first begin() if not before. wrong_state without a transactional.id;
  /// transactional_id_authorization_failed, invalid_transaction_timeout, timed_out.
  Result<void> init_transactions();

  /// Begins a transaction; records sent until its end belong to it. wrong_state while another one
  /// is open; producer_fenced, timed_out as init_transactions. The producer must outlive the
  /// transaction.
  Result<Transaction> begin();

  /// The partitions of a topic, asked for where not known. unknown_topic_or_partition, timed_out.
  Result<int32_t> partition_count(const std::string& topic);

  ProducerStatistics statistics() const;

  /// Flushes for at most `limit`, fails what is left with `closed`, refuses everything afterwards.
  /// An open transaction is aborted. timed_out if records were left. Closing what is closed
  /// already, by itself or with its broker, succeeds.
  Result<void> close(milliseconds limit = milliseconds(30'000));

 private:
  friend class Client;
  explicit Producer(std::shared_ptr<client::ProducerCore> core);
  std::shared_ptr<client::ProducerCore> core_;
};

/// A transaction of a producer (KIP-98, KIP-890): all its records and offsets become readable to
/// read_committed consumers, or none. Not thread-safe itself; the producer's send is. Each call
/// waits for at most the client's api_timeout, a commit for its records before that.
class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  /// Aborts, without waiting, unless commit() or abort() was called.
  ~Transaction();

  /// Commits the offsets of what `consumer` read as part of the transaction. The consumer's group
  /// membership is checked (KIP-447): illegal_generation, unknown_member_id, fenced_instance_id.
  Result<void> send_offsets(const Offsets& offsets, const Consumer& consumer);

  /// Flushes and commits. Where a record failed, aborts instead and answers that record's error.
  /// timed_out leaves the outcome unknown: call again, or abort by making a new producer.
  /// producer_fenced and invalid_producer_epoch are final. wrong_state once it is over.
  Result<void> commit();

  /// Drops what was sent; what was not sent yet fails with wrong_state. Errors as for commit;
  /// wrong_state also behind a commit that timed out.
  Result<void> abort();

 private:
  friend class Producer;
  explicit Transaction(std::shared_ptr<client::ProducerCore> core);
  Result<void> end(bool commits);

  std::shared_ptr<client::ProducerCore> core_;
  /// The program said how it ends.
  bool is_decided_ = false;
};

}  // namespace millrace
