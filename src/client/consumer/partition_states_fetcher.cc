// What the fetcher asks of the states of partitions, and what it brings them.
#include <algorithm>
#include <utility>

#include "client/consumer/partition_states.h"

namespace millrace::client {

std::vector<PartitionStates::View> PartitionStates::look(SteadyTime now,
                                                         SteadyTime& look_again) const {
  const std::lock_guard lock(mutex_);
  std::vector<View> views;
  for (const auto& [name, state] : states_) {
    const bool is_idle = state.is_paused && state.lookup == Lookup::none;
    if (is_idle || state.is_stopped || state.is_under_way || state.error) continue;
    if (state.retry_at > now) {
      look_again = std::min(look_again, state.retry_at);
      continue;
    }
    views.push_back({.name = state.name,
                     .version = state.version,
                     .lookup = state.lookup,
                     .timestamp_ms = state.timestamp_ms,
                     .from = state.from,
                     .checked_under = state.checked_under,
                     .is_fresh = state.is_fresh,
                     .is_full = state.is_full()});
  }
  return views;
}

void PartitionStates::begin(const View& view) {
  const std::lock_guard lock(mutex_);
  State* const state = settle(view);
  if (state == nullptr) return;
  state->is_under_way = true;
  state->is_fresh = false;
}

PartitionStates::State* PartitionStates::settle(const View& view) {
  State* const state = find(*view.name);
  if (state == nullptr || state->version != view.version) return nullptr;
  state->is_under_way = false;
  return state;
}

void PartitionStates::end(const View& view, SteadyTime retry_at) {
  const std::lock_guard lock(mutex_);
  if (State* const state = settle(view)) state->retry_at = retry_at;
}

void PartitionStates::deliver(const View& view, std::unique_ptr<FetchedData> data) {
  {
    const std::lock_guard lock(mutex_);
    State* const state = settle(view);
    if (state == nullptr) return;
    statistics_.prefetched_bytes += static_cast<int64_t>(data->size());
    state->data.push_back(std::move(data));
    turns_.push_back(state);
  }
  mailbox_->tell();
}

void PartitionStates::set_error(State& state, Error error) {
  if (state.error) return;
  state.error = std::move(error);
  turns_.push_back(&state);
}

void PartitionStates::fail(const View& view, Error error) {
  {
    const std::lock_guard lock(mutex_);
    State* const state = settle(view);
    if (state == nullptr) return;
    set_error(*state, std::move(error));
  }
  mailbox_->tell();
}

void PartitionStates::fail_topic(const std::string& topic, int32_t from, const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    for (auto& [name, state] : states_) {
      const bool is_meant = name.topic == topic && name.partition >= from;
      if (is_meant && !state.is_under_way) set_error(state, error);
    }
  }
  mailbox_->tell();
}

void PartitionStates::stop(const std::vector<TopicPartition>& partitions) {
  const std::lock_guard lock(mutex_);
  for (const TopicPartition& partition : partitions) {
    if (State* const state = find(partition)) state->is_stopped = true;
  }
}

void PartitionStates::locate(const View& view, Position position) {
  {
    const std::lock_guard lock(mutex_);
    State* const state = settle(view);
    if (state == nullptr) return;
    restart(*state, position);
    state->checked_under = -1;
  }
  mailbox_->tell();
}

void PartitionStates::look_up(const View& view, int64_t timestamp_ms, SteadyTime retry_at) {
  const std::lock_guard lock(mutex_);
  State* const state = settle(view);
  if (state == nullptr) return;
  if (state->is_taken || !state->data.empty()) {
    state->retry_at = retry_at;
    return;
  }
  state->lookup = Lookup::by_time;
  state->timestamp_ms = timestamp_ms;
  state->is_fresh = true;
}

void PartitionStates::check(const View& view, int32_t leader_epoch) {
  const std::lock_guard lock(mutex_);
  State* const state = settle(view);
  if (state == nullptr) return;
  state->checked_under = leader_epoch;
  state->is_fresh = true;
}

void PartitionStates::diverge(const View& view, Position end, int32_t leader_epoch,
                              const std::optional<Error>& error) {
  {
    const std::lock_guard lock(mutex_);
    State* const state = settle(view);
    // A poll that reads now ends soon; then the same is found once more.
    if (state == nullptr || state->is_taken) return;
    if (state->position.offset <= end.offset) {
      restart(*state, state->position);
      state->checked_under = leader_epoch;
    } else if (error) {
      set_error(*state, *error);
    } else {
      restart(*state, end);
      state->checked_under = leader_epoch;
    }
  }
  mailbox_->tell();
}

size_t PartitionStates::room() {
  const std::lock_guard lock(mutex_);
  const auto used = [this] { return static_cast<size_t>(statistics_.prefetched_bytes); };
  if (used() < prefetch_bytes_) return prefetch_bytes_ - used();
  for (auto& [name, state] : states_) {
    if (state.is_quiet() && !state.data.empty()) restart(state, state.position);
  }
  return prefetch_bytes_ - std::min(prefetch_bytes_, used());
}

void PartitionStates::note_fetch() {
  const std::lock_guard lock(mutex_);
  ++statistics_.fetches;
}

void PartitionStates::note_commit() {
  const std::lock_guard lock(mutex_);
  ++statistics_.commits;
}

void PartitionStates::note_rebalance() {
  const std::lock_guard lock(mutex_);
  ++statistics_.rebalances;
}

}  // namespace millrace::client
