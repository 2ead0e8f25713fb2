#include "storage/clean_fixture.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "io/read_chunks.h"
#include "record/batch_builder.h"
#include "record/record_reader.h"
#include "storage/transaction_index.h"

namespace millrace::storage {
namespace {

std::optional<std::string> text_of(const std::optional<ByteView>& bytes) {
  return bytes ? std::optional(std::string(as_text(*bytes))) : std::nullopt;
}

}  // namespace

CleanTest::CleanTest() {
  config.segment_bytes = 1000;
  config.index_interval_bytes = 100;
  config.compact = true;
}

Bytes CleanTest::batch_of(const std::vector<KeyValue>& records, const PutSpec& spec,
                          int32_t sequence) const {
  const bool has_id = spec.producer >= ProducerId(0);
  record::BatchBuilder builder({.compression = {.codec = spec.codec},
                                .timestamp_type = spec.timestamp_type,
                                .is_transactional = spec.is_transactional,
                                .producer_id = spec.producer,
                                .producer_epoch = has_id ? spec.epoch : static_cast<int16_t>(-1),
                                .base_sequence = has_id ? sequence : -1});
  for (const KeyValue& record : records)
    builder.add_text(clock.wall_ms(), record.key, record.value);
  return *builder.build();
}

Result<AppendedInfo> CleanTest::put(const std::vector<KeyValue>& records, const PutSpec& spec) {
  const Bytes batch = batch_of(records, spec, sequences[spec.producer]);
  VerificationGuard guard = kNoVerification;
  if (spec.is_transactional) {
    guard = log->verification_guard(spec.producer, spec.epoch, sequences[spec.producer])
                .value_or(kNoVerification);
  }
  auto done = log->append({.batches = batch, .now_ms = clock.wall_ms(), .guard = guard});
  if (done) sequences[spec.producer] += static_cast<int32_t>(records.size());
  return done;
}

Result<AppendedInfo> CleanTest::put_again(const std::vector<KeyValue>& records,
                                          const PutSpec& spec) {
  const auto count = static_cast<int32_t>(records.size());
  const Bytes batch = batch_of(records, spec, sequences[spec.producer] - count);
  return log->append({.batches = batch, .now_ms = clock.wall_ms()});
}

Result<AppendedInfo> CleanTest::end(ProducerId producer, record::MarkerType type, int16_t epoch) {
  const Bytes batch = record::build_marker_batch({.producer_id = producer,
                                                  .producer_epoch = epoch,
                                                  .marker = {.type = type},
                                                  .timestamp = clock.wall_ms()});
  return log->append(
      {.batches = batch, .origin = AppendOrigin::internal, .now_ms = clock.wall_ms()});
}

void CleanTest::seal() {
  ASSERT_TRUE(log->roll());
  ASSERT_TRUE(log->sync());
}

Cleanable CleanTest::cleanable() const {
  const auto found =
      log->cleanable({.cleaned_up_to = cleaned_up_to,
                      .stable_offset = log->last_stable_offset(log->log_end_offset()),
                      .now_ms = clock.wall_ms()});
  EXPECT_TRUE(found) << found.error().to_string();
  return found ? *found : Cleanable{};
}

Result<CleanOutcome> CleanTest::try_clean(CleanSpec spec) {
  const Cleanable found = cleanable();
  spec.first_dirty = found.first_dirty;
  spec.end = found.end;
  spec.now_ms = clock.wall_ms();
  auto outcome = log->clean(spec);
  if (outcome) cleaned_up_to = outcome->first_dirty;
  return outcome;
}

CleanOutcome CleanTest::clean(CleanSpec spec) {
  const auto outcome = try_clean(std::move(spec));
  EXPECT_TRUE(outcome) << outcome.error().to_string();
  return outcome ? *outcome : CleanOutcome{};
}

std::vector<Bytes> CleanTest::batches() const {
  std::vector<Bytes> all;
  Offset next = log->log_start_offset();
  while (next < log->log_end_offset()) {
    const auto read =
        log->read(next, {.bytes_max = 500, .up_to = log->log_end_offset(), .at_least_one = true});
    EXPECT_TRUE(read) << read.error().to_string();
    if (!read) break;
    const Bytes bytes = *io::read_chunks(read->chunks);
    const Offset before = next;
    for (ByteView rest = bytes; !rest.empty();) {
      const auto batch = record::BatchView::parse(rest);
      if (!batch) break;  // cut short
      EXPECT_TRUE(batch->crc_matches()) << "at offset " << batch->base_offset();
      all.emplace_back(batch->bytes().begin(), batch->bytes().end());
      next = batch->next_offset();
      rest = rest.subspan(batch->size());
    }
    if (next == before) break;
  }
  return all;
}

std::vector<SeenRecord> CleanTest::seen() const {
  std::vector<SeenRecord> all;
  for (const Bytes& bytes : batches()) {
    const auto batch = record::BatchView::parse(bytes);
    if (batch->is_control()) continue;
    EXPECT_TRUE(record::for_each_record(*batch, [&](const record::RecordView& record) {
      if (record.offset < log->log_start_offset()) return;
      all.push_back({.offset = record.offset.value(),
                     .key = text_of(record.key),
                     .value = text_of(record.value),
                     .timestamp = record.timestamp});
    }));
  }
  return all;
}

std::vector<SeenRecord> CleanTest::seen_committed() const {
  // As a consumer does it: the answer's aborted transactions, by their beginnings.
  const Offset stable = log->last_stable_offset(log->log_end_offset());
  auto aborted = *log->aborted_transactions(log->log_start_offset(), stable);
  std::sort(aborted.begin(), aborted.end(),
            [](const auto& a, const auto& b) { return a.first_offset < b.first_offset; });
  std::set<ProducerId> aborting;
  size_t next = 0;
  std::vector<SeenRecord> all;
  for (const Bytes& bytes : batches()) {
    const auto batch = record::BatchView::parse(bytes);
    if (batch->base_offset() >= stable) break;
    for (; next < aborted.size() && aborted[next].first_offset <= batch->last_offset(); ++next) {
      aborting.insert(aborted[next].producer_id);
    }
    if (batch->is_control()) {
      aborting.erase(batch->producer_id());
      continue;
    }
    if (batch->is_transactional() && aborting.contains(batch->producer_id())) continue;
    EXPECT_TRUE(record::for_each_record(*batch, [&](const record::RecordView& record) {
      all.push_back({.offset = record.offset.value(),
                     .key = text_of(record.key),
                     .value = text_of(record.value),
                     .timestamp = record.timestamp});
    }));
  }
  return all;
}

std::vector<std::string> CleanTest::texts_of(const std::vector<SeenRecord>& records) {
  std::vector<std::string> all;
  for (const SeenRecord& record : records) {
    all.push_back(cat(record.key.value_or("null"), "=", record.value.value_or("null")));
  }
  return all;
}

std::vector<std::string> CleanTest::texts() const { return texts_of(seen()); }

void CleanTest::check_indexes() const {
  const auto all = seen();
  for (const SeenRecord& record : all) {
    // By offset: the batch that is answered first holds it.
    const auto read =
        log->read(Offset(record.offset),
                  {.bytes_max = 1, .up_to = log->log_end_offset(), .at_least_one = true});
    ASSERT_TRUE(read) << read.error().to_string();
    const Bytes bytes = *io::read_chunks(read->chunks);
    const auto batch = record::BatchView::parse(bytes);
    ASSERT_TRUE(batch);
    EXPECT_LE(batch->base_offset().value(), record.offset);
    EXPECT_GE(batch->last_offset().value(), record.offset);
    // By time: the first record that is not older.
    const auto expected = std::find_if(all.begin(), all.end(), [&](const SeenRecord& other) {
      return other.timestamp >= record.timestamp;
    });
    const auto found = log->offset_for_timestamp(record.timestamp, log->log_end_offset());
    ASSERT_TRUE(found) << found.error().to_string();
    ASSERT_TRUE(*found);
    // Markers have timestamps too.
    EXPECT_LE((*found)->offset.value(), expected->offset);
  }
}

}  // namespace millrace::storage
