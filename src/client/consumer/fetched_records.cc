#include "client/consumer/fetched_records.h"

namespace millrace::client {

void FetchedRecords::add(const TopicPartition* partition, const record::BatchView& batch,
                         const record::RecordView& record) {
  const bool is_compressed = batch.is_compressed();
  const auto kept = [&](ByteView bytes) {
    return as_text(is_compressed ? unfolded.copy(bytes) : bytes);
  };
  ConsumerRecord& added = records.emplace_back();
  added.partition_ = partition;
  added.offset_ = record.offset.value();
  added.timestamp_ms_ = record.timestamp;
  if (record.key) added.key_ = kept(*record.key);
  if (record.value) added.value_ = kept(*record.value);
  if (!record.headers.empty()) {
    added.headers_ = Headers(kept(record.headers.encoded()), record.headers.size());
  }
  added.leader_epoch_ = batch.leader_epoch().value();
  added.timestamp_type_ = static_cast<TimestampType>(batch.timestamp_type());
  size_bytes += static_cast<int64_t>(record.encoded_size);
}

}  // namespace millrace::client

namespace millrace {

ConsumerRecords::ConsumerRecords() = default;
ConsumerRecords::ConsumerRecords(ConsumerRecords&&) noexcept = default;
ConsumerRecords& ConsumerRecords::operator=(ConsumerRecords&&) noexcept = default;
ConsumerRecords::~ConsumerRecords() = default;

const ConsumerRecord* ConsumerRecords::begin() const {
  return fetched_ ? fetched_->records.data() : nullptr;
}

const ConsumerRecord* ConsumerRecords::end() const {
  return fetched_ ? fetched_->records.data() + fetched_->records.size() : nullptr;
}

const Offsets& ConsumerRecords::next_offsets() const {
  static const Offsets none;
  return fetched_ ? fetched_->next_offsets : none;
}

}  // namespace millrace
