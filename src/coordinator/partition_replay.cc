#include "coordinator/partition_replay.h"

#include "base/text.h"
#include "base/try.h"
#include "broker/broker.h"
#include "broker/catalog.h"
#include "io/read_chunks.h"

namespace millrace::coordinator {
namespace {

constexpr int64_t kReadBytes = int64_t{1} << 20;

}  // namespace

Result<void> replay_partition(broker::Broker& broker, const broker::TopicPartition& name,
                              const std::function<Result<void>(const record::BatchView&)>& batch) {
  const auto log = broker.catalog().find_partition(name.topic, name.partition);
  if (!log || log->offline()) {
    return kafka_error(ErrorCode::kafka_storage_error,
                       cat(name.topic, "-", name.partition, " is not there"));
  }
  const Offset end = log->log_end_offset();
  for (Offset at = log->log_start_offset(); at < end;) {
    MILL_TRY(const auto data, log->read({.from = at, .bytes_max = kReadBytes}));
    MILL_TRY(const Bytes bytes, io::read_chunks(data.records));
    ByteView rest(bytes);
    const Offset before = at;
    while (rest.size() >= record::kBatchHeaderSize) {
      // The last batch may be cut short; it comes whole with the next read.
      MILL_TRY(const auto header, record::BatchHeader::parse(rest));
      if (header.size() > rest.size()) break;
      MILL_TRY(const auto view, record::BatchView::parse(rest));
      MILL_CHECK(batch(view));
      at = view.next_offset();
      rest = rest.subspan(view.size());
    }
    if (at == before) {
      return kafka_error(ErrorCode::corrupt_message,
                         cat(name.topic, "-", name.partition, " cannot be read at offset ", at));
    }
  }
  return {};
}

}  // namespace millrace::coordinator
