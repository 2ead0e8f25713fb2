#include "client/producer/sender.h"

#include <algorithm>
#include <utility>

namespace millrace::client {

Sender::Sender(std::shared_ptr<ClientCore> client, std::shared_ptr<Accumulator> accumulator,
               std::shared_ptr<TopicViews> views, Terms terms)
    : client_(std::move(client)),
      gateway_(client_->make_gateway()),
      accumulator_(std::move(accumulator)),
      views_(std::move(views)),
      terms_(std::move(terms)),
      transactions_(
          terms_.transactional_id.empty()
              ? nullptr
              : std::make_unique<Transactions>(*this, accumulator_,
                                               TransactionCalls(gateway_, terms_.transactional_id,
                                                                terms_.transaction_timeout))) {}

void Sender::restart(ProducerIdentity identity) {
  identity_ = identity;
  progress_.clear();
}

bool Sender::has_gaps() const {
  return std::ranges::any_of(progress_,
                             [](const auto& each) { return each.second.sequencing.is_lost(); });
}

void Sender::wake() {
  if (is_woken_.exchange(true)) return;
  driver().post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->is_woken_ = false;
      self->pass();
    }
  });
}

void Sender::pass() {
  if (is_closed_) return;
  const SteadyTime now = driver().now();
  next_pass_ = SteadyTime::max();
  expire(now);
  if (is_in_vain()) give_up();
  while (!is_closed_ && send_some(now)) {
  }
  if (!is_closed_) arm();
}

void Sender::arm() {
  if (timer_ != 0) driver().cancel(std::exchange(timer_, 0));
  if (next_pass_ == SteadyTime::max()) return;
  timer_ = driver().schedule(next_pass_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->wake();
  });
}

void Sender::expire(SteadyTime now) {
  std::vector<BatchPtr> late;
  accumulator_->visit([&](const TopicPartition&, BatchQueue& queue) {
    while (!queue.empty() && queue.front()->deadline() <= now) {
      late.push_back(std::move(queue.front()));
      queue.pop_front();
    }
  });
  for (const BatchPtr& batch : late) fail(batch, too_late(*batch));
}

void Sender::give_up() {
  const Error why = Error(*transactions_->failure());
  std::vector<BatchPtr> taken;
  accumulator_->visit([&](const TopicPartition& name, BatchQueue& queue) {
    if (!progress_[name].in_flight.empty()) return;
    for (BatchPtr& batch : std::exchange(queue, {})) taken.push_back(std::move(batch));
  });
  for (const BatchPtr& batch : taken) fail(batch, why);
}

bool Sender::may_go(const Progress& progress, const Batch& first) {
  if (!terms_.is_idempotent) return true;
  if (first.stamped()) {
    return progress.in_flight.empty() || progress.in_flight.begin()->first > first.number();
  }
  // Those that wait behind the first have no stamp either.
  return progress.sequencing.may_overlap() || progress.in_flight.empty();
}

std::optional<int32_t> Sender::ready_leader(const TopicPartition& name, SteadyTime now) {
  const TopicDescription* const topic = gateway_->known_topic(name.topic);
  if (topic == nullptr) {
    need_topic(name.topic, now);
    return std::nullopt;
  }
  const auto found =
      std::ranges::find(topic->partitions, name.partition, &PartitionDescription::id);
  if (found == topic->partitions.end() || found->leader < 0) {
    gateway_->forget_topic(name.topic);
    need_topic(name.topic, now);
    return std::nullopt;
  }
  const int32_t leader = found->leader;
  const Node& node = nodes_[leader];
  if (!node.link || !node.link->is_open()) {
    need_link(leader, now);
    return std::nullopt;
  }
  if (node.in_flight >= terms_.max_in_flight) return std::nullopt;
  return leader;
}

std::vector<Sender::Candidate> Sender::find_candidates(SteadyTime now) {
  struct Ripe {
    TopicPartition partition;
    size_t size = 0;
  };
  std::vector<Ripe> ripe;
  accumulator_->visit([&](const TopicPartition& name, BatchQueue& queue) {
    Batch& first = *queue.front();
    look_again_at(first.deadline());
    if (first.retry_at > now) return look_again_at(first.retry_at);
    if (!accumulator_->is_ripe(queue, now)) return look_again_at(accumulator_->ripe_at(first));
    if (!may_go(progress_[name], first)) return;
    ripe.push_back({.partition = name, .size = first.size()});
  });
  std::vector<Candidate> candidates;
  for (Ripe& each : ripe) {
    const Progress& progress = progress_[each.partition];
    if (terms_.is_idempotent && progress.sequencing.needs_identity(identity_)) {
      need_identity(now);
      continue;
    }
    if (transactions_ && !transactions_->admits(each.partition)) continue;
    if (const auto leader = ready_leader(each.partition, now)) {
      candidates.push_back(
          {.partition = std::move(each.partition), .leader = *leader, .size = each.size});
    }
  }
  const auto turn = std::ranges::upper_bound(candidates, last_sent_, {}, &Candidate::partition);
  std::ranges::rotate(candidates, turn);
  return candidates;
}

bool Sender::send_some(SteadyTime now) {
  struct Load {
    std::vector<TopicPartition> partitions;
    size_t bytes = 0;
  };
  std::map<int32_t, Load> loads;
  for (Candidate& candidate : find_candidates(now)) {
    Load& load = loads[candidate.leader];
    const bool fits = load.bytes + candidate.size <= terms_.request_bytes_max;
    if (!load.partitions.empty() && !fits) continue;
    load.bytes += candidate.size;
    last_sent_ = candidate.partition;
    load.partitions.push_back(std::move(candidate.partition));
  }
  for (const auto& [leader, load] : loads) launch(leader, load.partitions);
  return !loads.empty() && !is_closed_;
}

void Sender::launch(int32_t leader, const std::vector<TopicPartition>& partitions) {
  // Kept: a callback of a batch that cannot be sealed may end the producer.
  LinkPtr link = nodes_[leader].link;
  if (!link) return;
  std::vector<BatchPtr> batches;
  size_t bytes = 0;
  for (const TopicPartition& partition : partitions) {
    const BatchPtr batch = accumulator_->take(partition);
    // Given up since it was found: what a pass asks for may fail at once.
    if (!batch) continue;
    if (auto sealed = batch->seal(); !sealed) {
      fail(batch, std::move(sealed).error());
      continue;
    }
    Progress& progress = progress_[batch->partition()];
    if (terms_.is_idempotent && !batch->stamped()) {
      batch->stamp(progress.sequencing.next(identity_, batch->record_count()));
    }
    batch->was_sent_behind = !progress.in_flight.empty();
    progress.in_flight.emplace(batch->number(), batch);
    bytes += batch->size();
    batches.push_back(batch);
  }
  if (batches.empty()) return;
  accumulator_->note_request(bytes, batches.size());
  if (transactions_) transactions_->note_sent();
  ++nodes_[leader].in_flight;
  spawn(deliver(shared_from_this(), leader, std::move(link), std::move(batches)));
}

void Sender::abort() {
  if (std::exchange(is_closed_, true)) return;
  if (timer_ != 0) driver().cancel(std::exchange(timer_, 0));
  fail_waiting(Gateway::closed_error());
  gateway_->close();
  for (const auto& [id, node] : std::exchange(nodes_, {})) {
    if (node.link) node.link->close(Gateway::closed_error());
  }
  if (transactions_) transactions_->on_change();
}

}  // namespace millrace::client
