#include "storage/producer_replay.h"

#include <algorithm>

#include "base/log.h"
#include "base/try.h"
#include "storage/header_walk.h"
#include "storage/producer_snapshot.h"
#include "storage/segment.h"

namespace millrace::storage {
namespace {

/// Each index entry stands for at least one batch, so so many entries back there are enough batches
/// to fill the windows of several producers with all their requests in flight.
constexpr size_t kEntriesBack = 32;
/// A log that just began a segment has its recent batches in the one before.
constexpr size_t kSegmentsBack = 3;

using Segments = std::vector<std::shared_ptr<Segment>>;

Result<ProducerBatch> producer_of(const Segment& segment, const HeaderWalk& walk, int64_t now_ms) {
  const record::BatchHeader& header = walk.header();
  ProducerBatch batch = {.producer_id = header.producer_id(),
                         .epoch = header.producer_epoch(),
                         .first_sequence = header.base_sequence(),
                         .last_sequence = header.last_sequence(),
                         .base_offset = header.base_offset(),
                         .last_offset = header.last_offset(),
                         .timestamp = std::max(header.max_timestamp(), now_ms),
                         .is_transactional = header.is_transactional(),
                         .is_control = header.is_control()};
  if (batch.is_control) {
    MILL_TRY(const Bytes bytes, segment.read_batch(walk.place()));
    MILL_TRY(const auto view, record::BatchView::parse(bytes));
    MILL_TRY(batch.marker, record::parse_marker(view));
  }
  return batch;
}

struct BatchRange {
  Offset from;
  Offset end;
  int64_t now_ms = 0;
};

/// Calls `fn` for each batch of an idempotent producer with a base offset in the range.
template <class Fn>
Result<void> for_each_producer_batch(const Segment& segment, Position start,
                                     const BatchRange& range, Fn fn) {
  HeaderWalk walk(*segment.file(), start, segment.size());
  for (;;) {
    MILL_TRY(const bool more, walk.next());
    if (!more || walk.place().base_offset >= range.end) return {};
    if (walk.place().base_offset < range.from || !walk.header().has_producer_id()) continue;
    MILL_TRY(const ProducerBatch batch, producer_of(segment, walk, range.now_ms));
    fn(batch);
  }
}

Result<void> restore_windows(ProducerState& producers, const Segments& segments, Offset at) {
  if (producers.size() == 0) return {};
  const auto after =
      std::lower_bound(segments.begin(), segments.end(), at,
                       [](const auto& segment, Offset of) { return segment->base_offset() < of; });
  const size_t end = static_cast<size_t>(after - segments.begin());
  std::vector<ProducerBatch> before;
  for (size_t i = end - std::min(end, kSegmentsBack); i < end; ++i) {
    const Position start = segments[i]->start_for(at, kEntriesBack);
    MILL_CHECK(for_each_producer_batch(*segments[i], start, {.from = Offset(0), .end = at},
                                       [&](const auto& batch) { before.push_back(batch); }));
  }
  producers.restore_windows(before);
  return {};
}

}  // namespace

Result<std::vector<Offset>> list_snapshots(io::FileSystem& fs, const std::string& directory) {
  std::vector<Offset> offsets;
  MILL_TRY(const auto entries, fs.list(directory));
  for (const io::DirectoryEntry& entry : entries) {
    if (const auto at = parse_segment_file_name(entry.name, ".snapshot")) offsets.push_back(*at);
  }
  std::sort(offsets.begin(), offsets.end());
  return offsets;
}

Result<ProducerState> replay_producers(io::FileSystem& fs, const std::string& directory,
                                       const Segments& segments, const ReplaySpec& spec) {
  MILL_TRY(auto offsets, list_snapshots(fs, directory));
  ProducerState producers;
  Offset from(0);
  while (!offsets.empty()) {
    const Offset at = offsets.back();
    offsets.pop_back();
    if (at > spec.end || at > spec.snapshot_max) continue;
    const std::string path = io::join(directory, segment_file_name(at, ".snapshot"));
    auto read = read_snapshot_file(fs, path);
    if (!read) {
      log::warn(read.error().message(), "; an older one is used");
      (void)fs.remove(path).has_value();
      continue;
    }
    producers = *std::move(read);
    from = at;
    MILL_CHECK(restore_windows(producers, segments, from));
    break;
  }
  for (size_t i = 0; i < segments.size(); ++i) {
    Segment& segment = *segments[i];
    const bool is_before = i + 1 < segments.size() && segments[i + 1]->base_offset() <= from;
    if (is_before) continue;
    const bool reindex = segment.base_offset() >= spec.reindex_from;
    MILL_CHECK(for_each_producer_batch(segment, segment.start_for(from),
                                       {.from = from, .end = spec.end, .now_ms = spec.now_ms},
                                       [&](const auto& batch) {
                                         const auto ended = producers.update(batch);
                                         if (ended && ended->is_aborted && reindex)
                                           segment.add_aborted(*ended);
                                       }));
  }
  return producers;
}

Result<void> remove_snapshots_after(io::FileSystem& fs, const std::string& directory, Offset end) {
  MILL_TRY(const auto offsets, list_snapshots(fs, directory));
  for (const Offset at : offsets) {
    if (at > end) MILL_CHECK(fs.remove(io::join(directory, segment_file_name(at, ".snapshot"))));
  }
  return {};
}

}  // namespace millrace::storage
