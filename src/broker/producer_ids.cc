#include "broker/producer_ids.h"

#include <string>

#include "base/try.h"
#include "broker/metadata_records.h"
#include "broker/metadata_store.h"

namespace millrace::broker {

Result<ProducerId> ProducerIds::next() {
  const MutexLock lock(mutex_);
  if (next_ == end_) MILL_CHECK(take_block());
  return ProducerId(next_++);
}

Result<void> ProducerIds::take_block() {
  // Another broker may take the same block at the same moment; the guard lets one of them win.
  constexpr int kAttemptsMax = 10;
  const std::string key(kProducerIdsKey);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto stored = metadata_.get(key);
    int64_t first = 0;
    if (stored) {
      MILL_TRY(first, decode_producer_ids(stored->value));
    }
    const auto taken = metadata_.commit({.guards = {{key, stored ? stored->revision : 0}},
                                         .puts = {{key, encode_producer_ids(first + kBlockSize)}}});
    if (taken) {
      next_ = first;
      end_ = first + kBlockSize;
      return {};
    }
    if (!taken.error().is(ErrorCode::concurrent_transactions)) return taken.error();
  }
  return kafka_error(ErrorCode::concurrent_transactions, "no block of producer ids could be taken");
}

}  // namespace millrace::broker
