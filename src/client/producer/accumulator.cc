#include "client/producer/accumulator.h"

#include <algorithm>
#include <utility>

#include "base/deadline.h"
#include "client/error.h"

namespace millrace::client {

Batch& Accumulator::open_batch(const ProducerRecord& record, int32_t partition, SteadyTime now,
                               const std::shared_ptr<Sender>& sender) {
  auto found = queues_.find(ByName::View{.topic = record.topic, .partition = partition});
  if (found == queues_.end()) {
    TopicPartition name{.topic = std::string(record.topic), .partition = partition};
    found = queues_.try_emplace(std::move(name)).first;
  }
  auto& [name, queue] = *found;
  if (!queue.empty()) {
    Batch& last = *queue.back();
    if (!last.is_closed && last.size() + Batch::bytes_of(record) <= limits_.batch_bytes) {
      return last;
    }
    last.is_closed = true;
  }
  auto state = std::make_shared<DeliveryState>(name, sender);
  undecided_.insert(state);
  Batch::Terms terms{.partition = name,
                     .compression = limits_.compression,
                     .is_transactional = limits_.is_transactional,
                     .number = next_number_++,
                     .expected_count = static_cast<size_t>(expected_count_),
                     .created = now,
                     .deadline = later(now, limits_.delivery_timeout),
                     .backoff = limits_.backoff,
                     .memory = memory_};
  queue.push_back(std::make_shared<Batch>(std::move(terms), std::move(state)));
  queue.back()->charged = record::kBatchHeaderSize;
  statistics_.buffer_bytes_used += record::kBatchHeaderSize;
  return *queue.back();
}

Result<std::optional<Accumulator::Added>> Accumulator::add(const ProducerRecord& record,
                                                           int32_t partition, Moment moment,
                                                           DeliveryCallback& callback,
                                                           const std::shared_ptr<Sender>& sender,
                                                           const std::shared_ptr<Event>& room) {
  const size_t size = Batch::bytes_of(record);
  const std::lock_guard lock(mutex_);
  if (refusal_) return *refusal_;
  const auto used = static_cast<size_t>(statistics_.buffer_bytes_used);
  if (used + size + record::kBatchHeaderSize > limits_.buffer_bytes) {
    if (room) waiting_.push_back(room);
    return std::optional<Added>();
  }
  Batch& batch = open_batch(record, partition, moment.now, sender);
  const bool is_new = batch.record_count() == 0;
  Added added;
  if (!callback) added.state = batch.state();
  added.index = batch.add(record, moment.timestamp_ms, std::move(callback));
  batch.charged += size;
  statistics_.buffer_bytes_used += static_cast<int64_t>(size);
  ++statistics_.records_waiting;
  if (batch.size() >= limits_.batch_bytes) batch.is_closed = true;
  added.is_news = is_new || batch.is_closed;
  return std::optional(std::move(added));
}

void Accumulator::visit(const Visit& visit) {
  const std::lock_guard lock(mutex_);
  for (auto at = queues_.begin(); at != queues_.end();) {
    visit(at->first, at->second);
    at = at->second.empty() ? queues_.erase(at) : std::next(at);
  }
}

BatchPtr Accumulator::take(const TopicPartition& partition) {
  const std::lock_guard lock(mutex_);
  const auto found = queues_.find(partition);
  if (found == queues_.end()) return nullptr;
  BatchPtr first = std::move(found->second.front());
  found->second.pop_front();
  if (found->second.empty()) queues_.erase(found);
  return first;
}

SteadyTime Accumulator::ripe_at(const Batch& batch) const {
  return later(batch.created(), limits_.linger);
}

bool Accumulator::is_ripe(const BatchQueue& queue, SteadyTime now) const {
  const Batch& first = *queue.front();
  // Whoever waits for room waits for the oldest batches.
  return queue.size() > 1 || first.is_closed || first.state()->is_hurried() || !waiting_.empty() ||
         is_closed_ || ripe_at(first) <= now;
}

void Accumulator::put_back(BatchPtr batch) {
  const std::lock_guard lock(mutex_);
  auto& queue = queues_[batch->partition()];
  const auto at = std::ranges::find_if(
      queue, [&](const BatchPtr& other) { return other->number() > batch->number(); });
  queue.insert(at, std::move(batch));
  // A batch behind one that was not written was not written either.
  bool is_behind_unstamped = false;
  for (const BatchPtr& each : queue) {
    if (is_behind_unstamped) each->unstamp();
    is_behind_unstamped = is_behind_unstamped || !each->stamped();
  }
}

void Accumulator::release(const Batch& batch, bool is_sent) {
  std::vector<std::shared_ptr<Event>> waiting;
  {
    const std::lock_guard lock(mutex_);
    statistics_.buffer_bytes_used -= static_cast<int64_t>(batch.charged);
    statistics_.records_waiting -= batch.record_count();
    expected_count_ = batch.record_count();
    (is_sent ? statistics_.records_sent : statistics_.records_failed) += batch.record_count();
    waiting = std::exchange(waiting_, {});
  }
  for (const auto& room : waiting) room->set();
}

void Accumulator::forget(const Batch& batch) {
  const std::lock_guard lock(mutex_);
  undecided_.erase(batch.state());
}

void Accumulator::note_request(size_t bytes, size_t batches) {
  const std::lock_guard lock(mutex_);
  statistics_.bytes_sent += static_cast<int64_t>(bytes);
  statistics_.batches_sent += static_cast<int64_t>(batches);
}

void Accumulator::note_retry() {
  const std::lock_guard lock(mutex_);
  ++statistics_.retries;
}

std::vector<std::shared_ptr<DeliveryState>> Accumulator::hurry_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& state : undecided_) (void)state->hurry();
  return {undecided_.begin(), undecided_.end()};
}

void Accumulator::leave(const std::shared_ptr<Event>& room) {
  const std::lock_guard lock(mutex_);
  std::erase(waiting_, room);
}

bool Accumulator::is_idle() const {
  const std::lock_guard lock(mutex_);
  return undecided_.empty();
}

void Accumulator::refuse(Error why, bool is_for_good) {
  std::vector<std::shared_ptr<Event>> waiting;
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return;
    refusal_ = std::move(why);
    is_closed_ = is_for_good;
    waiting = std::exchange(waiting_, {});
  }
  for (const auto& room : waiting) room->set();
}

void Accumulator::admit() {
  const std::lock_guard lock(mutex_);
  if (!is_closed_) refusal_.reset();
}

void Accumulator::close() {
  refuse(client_error(ClientErrc::closed, "the producer is closed"), true);
}

ProducerStatistics Accumulator::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

}  // namespace millrace::client
