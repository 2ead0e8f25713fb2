// Producer ids: never the same twice, nor after a restart.
#pragma once

#include <cstdint>

#include "base/mutex.h"
#include "base/strong.h"
#include "millrace/result.h"

namespace millrace::broker {

class MetadataStore;

/// Takes ids in blocks, each durable before its first id is given; a crash loses the rest of a
/// block, as Kafka does.
class ProducerIds {
 public:
  static constexpr int64_t kBlockSize = 1000;

  explicit ProducerIds(MetadataStore& metadata) : metadata_(metadata) {}

  /// Fails with kafka_storage_error where a new block cannot be written. Safe from any thread.
  Result<ProducerId> next();

 private:
  Result<void> take_block() MILL_REQUIRES(mutex_);

  MetadataStore& metadata_;
  // Held while a block is written, once in kBlockSize calls.
  Mutex mutex_{LockRank::producer_ids};
  int64_t next_ MILL_GUARDED_BY(mutex_) = 0;
  int64_t end_ MILL_GUARDED_BY(mutex_) = 0;
};

}  // namespace millrace::broker
