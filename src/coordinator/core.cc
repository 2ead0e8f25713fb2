#include "coordinator/core.h"

#include "base/log.h"
#include "base/text.h"
#include "coordinator/group_id.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

Core::Core(const CoordinatorConfig& config, OffsetsLog& log, const Clock& clock, Timers& timers)
    : config_(config), log_(log), clock_(clock), timers_(timers) {}

bool Core::is_loaded(PartitionId partition) {
  const auto at = static_cast<size_t>(partition.value());
  return is_load_started_ && (at >= is_unloaded_.size() || !is_unloaded_[at]);
}

Core::Found Core::find(std::string_view group_id) {
  const int32_t count = log_.partition_count();
  const MutexLock lock(registry_mutex_);
  const PartitionId partition = count == 0 ? PartitionId(0) : partition_of_group(group_id, count);
  if (!is_loaded(partition)) return {ErrorCode::coordinator_load_in_progress, nullptr};
  const auto found = groups_.find(group_id);
  return {ErrorCode::none, found == groups_.end() ? nullptr : found->second};
}

Core::Found Core::find_or_create(std::string_view group_id) {
  if (auto found = find(group_id); found.error != ErrorCode::none || found.cell) return found;
  if (const auto created = log_.ensure_created(); !created) {
    log::warn("cannot create __consumer_offsets: ", created.error().to_string());
    return {ErrorCode::coordinator_not_available, nullptr};
  }
  const PartitionId partition = partition_of_group(group_id, log_.partition_count());
  auto cell = std::make_shared<GroupCell>(partition, std::string(group_id), now_ms());
  const MutexLock lock(registry_mutex_);
  return {ErrorCode::none,
          groups_.try_emplace(std::string(group_id), std::move(cell)).first->second};
}

std::vector<CellPtr> Core::all_groups() {
  std::vector<CellPtr> cells;
  const MutexLock lock(registry_mutex_);
  cells.reserve(groups_.size());
  for (const auto& [id, cell] : groups_) cells.push_back(cell);
  return cells;
}

void Core::forget(const CellPtr& cell) {
  const MutexLock lock(registry_mutex_);
  std::erase_if(groups_, [&cell](const auto& entry) { return entry.second == cell; });
}

ErrorCode Core::find_coordinator(std::string_view group_id) {
  if (const auto found = find(group_id); found.error != ErrorCode::none) {
    return ErrorCode::coordinator_not_available;
  }
  if (log_.partition_count() > 0) return ErrorCode::none;
  if (const auto created = log_.ensure_created(); !created) {
    log::warn("cannot create __consumer_offsets: ", created.error().to_string());
    return ErrorCode::coordinator_not_available;
  }
  return ErrorCode::none;
}

void Core::drain(const CellPtr& cell) {
  for (bool is_first = true;; is_first = false) {
    PendingAppend next;
    {
      const MutexLock lock(cell->mutex);
      if (is_first && cell->is_draining) return;
      cell->is_draining = !cell->outbox.empty();
      if (!cell->is_draining) return;
      next = std::move(cell->outbox.front());
      cell->outbox.pop_front();
    }
    log_.append(cell->partition, std::move(next.batch), std::move(next.done));
  }
}

void Core::cancel_timer(Locked& at, GroupTimer Group::* timer) {
  GroupTimer& cancelled = at.group.*timer;
  ++cancelled.stamp;
  if (cancelled.id != 0) timers_.cancel(cancelled.id);
  cancelled.id = 0;
}

record::BatchBuilder Core::new_batch(const std::optional<TransactionalCommit>& transaction) const {
  record::BatchOptions options{.compression = {.codec = config_.offsets_codec}};
  if (transaction) {
    options.is_transactional = true;
    options.producer_id = transaction->producer_id;
    options.producer_epoch = transaction->producer_epoch;
  }
  return record::BatchBuilder(options);
}

void Core::add_group_record(record::BatchBuilder& builder, const Group& group,
                            const GroupValue& value) {
  const Bytes key = encode_key(GroupKey{group.id()});
  const Bytes encoded = encode_value(value);
  builder.add({.timestamp = now_ms(), .key = key, .value = encoded});
}

void Core::append_batch(Locked& at, record::BatchBuilder& builder, AppendSpec spec,
                        OffsetsLog::Appended done) {
  auto bytes = builder.build();
  if (!bytes) {
    // Reported through the log's path, so that `done` never runs inside this locked stretch.
    at.effects.reply(std::function<void(Result<Offset>)>(std::move(done)),
                     Result<Offset>(bytes.error()));
    return;
  }
  at.effects.append(
      {.batch = {.bytes = *std::move(bytes), .below = std::move(spec.below), .guard = spec.guard},
       .done = std::move(done)});
}

}  // namespace millrace::coordinator
