// Loading: every partition is replayed, then its groups are served.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "coordinator/core.h"
#include "coordinator/replay.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

LoadSummary Core::load() {
  LoadSummary summary;
  const int32_t count = log_.partition_count();
  {
    const MutexLock lock(registry_mutex_);
    is_unloaded_.assign(static_cast<size_t>(count), true);
    is_load_started_ = true;
  }
  for (PartitionId partition(0); partition < PartitionId(count); ++partition) {
    Replay replay;
    const auto read = log_.replay(
        partition, [&replay](const record::BatchView& batch) { return replay.add(batch); });
    if (!read) {
      log::error("groups of __consumer_offsets-", partition,
                 " are not served: ", read.error().to_string());
      continue;
    }
    summary.record_count += replay.record_count();
    summary.unknown_record_count += replay.unknown_record_count();
    install(partition, std::move(replay.groups()), summary);
  }
  schedule_expiry();
  return summary;
}

void Core::install(PartitionId partition, TextMap<LoadedGroup> groups, LoadSummary& summary) {
  std::vector<CellPtr> cells;
  for (auto& [id, loaded] : groups) {
    std::erase_if(loaded.open_transactions, [](const auto& open) { return open.second.empty(); });
    const bool is_consumer_group = loaded.is_consumer_group();
    if (!loaded.value && !is_consumer_group && loaded.offsets.empty() &&
        loaded.open_transactions.empty()) {
      continue;
    }
    auto cell = loaded.value ? std::make_shared<GroupCell>(partition, id, *loaded.value)
                             : std::make_shared<GroupCell>(partition, id, now_ms());
    const MutexLock lock(cell->mutex);
    cell->group.is_in_log = true;
    if (is_consumer_group) {
      cell->group.leave_classic_protocol(now_ms());
      cell->consumer.state = std::make_unique<ConsumerState>();
      cell->consumer.state->group = std::move(loaded.consumer);
    }
    cell->group.offsets() = std::move(loaded.offsets);
    cell->group.open_transactions() = std::move(loaded.open_transactions);
    summary.offset_count += cell->group.offsets().count();
    ++summary.group_count;
    cells.push_back(cell);
  }
  {
    const MutexLock lock(registry_mutex_);
    for (const CellPtr& cell : cells) {
      const MutexLock group_lock(cell->mutex);
      groups_.insert_or_assign(cell->group.id(), cell);
      for (const auto& [producer_id, offsets] : cell->group.open_transactions()) {
        transactions_[ProducerId(producer_id)].push_back(cell);
      }
    }
  }
  // Timers first, requests afterwards: from here on members' sessions run.
  for (const CellPtr& cell : cells) start_loaded_group(cell);
  const MutexLock lock(registry_mutex_);
  is_unloaded_[static_cast<size_t>(partition.value())] = false;
}

void Core::start_loaded_group(const CellPtr& cell) {
  with_group(cell, [this](Locked& at) {
    if (at.consumer.state) start_loaded_consumers(at);
    for (auto& [id, member] : at.group.members()) touch_session(at, member);
    if (at.group.members().size() > static_cast<size_t>(std::max(config_.group_size_max, 0))) {
      prepare_rebalance(at, "the group is larger than group.max.size allows");
    }
    cut_back_to_recovered_ends(at);
  });
}

void Core::cut_back_to_recovered_ends(Locked& at) {
  auto batch = new_batch();
  std::vector<std::pair<OffsetName, OffsetValue>> cut;
  for (const auto& [topic, partitions] : at.group.offsets().topics()) {
    for (const auto& [number, committed] : partitions) {
      const auto end = log_.recovered_end(topic, PartitionId(number));
      if (!end || committed.value.offset <= *end) continue;
      OffsetValue value = committed.value;
      value.offset = *end;
      log::warn("group ", at.group.id(), " had offset ", committed.value.offset, " of ", topic, "-",
                number, ", of which recovery found records up to ", *end, ": set back to that");
      const Bytes key = encode_key(OffsetKey{at.group.id(), topic, PartitionId(number)});
      const Bytes encoded = encode_value(value);
      batch.add({.timestamp = now_ms(), .key = key, .value = encoded});
      cut.emplace_back(OffsetName{topic, PartitionId(number)}, std::move(value));
    }
  }
  if (cut.empty()) return;
  for (auto& [name, value] : cut) {
    const Offset recorded_at = at.group.offsets().find(name.topic, name.partition)->recorded_at;
    at.group.offsets().put(name.topic, name.partition, {value, recorded_at});
  }
  append(at, batch, {}, [](Locked& later, const Result<Offset>& appended) {
    if (appended) return;
    log::error("offsets of group ", later.group.id(),
               " could not be set back in the log: ", appended.error().to_string());
  });
}

}  // namespace millrace::coordinator
