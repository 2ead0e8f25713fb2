#include "broker/fetch.h"

#include <algorithm>

#include "broker/broker.h"

namespace millrace::broker {

bool FetchWaiter::add_bytes(int64_t bytes) {
  if (bytes_missing_.fetch_sub(bytes) > bytes) return false;
  return finish();
}

bool FetchWaiter::finish() { return !done_.exchange(true); }

namespace {

/// One fetch from its first read to its answer. Kept alive by whatever may still wake it: the
/// partitions, the timer, the call itself.
class FetchOperation : public std::enable_shared_from_this<FetchOperation> {
 public:
  FetchOperation(Broker& broker, FetchSpec spec, FetchCallback callback)
      : broker_(broker), spec_(std::move(spec)), callback_(std::move(callback)) {}

  void start() {
    resolve();
    read_all();
    const bool answer_now = failed_ || diverged_ || spec_.targets.empty() ||
                            spec_.wait_max <= Milliseconds(0) || bytes_ >= spec_.bytes_min;
    if (answer_now) return answer();
    wait();
  }

 private:
  void resolve() {
    partitions_.resize(spec_.targets.size());
    unresolved_.assign(spec_.targets.size(), ErrorCode::none);
    for (size_t i = 0; i < partitions_.size(); ++i) unresolved_[i] = resolve(i);
  }

  ErrorCode resolve(size_t at) {
    const FetchTarget& target = spec_.targets[at];
    const auto topic = broker_.catalog().find(target.topic);
    if (topic) partitions_[at] = topic->partition(target.partition);
    if (!partitions_[at]) return ErrorCode::unknown_topic_or_partition;
    // A session remembers names: the topic was deleted and made anew since.
    if (!target.topic_id.is_zero() && topic->id != target.topic_id) {
      partitions_[at] = nullptr;
      return ErrorCode::inconsistent_topic_id;
    }
    return ErrorCode::none;
  }

  void read_all() {
    results_.assign(spec_.targets.size(), {});
    bytes_ = 0;
    int64_t room = std::min(spec_.bytes_max, broker_.config()->int32("fetch.max.bytes"));
    for (size_t i = 0; i < results_.size(); ++i) {
      const FetchTarget& target = spec_.targets[i];
      if (!partitions_[i]) {
        results_[i].error = unresolved_[i];
        failed_ = true;
        continue;
      }
      auto data = partitions_[i]->read({.from = target.from,
                                        .current_leader_epoch = target.current_leader_epoch,
                                        .last_fetched_epoch = target.last_fetched_epoch,
                                        .bytes_max = std::min<int64_t>(room, target.bytes_max),
                                        // KIP-74: the first batch of the whole answer always comes.
                                        .at_least_one = bytes_ == 0,
                                        .isolation = spec_.isolation});
      if (!data) {
        results_[i].error = data.error().kafka_code().value_or(ErrorCode::kafka_storage_error);
        failed_ = true;
        continue;
      }
      diverged_ |= data->diverging_epoch.has_value();
      bytes_ += data->bytes;
      room = std::max<int64_t>(0, room - data->bytes);
      results_[i].data = *std::move(data);
    }
  }

  void wait() {
    const auto waiter = std::make_shared<FetchWaiter>(
        spec_.bytes_min - bytes_, [self = shared_from_this()] { self->complete(); });
    waiter_ = waiter.get();
    // From the first registration on another thread may complete this operation: what is needed
    // below is copied first, because completing reads anew.
    std::vector<int64_t> stamps;
    stamps.reserve(results_.size());
    for (const auto& result : results_) stamps.push_back(result.data.readable_stamp);
    timer_ = broker_.timers().schedule(broker_.clock().steady_now() + spec_.wait_max, [waiter] {
      if (waiter->finish()) waiter->wake();
    });
    for (size_t i = 0; i < partitions_.size(); ++i) {
      partitions_[i]->add_waiter(waiter, spec_.isolation, stamps[i]);
    }
    // Completed meanwhile, it may have missed the timer and the later partitions.
    if (waiter->finished()) stop_waiting();
  }

  void stop_waiting() {
    broker_.timers().cancel(timer_);
    for (const auto& partition : partitions_) partition->remove_waiter(*waiter_);
  }

  void complete() {
    stop_waiting();
    read_all();
    answer();
  }

  void answer() {
    for (size_t i = 0; i < results_.size(); ++i) {
      if (results_[i].data.bytes > 0) partitions_[i]->note_fetched(results_[i].data.bytes);
    }
    callback_(std::move(results_));
  }

  Broker& broker_;
  FetchSpec spec_;
  FetchCallback callback_;
  std::vector<PartitionPtr> partitions_;
  /// Why a partition is null.
  std::vector<ErrorCode> unresolved_;
  std::vector<FetchedPartition> results_;
  int64_t bytes_ = 0;
  bool failed_ = false;
  bool diverged_ = false;
  // Names the waiter; not owned, because the waiter owns this operation.
  const FetchWaiter* waiter_ = nullptr;
  std::atomic<TimerId> timer_ = 0;
};

}  // namespace

void fetch(Broker& broker, FetchSpec spec, FetchCallback callback) {
  std::make_shared<FetchOperation>(broker, std::move(spec), std::move(callback))->start();
}

}  // namespace millrace::broker
