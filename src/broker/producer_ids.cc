#include "broker/producer_ids.h"

#include <string>

#include "base/bytes.h"
#include "base/try.h"
#include "base/uuid.h"
#include "broker/metadata_records.h"
#include "broker/metadata_store.h"

namespace millrace::broker {
namespace {

/// Where a directory's ids begin. Partition files move between brokers, and with them what they
/// remember of their producers: a new producer with the id of an old one would be refused, or its
/// records taken for repeated ones. Kafka counts from 0, other directories draw another start;
/// below 2^53 so that every language's numbers hold it.
int64_t draw_first_id() {
  constexpr int64_t kSmallest = int64_t{1} << 40;
  constexpr int64_t kRange = int64_t{1} << 50;
  const Uuid random = Uuid::random();
  return kSmallest + (load_be<int64_t>(random.bytes.data() + 8) & (kRange - 1));
}

}  // namespace

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
    int64_t first = draw_first_id();
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
