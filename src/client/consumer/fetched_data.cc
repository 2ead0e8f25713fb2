#include "client/consumer/fetched_data.h"

#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "io/read_chunks.h"

namespace millrace::client {

using record::BatchHeader;
using record::BatchView;

namespace {

Position behind(const BatchHeader& batch) {
  return {.offset = batch.next_offset().value(), .leader_epoch = batch.leader_epoch().value()};
}

}  // namespace

FetchedData::FetchedData(io::Chunks chunks, std::vector<record::AbortedRange> aborted,
                         Position from, Terms terms)
    : terms_(terms),
      chunks_(std::move(chunks)),
      size_(io::size_of(chunks_)),
      filter_(std::move(aborted)),
      next_(from),
      end_(from) {}

Result<void> FetchedData::open() {
  is_open_ = true;
  for (io::Chunk& chunk : std::exchange(chunks_, {})) {
    MILL_TRY(auto buffer, io::load_chunk(std::move(chunk)));
    buffers_.push_back(std::move(buffer));
  }
  for (const SharedBytes& buffer : buffers_) {
    for (ByteView rest = buffer.view(); rest.size() >= record::kBatchHeaderSize;) {
      const auto header = BatchHeader::parse(rest);
      // Whoever reads so far is told what is wrong with it.
      if (!header || header->size() > rest.size()) break;
      if (header->next_offset().value() > end_.offset) end_ = behind(*header);
      rest = rest.subspan(header->size());
    }
  }
  if (!buffers_.empty()) rest_ = buffers_.front().view();
  if (end_.offset > next_.offset) return {};
  // Either the first batch is damaged, or nothing here lies behind the position.
  MILL_CHECK(next_batch());
  return kafka_error(ErrorCode::corrupt_message,
                     cat("the broker answered ", size_, " bytes without a record at ", next_.offset,
                         " or behind it"));
}

bool FetchedData::is_shown(const BatchView& batch) {
  if (terms_.isolation == Isolation::read_committed) return filter_.shows(batch);
  return !batch.is_control();
}

Result<bool> FetchedData::next_batch() {
  for (;;) {
    while (rest_.size() < record::kBatchHeaderSize) {
      if (buffer_ + 1 >= buffers_.size()) return false;
      rest_ = buffers_[++buffer_].view();
    }
    const auto header = BatchHeader::parse(rest_);
    if (!header) return damaged(header.error());
    if (header->size() > rest_.size()) {
      rest_ = {};
      continue;
    }
    MILL_TRY(const BatchView batch, BatchView::parse(rest_));
    if (terms_.check_crcs && batch.next_offset().value() > next_.offset) {
      if (const auto checked = batch.check_crc(); !checked) return damaged(checked.error());
    }
    rest_ = rest_.subspan(batch.size());
    const bool is_shown_at_all = is_shown(batch);
    if (batch.next_offset().value() <= next_.offset) continue;
    if (is_shown_at_all) {
      batch_ = batch;
      reader_.emplace(batch);
      return true;
    }
    next_ = behind(batch);
  }
}

Result<void> FetchedData::read(FetchedRecords& into,
                               const std::shared_ptr<const TopicPartition>& partition,
                               size_t count_max) {
  const size_t count_before = into.records.size();
  auto outcome = read_batches(into, partition.get(), count_max);
  if (into.records.size() == count_before) return outcome;
  into.partitions.push_back(partition);
  into.buffers.insert(into.buffers.end(), buffers_.begin(), buffers_.end());
  const ConsumerRecord& last = into.records.back();
  into.next_offsets[*partition] = {.offset = last.offset() + 1,
                                   .leader_epoch = last.leader_epoch()};
  return outcome;
}

Result<void> FetchedData::read_batches(FetchedRecords& into, const TopicPartition* partition,
                                       size_t count_max) {
  while (into.records.size() < count_max) {
    if (!reader_) {
      MILL_TRY(const bool has_batch, next_batch());
      if (!has_batch) return {};
    }
    record::RecordView record;
    bool has_record = true;
    while (into.records.size() < count_max && (has_record = reader_->next(record))) {
      if (record.offset.value() < next_.offset) continue;
      into.add(partition, *batch_, record);
      next_ = {.offset = record.offset.value() + 1, .leader_epoch = batch_->leader_epoch().value()};
    }
    if (has_record && reader_->records_read() < batch_->record_count()) return {};
    // Its end is looked at with its last record, so that data that was read is let go at once.
    if (has_record) (void)reader_->next(record);
    const auto ended = reader_->status();
    reader_.reset();
    if (!ended) return damaged(ended.error());
    next_ = behind(*batch_);
  }
  return {};
}

Error FetchedData::damaged(const Error& error) const {
  const auto code = error.kafka_code();
  const bool is_of_the_record = code == ErrorCode::invalid_record;
  return {is_of_the_record ? make_error_code(ErrorCode::corrupt_message) : error.code(),
          cat("the batch at offset ", next_.offset, ": ", error.message())};
}

}  // namespace millrace::client
