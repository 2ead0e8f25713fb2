#include "embed/read_records.h"

#include <algorithm>
#include <utility>

#include "base/try.h"
#include "io/read_chunks.h"
#include "record/committed_filter.h"
#include "record/record_reader.h"

namespace millrace::embed {

namespace {

using record::BatchView;

/// Of what one read answered the last batch need not be whole.
bool is_cut_short(ByteView bytes) {
  if (bytes.size() < record::kBatchHeaderSize) return true;
  const auto header = record::BatchHeader::parse(bytes);
  return header && header->size() > bytes.size();
}

/// What the batches say, but no more than could be in them: nobody has checked them yet. Those
/// that are compressed may have more.
size_t claimed_records(ByteView bytes) {
  const size_t most = bytes.size();
  size_t count = 0;
  while (bytes.size() >= record::kBatchHeaderSize) {
    const auto header = record::BatchHeader::parse(bytes);
    if (!header || header->size() > bytes.size()) break;
    count += static_cast<size_t>(std::max(0, header->record_count()));
    bytes = bytes.subspan(header->size());
  }
  return std::min(count, most);
}

class Collector {
 public:
  Collector(ReadRecords& into, std::vector<record::AbortedRange> aborted, Isolation isolation)
      : into_(into), filter_(std::move(aborted)), isolation_(isolation) {}

  Result<void> add(ByteView bytes) {
    // Once for all of them: room made batch by batch is moved batch by batch.
    into_.records.reserve(into_.records.size() + claimed_records(bytes));
    for (bool is_first = true; !bytes.empty(); is_first = false) {
      if (!is_first && is_cut_short(bytes)) return {};
      MILL_TRY(const BatchView batch, BatchView::parse(bytes));
      bytes = bytes.subspan(batch.size());
      const bool is_shown =
          isolation_ == Isolation::read_committed ? filter_.shows(batch) : !batch.is_control();
      if (is_shown) MILL_CHECK(add(batch));
      into_.next_offset = std::max(into_.next_offset, batch.next_offset().value());
    }
    return {};
  }

 private:
  Result<void> add(const BatchView& batch) {
    const bool is_compressed = batch.is_compressed();
    const auto kept = [&](ByteView bytes) {
      return as_text(is_compressed ? into_.unfolded.copy(bytes) : bytes);
    };
    const auto kept_or_null = [&](std::optional<ByteView> bytes) {
      return bytes ? std::optional(kept(*bytes)) : std::nullopt;
    };
    if (batch.next_offset().value() <= into_.next_offset) return {};
    return record::for_each_record(batch, [&](const record::RecordView& record) {
      if (record.offset.value() < into_.next_offset) return;
      into_.records.push_back(
          {.offset = record.offset.value(),
           .timestamp_ms = record.timestamp,
           .key = kept_or_null(record.key),
           .value = kept_or_null(record.value),
           .headers = Headers(kept(record.headers.encoded()), record.headers.size())});
    });
  }

  ReadRecords& into_;
  record::CommittedFilter filter_;
  const Isolation isolation_;
};

}  // namespace

Result<std::unique_ptr<ReadRecords>> read_records(broker::PartitionData data, Offset from,
                                                  Isolation isolation) {
  auto read = std::make_unique<ReadRecords>();
  read->next_offset = from.value();
  std::vector<record::AbortedRange> aborted;
  for (const auto& transaction : data.aborted_transactions) {
    aborted.push_back(
        {.producer_id = transaction.producer_id, .first_offset = transaction.first_offset});
  }
  Collector collector(*read, std::move(aborted), isolation);
  for (io::Chunk& chunk : data.records) {
    MILL_TRY(auto bytes, io::load_chunk(std::move(chunk)));
    MILL_CHECK(collector.add(bytes.view()));
    read->batches.push_back(std::move(bytes));
  }
  return read;
}

}  // namespace millrace::embed
