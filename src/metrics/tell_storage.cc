#include "broker/broker.h"
#include "broker/log_cleaner.h"
#include "metrics/tell.h"
#include "storage/sync_pool.h"

namespace millrace::metrics {
namespace {

constexpr Metric kSyncs{
    "millrace_sync_duration_seconds", MetricType::histogram, "",
    "Rounds of group commit: one fdatasync of a partition, and of segments that were closed "
    "meanwhile"};
constexpr Metric kSyncAnswered{"millrace_sync_requests_total", MetricType::counter, "",
                               "Those who waited for a round: by round, how well commits gather"};
constexpr Metric kSyncFailed{"millrace_sync_failures_total", MetricType::counter, "",
                             "Rounds that failed; each took its partition offline"};
constexpr Metric kRounds{"millrace_compactions_total", MetricType::counter, "",
                         "Rounds of compaction of a partition"};
constexpr Metric kFailures{"millrace_compaction_failures_total", MetricType::counter, "",
                           "Rounds of compaction that failed"};
constexpr Metric kBytesBefore{"millrace_compaction_read_bytes_total", MetricType::counter, "",
                              "Bytes of the segments that were compacted"};
constexpr Metric kBytesAfter{"millrace_compaction_written_bytes_total", MetricType::counter, "",
                             "Bytes of the segments that came out of it"};
constexpr Metric kRecordsBefore{"millrace_compaction_read_records_total", MetricType::counter, "",
                                "Records of the segments that were compacted"};
constexpr Metric kRecordsAfter{"millrace_compaction_written_records_total", MetricType::counter, "",
                               "Records of the segments that came out of it"};
constexpr Metric kVolumeSize{"millrace_volume_size_bytes", MetricType::gauge, "",
                             "Size of the volume that holds the data directory"};
constexpr Metric kVolumeFree{"millrace_volume_available_bytes", MetricType::gauge, "",
                             "Room on it"};

void tell_compaction(Exposition& out, const broker::CleanerMetrics& cleaner) {
  out.tell(kRounds, cleaner.rounds.value());
  out.tell(kFailures, cleaner.failures.value());
  out.tell(kBytesBefore, cleaner.bytes_before.value());
  out.tell(kBytesAfter, cleaner.bytes_after.value());
  out.tell(kRecordsBefore, cleaner.records_before.value());
  out.tell(kRecordsAfter, cleaner.records_after.value());
}

}  // namespace

void tell_storage(Exposition& out, broker::Broker& broker) {
  const storage::SyncMetrics& syncs = broker.sync_pool().metrics();
  out.tell(kSyncs, syncs.rounds.counts());
  out.tell(kSyncAnswered, syncs.answered.value());
  out.tell(kSyncFailed, syncs.failed.value());
  tell_compaction(out, broker.log_cleaner().metrics());
  const auto space = broker.volume_space();
  out.begin(kVolumeSize);
  if (space) out.sample({}, space->total);
  out.begin(kVolumeFree);
  if (space) out.sample({}, space->usable);
}

}  // namespace millrace::metrics
