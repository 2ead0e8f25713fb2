// Reads of a directory: as far as is published, and what to do when files change meanwhile.
#include <algorithm>
#include <system_error>
#include <thread>

#include "base/deadline.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/partition.h"
#include "embed/directory_reader_impl.h"

namespace millrace::embed {

namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr int kAttemptsMax = 100;
/// Of them with files that could not be read though nobody had changed them.
constexpr int kFailuresMax = 5;
constexpr microseconds kBetweenFailures{1'000};
/// So long files may take to be replaced until a reader goes by what there is.
constexpr Milliseconds kSettleMax{1'000};

// A look at mapped memory is a load; only the sleep costs CPU. The
// first sleeps are short, because where much is written the next record is near.
constexpr microseconds kFirstSleep{50};
constexpr microseconds kLongestSleep{1'000};
constexpr Milliseconds kWaitMax{100};

/// Until `is_over` or the deadline.
template <class IsOver>
void poll(SteadyTime deadline, IsOver is_over) {
  for (microseconds pause = kFirstSleep; !is_over(); pause = std::min(2 * pause, kLongestSleep)) {
    const auto left = deadline - steady_clock::now();
    if (left <= left.zero()) return;
    std::this_thread::sleep_for(std::min<steady_clock::duration>(pause, left));
  }
}

Result<void> check_range(const TopicPartition& name, Offset from,
                         const storage::PublishedOffsets& now) {
  if (from >= now.log_start_offset && from <= now.log_end_offset) return {};
  return kafka_error(ErrorCode::offset_out_of_range,
                     cat("offset ", from, " of ", to_string(name), " is not between ",
                         now.log_start_offset, " and ", now.log_end_offset));
}

Result<std::unique_ptr<ReadRecords>> records_of(
    storage::LogReader::Piece piece, const std::vector<storage::AbortedTransaction>& aborted,
    const ReadOptions& options) {
  broker::PartitionData data;
  if (!piece.batches.empty()) data.records.emplace_back(std::move(piece.batches));
  for (const storage::AbortedTransaction& transaction : aborted) {
    data.aborted_transactions.push_back(
        {.producer_id = transaction.producer_id, .first_offset = transaction.first_offset});
  }
  return read_records(std::move(data), Offset(options.offset), options.isolation);
}

}  // namespace

Result<LogRecords> DirectoryReaderImpl::read(const TopicPartition& name,
                                             const ReadOptions& options) {
  const SteadyTime deadline = later(steady_clock::now(), options.wait);
  ReadOptions rest = options;
  for (;;) {
    MILL_TRY(Partition* const partition, find(name));
    const uint64_t sequence = published_->sequence(partition->slot);
    MILL_TRY(auto read, read_now(*partition, rest));
    if (read && (!read->records.empty() || steady_clock::now() >= deadline)) {
      LogRecords records;
      records.read_ = std::move(read);
      return records;
    }
    // Markers and aborted records alone are nothing to answer as long as there is time.
    if (read && read->next_offset == rest.offset) wait_for_change(*partition, sequence, deadline);
    if (read) rest.offset = read->next_offset;
    MILL_CHECK(look_for_new_file());
  }
}

Result<std::unique_ptr<ReadRecords>> DirectoryReaderImpl::read_now(Partition& partition,
                                                                   const ReadOptions& options) {
  int failures = 0;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto now = look_at(partition);
    if (!now) return std::unique_ptr<ReadRecords>();
    // Of what another start of a broker recovered, offsets may have been given to other records.
    if (now->run != partition.run) partition.log.forget();
    partition.run = now->run;
    MILL_CHECK(check_range(partition.name, Offset(options.offset), now->offsets));
    auto found = try_read(partition, now->offsets, options);
    if (!is_still(partition, !found || found->is_listed)) continue;
    if (found) return records_of(std::move(found->piece), found->aborted, options);
    if (found.error().is(ErrorCode::offset_out_of_range)) return std::move(found).error();
    if (++failures == kFailuresMax) return give_up(partition, std::move(found).error(), options);
    partition.log.forget();
    std::this_thread::sleep_for(kBetweenFailures);
  }
  return kafka_error(ErrorCode::kafka_storage_error,
                     cat("the files of ", to_string(partition.name), " change all the time"));
}

Result<DirectoryReaderImpl::Found> DirectoryReaderImpl::try_read(
    Partition& partition, const storage::PublishedOffsets& now, const ReadOptions& options) {
  const Offset from(options.offset);
  const bool is_committed = options.isolation == Isolation::read_committed;
  const storage::LogReader::Limits limits{
      .up_to = is_committed ? now.last_stable_offset : now.high_watermark,
      .bytes_max = static_cast<int64_t>(options.bytes_max)};
  // A broker that recovers the files may be about to replace them, and says nothing of it.
  const bool is_recovering = published_->is_starting() && is_alive();
  if (from >= limits.up_to || is_recovering) return Found{.piece = {.next_offset = from}};
  if (!is_committed && may_read_on(partition)) {
    if (auto piece = partition.log.read_on(from, limits)) return Found{.piece = *std::move(piece)};
  }
  partition.log.expect(settled_files(partition));
  MILL_TRY(auto piece, partition.log.read(from, limits));
  Found found{.piece = std::move(piece), .is_listed = true};
  if (is_committed) {
    MILL_TRY(found.aborted, partition.log.aborted_transactions(from, found.piece.next_offset));
  }
  return found;
}

/// Whether the open file is as good as any. While files are being replaced nobody waits for the new
/// ones.
bool DirectoryReaderImpl::may_read_on(const Partition& partition) const {
  const auto files = published_->files_version(partition.slot);
  return files.is_changing() || files.changes == partition.log.version().changes;
}

bool DirectoryReaderImpl::is_still(const Partition& partition, bool is_listed) const {
  const auto now = look_at(partition);
  if (!now || now->run != partition.run) return false;
  return !is_listed || published_->files_version(partition.slot) == partition.log.version();
}

Result<std::unique_ptr<ReadRecords>> DirectoryReaderImpl::give_up(
    const Partition& partition, Error error, const ReadOptions& options) const {
  if (error.is(std::errc::no_such_file_or_directory)) {
    return kafka_error(ErrorCode::unknown_topic_or_partition,
                       cat(to_string(partition.name), " is gone: ", error.message()));
  }
  // What a lost power supply left need not be whole; the next broker sees to it.
  if (!is_alive()) return records_of({.next_offset = Offset(options.offset)}, {}, options);
  return error;
}

storage::FilesVersion DirectoryReaderImpl::settled_files(const Partition& partition) const {
  storage::FilesVersion version;
  poll(later(steady_clock::now(), kSettleMax), [&] {
    version = published_->files_version(partition.slot);
    // What a dead broker left half done stays as it is.
    return !version.is_changing() || !is_alive();
  });
  return version;
}

void DirectoryReaderImpl::wait_for_change(const Partition& partition, uint64_t sequence,
                                          SteadyTime deadline) const {
  // Not to the end: a new broker may publish in a new file.
  const SteadyTime until = std::min(deadline, later(steady_clock::now(), kWaitMax));
  poll(until, [&] { return published_->sequence(partition.slot) != sequence; });
}

}  // namespace millrace::embed
