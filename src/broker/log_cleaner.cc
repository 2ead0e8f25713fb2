#include "broker/log_cleaner.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "broker/catalog.h"
#include "broker/partition.h"
#include "storage/log_directory.h"
#include "storage/partition_log.h"
#include "storage/sync_pool.h"

namespace millrace::broker {
namespace {

/// Shorter rests are saved up: sleeping itself takes time.
constexpr Milliseconds kRestMin{10};
/// A log that could not be cleaned, say for want of room, is tried again.
constexpr std::chrono::minutes kRetryAfter{10};
constexpr std::chrono::hours kBackoffMax{24};

storage::TopicPartition storage_name(const Partition& partition) {
  return {.topic = partition.id().topic, .partition = partition.id().partition};
}

}  // namespace

struct LogCleaner::Candidate {
  std::shared_ptr<Partition> partition;
  storage::Cleanable found;
};

LogCleaner::Id LogCleaner::id_of(const Partition& partition) {
  return {partition.id().topic_id, partition.id().partition.value()};
}

Milliseconds LogCleaner::backoff() const {
  return std::min<Milliseconds>(Milliseconds(options_.config()->number("log.cleaner.backoff.ms")),
                                kBackoffMax);
}

bool LogCleaner::clean_dirtiest(const Rest& rest) {
  if (!options_.config()->flag("log.cleaner.enable")) return false;
  const auto candidate = dirtiest();
  if (!candidate) return false;
  clean(*candidate, rest);
  return true;
}

std::optional<LogCleaner::Candidate> LogCleaner::dirtiest() {
  std::optional<Candidate> dirtiest;
  for (const TopicPtr& topic : options_.catalog->list()) {
    for (const PartitionPtr& partition : topic->partitions) {
      auto candidate = look_at(partition);
      if (!candidate) continue;
      if (!dirtiest || candidate->found.dirty_ratio() > dirtiest->found.dirty_ratio()) {
        dirtiest = std::move(candidate);
      }
    }
  }
  return dirtiest;
}

std::optional<LogCleaner::Candidate> LogCleaner::look_at(const PartitionPtr& partition) {
  const auto config = partition->config();
  if (!config->compacted || partition->offline()) return std::nullopt;
  const auto left = left_until_.find(id_of(*partition));
  if (left != left_until_.end()) {
    if (left->second > options_.clock->steady_now()) return std::nullopt;
    left_until_.erase(left);
  }
  make_durable(*partition);
  const auto found = partition->log()->cleanable(
      {.cleaned_up_to = options_.directory->cleaned_up_to(storage_name(*partition)),
       .stable_offset = partition->last_stable_offset(),
       .now_ms = options_.clock->wall_ms()});
  if (!found) {
    leave(*partition, found.error());
    return std::nullopt;
  }
  const bool is_dirty = found->dirty_ratio() > config->log.min_cleanable_dirty_ratio;
  if (found->dirty_bytes == 0 || (!is_dirty && !found->is_overdue)) return std::nullopt;
  return Candidate{.partition = partition, .found = *found};
}

/// Only what is durable is cleaned, and not every topic is synced as it is written.
void LogCleaner::make_durable(Partition& partition) {
  const auto& log = partition.log();
  if (log->synced_offset() >= log->active_segment_base()) return;
  options_.sync_pool->request_sync(log, [](const Result<Offset>&) {});
  if (options_.sync_inline) options_.sync_pool->run_pending();
}

void LogCleaner::clean(const Candidate& candidate, const Rest& rest) {
  Partition& partition = *candidate.partition;
  const auto config = options_.config();
  const storage::CleanSpec spec{
      .first_dirty = candidate.found.first_dirty,
      .end = candidate.found.end,
      .now_ms = options_.clock->wall_ms(),
      .map = {.bytes_max = config->number("log.cleaner.dedupe.buffer.size"),
              .load_factor = config->real("log.cleaner.io.buffer.load.factor")},
      .io_buffer_bytes = config->number("log.cleaner.io.buffer.size"),
      .on_io = [&](int64_t bytes) { return rest(rest_after(bytes)) && is_wanted(partition); }};
  const auto outcome = partition.log()->clean(spec);
  if (!outcome) return leave(partition, outcome.error());
  if (!outcome->completed) return;
  count(*outcome);
  tell(partition, candidate, *outcome);
  const auto noted =
      options_.directory->note_cleaned(storage_name(partition), outcome->first_dirty);
  if (!noted) log::warn("noting what was cleaned: ", noted.error().to_string());
}

void LogCleaner::count(const storage::CleanOutcome& outcome) {
  metrics_.rounds.add();
  metrics_.bytes_before.add(outcome.bytes_before);
  metrics_.bytes_after.add(outcome.bytes_after);
  metrics_.records_before.add(outcome.records_before);
  metrics_.records_after.add(outcome.records_after);
}

void LogCleaner::tell(const Partition& partition, const Candidate& candidate,
                      const storage::CleanOutcome& outcome) const {
  log::info(partition.id().topic, "-", partition.id().partition, ": compacted up to offset ",
            outcome.first_dirty, ", ", candidate.found.dirty_bytes, " dirty bytes of ",
            candidate.found.dirty_bytes + candidate.found.clean_bytes, "; ", outcome.bytes_before,
            " bytes became ", outcome.bytes_after, ", ", outcome.records_before, " records became ",
            outcome.records_after);
}

void LogCleaner::leave(const Partition& partition, const Error& error) {
  // One that is going away needs no word.
  if (!is_wanted(partition) || partition.offline()) return;
  metrics_.failures.add();
  const auto code = error.kafka_code();
  const bool passes = !code || *code == ErrorCode::kafka_storage_error;
  left_until_[id_of(partition)] =
      passes ? options_.clock->steady_now() + kRetryAfter : SteadyTime::max();
  log::warn(partition.id().topic, "-", partition.id().partition, ": compaction failed",
            passes ? ", it is tried again later: " : " and is not tried again before a restart: ",
            error.to_string());
}

bool LogCleaner::is_wanted(const Partition& partition) const {
  const auto now = options_.catalog->find_partition(partition.id().topic, partition.id().partition);
  return now.get() == &partition && partition.config()->compacted;
}

Milliseconds LogCleaner::rest_after(int64_t bytes) {
  const double rate = options_.config()->real("log.cleaner.io.max.bytes.per.second");
  const SteadyTime now = options_.clock->steady_now();
  const std::chrono::duration<double> cost(static_cast<double>(bytes) / std::max(rate, 1.0));
  // Time that was not used is not saved up.
  paid_until_ = std::max(paid_until_, now) + std::chrono::duration_cast<SteadyTime::duration>(cost);
  const auto owed = std::chrono::duration_cast<Milliseconds>(paid_until_ - now);
  return owed < kRestMin ? Milliseconds(0) : owed;
}

}  // namespace millrace::broker
