// A batch's records in a new batch.
#pragma once

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
};

/// The same records with the same attributes, ids and timestamps under another codec; the header's
/// offsets stay unless renumbered. Errors as RecordReader::status and compress.
Result<Bytes> rewrite_batch(const BatchView& batch, const RewriteOptions& options);

}  // namespace millrace::record
