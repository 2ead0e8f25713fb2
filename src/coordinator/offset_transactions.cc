// Offsets that are committed with a producer's transaction, and its end.
#include <algorithm>
#include <utility>

#include "base/try.h"
#include "coordinator/append_error.h"
#include "coordinator/core.h"
#include "coordinator/group_id.h"
#include "record/control_record.h"

namespace millrace::coordinator {

OffsetsPlace Core::offsets_place(std::string_view group_id) {
  OffsetsPlace place;
  if (place.error = find_coordinator(group_id); place.error != ErrorCode::none) return place;
  place.partition = partition_of_group(group_id, log_.partition_count());
  return place;
}

void Core::note_transaction(ProducerId producer_id, const CellPtr& cell) {
  const MutexLock lock(registry_mutex_);
  auto& cells = transactions_[producer_id];
  if (std::ranges::find(cells, cell) == cells.end()) cells.push_back(cell);
}

void Core::end_transaction(PartitionId partition, Bytes marker, record::MarkerEpoch marker_epoch,
                           Reply<ErrorCode> reply) {
  const auto batch = record::BatchView::parse(marker);
  if (!batch) return reply(ErrorCode::corrupt_message);
  const auto parsed = record::parse_marker(*batch);
  if (!parsed || !*parsed) return reply(ErrorCode::corrupt_message);
  const bool is_committed = (*parsed)->type == record::MarkerType::commit;
  const ProducerId producer_id = batch->producer_id();
  // Through the same door as the commits, whose answers come before this one's then.
  log_.append(
      partition, {.bytes = std::move(marker), .marker_epoch = marker_epoch},
      [weak = weak_from_this(), partition, producer_id, is_committed,
       reply = std::move(reply)](const Result<Offset>& appended) {
        if (!appended) {
          return reply(appended.error().kafka_code().value_or(ErrorCode::kafka_storage_error));
        }
        if (const auto self = weak.lock()) {
          self->end_transaction_of(producer_id, partition, is_committed);
        }
        reply(ErrorCode::none);
      });
}

void Core::end_transaction_of(ProducerId producer_id, PartitionId partition, bool is_committed) {
  std::vector<CellPtr> ended;
  {
    const MutexLock lock(registry_mutex_);
    const auto found = transactions_.find(producer_id);
    if (found == transactions_.end()) return;
    const auto others = std::ranges::partition(
        found->second, [&](const CellPtr& cell) { return cell->partition == partition; });
    ended.assign(found->second.begin(), others.begin());
    found->second.erase(found->second.begin(), others.begin());
    if (found->second.empty()) transactions_.erase(found);
  }
  for (const CellPtr& cell : ended) {
    with_group(cell, [&](Locked& at) {
      auto transaction = at.group.open_transactions().extract(producer_id.value());
      if (transaction.empty() || !is_committed) return;
      for (const auto& [topic, partitions] : transaction.mapped().topics()) {
        for (const auto& [number, offset] : partitions) {
          at.group.offsets().put(topic, PartitionId(number), offset);
        }
      }
    });
  }
}

}  // namespace millrace::coordinator
