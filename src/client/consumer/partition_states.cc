#include "client/consumer/partition_states.h"

#include <algorithm>
#include <utility>

namespace millrace::client {

void PartitionStates::add(const std::vector<TopicPartition>& partitions) {
  const std::lock_guard lock(mutex_);
  for (const TopicPartition& partition : partitions) {
    const auto [place, is_new] = states_.try_emplace(partition);
    if (!is_new) continue;
    place->second.name = std::make_shared<const TopicPartition>(partition);
    place->second.version = ++last_version_;
  }
}

void PartitionStates::remove(const std::vector<TopicPartition>& partitions) {
  const std::lock_guard lock(mutex_);
  for (const TopicPartition& partition : partitions) {
    State* const state = find(partition);
    if (state == nullptr) continue;
    renew(*state);
    states_.erase(partition);
  }
}

bool PartitionStates::contains(const TopicPartition& partition) const {
  const std::lock_guard lock(mutex_);
  return states_.contains(partition);
}

std::vector<TopicPartition> PartitionStates::assigned() const {
  const std::lock_guard lock(mutex_);
  std::vector<TopicPartition> names;
  for (const auto& [name, state] : states_) names.push_back(name);
  return names;
}

std::vector<TopicPartition> PartitionStates::paused() const {
  const std::lock_guard lock(mutex_);
  std::vector<TopicPartition> names;
  for (const auto& [name, state] : states_) {
    if (state.is_paused) names.push_back(name);
  }
  return names;
}

void PartitionStates::set_paused(const std::vector<TopicPartition>& partitions, bool is_paused) {
  const std::lock_guard lock(mutex_);
  for (const TopicPartition& partition : partitions) {
    State* const state = find(partition);
    if (state == nullptr || state->is_paused == is_paused) continue;
    state->is_paused = is_paused;
    state->is_fresh = true;
  }
}

PartitionStates::State* PartitionStates::find(const TopicPartition& partition) {
  const auto found = states_.find(partition);
  return found == states_.end() ? nullptr : &found->second;
}

void PartitionStates::renew(State& state) {
  state.version = ++last_version_;
  state.is_under_way = false;
  state.is_fresh = true;
  state.retry_at = SteadyTime::min();
  state.error.reset();
  for (const auto& data : std::exchange(state.data, {})) {
    statistics_.prefetched_bytes -= static_cast<int64_t>(data->size());
  }
  std::erase(turns_, &state);
}

void PartitionStates::restart(State& state, Position position) {
  renew(state);
  state.lookup = Lookup::none;
  state.position = position;
  state.from = position;
}

void PartitionStates::seek(const TopicPartition& partition, Position position) {
  const std::lock_guard lock(mutex_);
  State* const state = find(partition);
  if (state == nullptr) return;
  restart(*state, position);
  state->checked_under = -1;
}

void PartitionStates::seek_to_time(const TopicPartition& partition, int64_t timestamp_ms) {
  const std::lock_guard lock(mutex_);
  State* const state = find(partition);
  if (state == nullptr) return;
  renew(*state);
  state->lookup = Lookup::by_time;
  state->timestamp_ms = timestamp_ms;
}

Result<std::optional<Position>> PartitionStates::position(const TopicPartition& partition) {
  const std::lock_guard lock(mutex_);
  State* const state = find(partition);
  if (state == nullptr) return std::optional<Position>();
  if (state->lookup == Lookup::none) return std::optional(state->position);
  if (!state->error) return std::optional<Position>();
  std::erase(turns_, state);
  return *std::exchange(state->error, std::nullopt);
}

Offsets PartitionStates::positions(const std::vector<TopicPartition>& partitions) const {
  const std::lock_guard lock(mutex_);
  Offsets offsets;
  for (const TopicPartition& partition : partitions) {
    const auto found = states_.find(partition);
    if (found == states_.end() || found->second.lookup != Lookup::none) continue;
    const Position& position = found->second.position;
    offsets[partition] = {.offset = position.offset, .leader_epoch = position.leader_epoch};
  }
  return offsets;
}

std::optional<PartitionStates::Turn> PartitionStates::take_turn(bool errors_too) {
  const std::lock_guard lock(mutex_);
  const auto first =
      std::ranges::find_if(turns_, [](const State* state) { return !state->is_quiet(); });
  if (first == turns_.end()) return std::nullopt;
  State& state = **first;
  if (state.data.empty() && !errors_too) return std::nullopt;
  turns_.erase(first);
  Turn turn{.name = state.name, .data = nullptr, .error = std::nullopt};
  if (state.data.empty()) {
    turn.error = std::exchange(state.error, std::nullopt);
    return turn;
  }
  turn.data = std::move(state.data.front());
  state.data.pop_front();
  state.is_taken = true;
  state.is_opening = !turn.data->is_open();
  return turn;
}

void PartitionStates::note_opened(const Turn& turn) {
  const std::lock_guard lock(mutex_);
  State* const state = find(*turn.name);
  if (state == nullptr) return;
  state->from = turn.data->end();
  state->is_opening = false;
}

void PartitionStates::end_turn(Turn turn, bool failed) {
  const std::lock_guard lock(mutex_);
  State* const state = find(*turn.name);
  if (state == nullptr) return;
  state->is_taken = false;
  state->is_opening = false;
  state->position = turn.data->next();
  if (!failed && !turn.data->is_at_end()) {
    state->data.push_front(std::move(turn.data));
    turns_.push_front(state);
    return;
  }
  statistics_.prefetched_bytes -= static_cast<int64_t>(turn.data->size());
  if (failed) restart(*state, state->position);
}

void PartitionStates::note_polled(const FetchedRecords& records) {
  const std::lock_guard lock(mutex_);
  statistics_.records_polled += static_cast<int64_t>(records.records.size());
  statistics_.bytes_polled += records.size_bytes;
}

ConsumerStatistics PartitionStates::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

}  // namespace millrace::client
