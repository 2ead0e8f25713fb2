// The one record of a control batch that ends a transaction (Kafka's EndTxnMarker, version 0).
//
// Key: version i16, type i16. Value: version i16, coordinator epoch i32.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/strong.h"
#include "millrace/result.h"
#include "record/batch_view.h"

namespace millrace::record {

enum class MarkerType : int16_t { abort = 0, commit = 1 };

struct EndMarker {
  MarkerType type = MarkerType::abort;
  /// The epoch of the coordinator that decided.
  int32_t coordinator_epoch = 0;

  bool operator==(const EndMarker&) const = default;
};

/// What became of the producer's epoch when its transaction was ended (KIP-890): version 2 of
/// transactions raises it before the marker. Not part of the batch.
enum class MarkerEpoch : uint8_t { kept, raised };

/// The whole control batch of one marker.
struct MarkerBatch {
  ProducerId producer_id;
  int16_t producer_epoch = 0;
  EndMarker marker = {};
  int64_t timestamp = 0;
};
Bytes build_marker_batch(const MarkerBatch& spec);

/// The marker in a control batch; nothing where it holds a control record of another type.
/// corrupt_message where the record cannot be read.
Result<std::optional<EndMarker>> parse_marker(const BatchView& batch);

}  // namespace millrace::record
