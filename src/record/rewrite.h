// A batch's records, or some of them, in a new batch.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/bytes.h"
#include "record/batch_view.h"
#include "record/codec.h"
#include "record/record_reader.h"

namespace millrace::record {

struct RewriteOptions {
  Compression compression = {};
  /// Numbers the records 0 to n - 1 whatever deltas they carried.
  bool renumber = false;
  ReadLimits limits = {};
  /// Only records for which it answers true; nothing keeps all.
  std::function<bool(const RecordView&)> keep = {};
  /// The new batch's delete horizon, if it is to have one.
  std::optional<int64_t> delete_horizon_ms = std::nullopt;
};

/// The same records with the same attributes, ids and timestamps under another codec; the header's
/// offsets stay unless renumbered. Errors as RecordReader::status and compress.
Result<Bytes> rewrite_batch(const BatchView& batch, const RewriteOptions& options);

/// The batch's header alone, without records: offsets, producer, epoch and largest timestamp stay.
Bytes empty_batch(const BatchView& batch);

}  // namespace millrace::record
