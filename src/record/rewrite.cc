#include "record/rewrite.h"

#include <vector>

#include "base/assert.h"
#include "record/batch_builder.h"

namespace millrace::record {
namespace {

BatchBuilder builder_like(const BatchView& batch, const Compression& compression) {
  return BatchBuilder({.compression = compression,
                       .timestamp_type = batch.timestamp_type(),
                       .is_transactional = batch.is_transactional(),
                       .is_control = batch.is_control(),
                       .producer_id = batch.producer_id(),
                       .producer_epoch = batch.producer_epoch(),
                       .base_sequence = batch.base_sequence(),
                       .base_offset = batch.base_offset(),
                       .leader_epoch = batch.leader_epoch()});
}

}  // namespace

Result<Bytes> rewrite_batch(const BatchView& batch, const RewriteOptions& options) {
  BatchBuilder builder = builder_like(batch, options.compression);
  if (options.delete_horizon_ms) builder.set_delete_horizon(*options.delete_horizon_ms);
  std::vector<HeaderView> headers;
  std::optional<Error> disorder;
  int32_t previous_delta = -1;
  const auto copied = for_each_record(
      batch,
      [&](const RecordView& record) {
        if (!options.renumber && record.offset_delta <= previous_delta) {
          disorder = kafka_error(ErrorCode::invalid_record, "record numbers do not rise");
          return false;
        }
        previous_delta = record.offset_delta;
        if (options.keep && !options.keep(record)) return true;
        headers.clear();
        for (const HeaderView& header : record.headers) headers.push_back(header);
        RecordFields fields = {.timestamp = record.timestamp,
                               .key = record.key,
                               .value = record.value,
                               .headers = headers};
        if (!options.renumber) fields.offset_delta = record.offset_delta;
        builder.add(fields);
        return true;
      },
      options.limits);
  if (!copied) return copied.error();
  if (disorder) return *disorder;
  if (!options.renumber) builder.set_last_offset_delta(batch.last_offset_delta());
  if (batch.timestamp_type() == TimestampType::log_append_time) {
    builder.set_max_timestamp(batch.max_timestamp());
  }
  return builder.build();
}

Bytes empty_batch(const BatchView& batch) {
  BatchBuilder builder = builder_like(batch, {});
  builder.set_last_offset_delta(batch.last_offset_delta());
  builder.set_max_timestamp(batch.max_timestamp());
  auto built = builder.build();
  MILL_ASSERT(built, "a batch without compression is always built");
  return *std::move(built);
}

}  // namespace millrace::record
