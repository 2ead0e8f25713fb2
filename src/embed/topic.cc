// The public Topic, and what it answers.
#include "millrace/topic.h"

#include <utility>

#include "base/home_process.h"
#include "embed/topic_impl.h"

namespace millrace {

LogRecords::LogRecords() : read_(std::make_unique<embed::ReadRecords>()) {}
LogRecords::LogRecords(LogRecords&&) noexcept = default;
LogRecords& LogRecords::operator=(LogRecords&&) noexcept = default;
LogRecords::~LogRecords() = default;

const LogRecordView* LogRecords::begin() const { return read_->records.data(); }
const LogRecordView* LogRecords::end() const { return begin() + read_->records.size(); }
int64_t LogRecords::next_offset() const { return read_->next_offset; }

const std::string& Topic::name() const { return impl_->name(); }
int32_t Topic::partition_count() const { return is_at_home(impl_) ? impl_->partition_count() : 0; }

Result<int64_t> Topic::append(int32_t partition, std::span<const LogRecord> records, Acks acks) {
  return impl_->append(partition, records, acks);
}

Result<int64_t> Topic::append(int32_t partition, const LogRecord& record, Acks acks) {
  return impl_->append(partition, {&record, 1}, acks);
}

Result<LogRecords> Topic::read(int32_t partition, const ReadOptions& options) const {
  return impl_->read(partition, options);
}

int64_t Topic::log_start_offset(int32_t partition) const {
  return impl_->log_start_offset(partition);
}

int64_t Topic::high_watermark(int32_t partition) const { return impl_->high_watermark(partition); }

Result<int64_t> Topic::offset_for_time(int32_t partition, int64_t timestamp_ms) const {
  return impl_->offset_for_time(partition, timestamp_ms);
}

}  // namespace millrace
