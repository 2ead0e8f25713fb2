// Accumulator: records that wait to be sent, in batches by partition, within a bounded memory.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/producer/batch.h"

namespace millrace::client {

/// Batches of one partition in the order of their numbers; only the last one is open.
using BatchQueue = std::deque<BatchPtr>;

/// Thread-safe: programs add, the sender takes. Its lock is a leaf, held across the encoding of one
/// record at most.
class Accumulator {
 public:
  struct Limits {
    size_t batch_bytes = 0;
    size_t buffer_bytes = 0;
    Milliseconds linger{0};
    Milliseconds delivery_timeout{0};
    record::Compression compression;
    bool is_transactional = false;
    Backoff backoff;
  };
  struct Added {
    /// Null where a callback was given.
    std::shared_ptr<DeliveryState> state;
    int32_t index = 0;
    /// The sender has something to do, or to wait for, that it does not know of.
    bool is_news = false;
  };
  struct Moment {
    SteadyTime now;
    int64_t timestamp_ms = 0;
  };

  explicit Accumulator(Limits limits) : limits_(limits) {}

  /// Nothing where there is no room; then `room`, if given, is set when there may be some. Refused
  /// after refuse() and close(). The callback is taken only with the record.
  Result<std::optional<Added>> add(const ProducerRecord& record, int32_t partition, Moment moment,
                                   DeliveryCallback& callback,
                                   const std::shared_ptr<Sender>& sender,
                                   const std::shared_ptr<Event>& room);

  /// Calls `visit` for each partition with waiting batches, under the lock; it may take some.
  using Visit = std::function<void(const TopicPartition&, BatchQueue&)>;
  void visit(const Visit& visit);
  /// The first waiting batch of a partition; null where none waits.
  BatchPtr take(const TopicPartition& partition);
  /// Whether the first batch of a queue need not wait any more; inside visit only.
  bool is_ripe(const BatchQueue& queue, SteadyTime now) const;
  SteadyTime ripe_at(const Batch& batch) const;
  /// Puts a batch back where its number belongs.
  void put_back(BatchPtr batch);

  /// A batch was decided: its memory is free.
  void release(const Batch& batch, bool is_sent);
  /// Its callbacks have returned as well.
  void forget(const Batch& batch);
  void note_request(size_t bytes, size_t batches);
  void note_retry();

  /// Ends lingering for all records added before; those whose end is still to come.
  std::vector<std::shared_ptr<DeliveryState>> hurry_all();
  /// Somebody waits for room no more.
  void leave(const std::shared_ptr<Event>& room);
  /// Whether all records are decided and their callbacks have returned.
  bool is_idle() const;
  /// Refuses records with this from now on; until admit(), where that is not for good.
  void refuse(Error why, bool is_for_good = false);
  void admit();
  /// Refuses records with `closed` for good.
  void close();
  ProducerStatistics statistics() const;

 private:
  /// Finds queues without a copy of the topic's name.
  struct ByName {
    using is_transparent = void;
    struct View {
      std::string_view topic;
      int32_t partition = 0;
      auto operator<=>(const View&) const = default;
    };
    static View view(const TopicPartition& name) { return {name.topic, name.partition}; }
    static const View& view(const View& name) { return name; }
    bool operator()(const auto& a, const auto& b) const { return view(a) < view(b); }
  };

  Batch& open_batch(const ProducerRecord& record, int32_t partition, SteadyTime now,
                    const std::shared_ptr<Sender>& sender);

  const Limits limits_;
  const std::shared_ptr<BatchMemory> memory_ = std::make_shared<BatchMemory>();
  mutable std::mutex mutex_;
  bool is_closed_ = false;
  std::optional<Error> refusal_;
  int64_t next_number_ = 0;
  /// As the last batch had that was decided.
  int32_t expected_count_ = 0;
  /// Those with a batch: what nobody sends to costs nothing.
  std::map<TopicPartition, BatchQueue, ByName> queues_;
  std::set<std::shared_ptr<DeliveryState>> undecided_;
  /// Of those who wait for room; they are all woken by the next release.
  std::vector<std::shared_ptr<Event>> waiting_;
  ProducerStatistics statistics_;
};

}  // namespace millrace::client
