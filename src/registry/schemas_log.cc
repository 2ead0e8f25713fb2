#include "registry/schemas_log.h"

#include <vector>

#include "base/try.h"

namespace millrace::registry {
namespace {

constexpr int32_t kPartition = 0;

}  // namespace

std::shared_ptr<embed::TopicImpl> SchemasLog::find_topic() const {
  auto topic = broker_.topic(kSchemasTopic);
  return topic ? *std::move(topic) : nullptr;
}

Result<std::shared_ptr<embed::TopicImpl>> SchemasLog::ensure_topic() {
  if (auto topic = find_topic()) return topic;
  const broker::NewTopic wanted{
      .name = kSchemasTopic, .partitions = 1, .configs = {{"cleanup.policy", "compact"}}};
  MILL_CHECK(broker_.create_topic(wanted));
  return broker_.topic(kSchemasTopic);
}

Result<void> SchemasLog::append(std::span<const RecordText> records) {
  MILL_TRY(const auto topic, ensure_topic());
  std::vector<LogRecord> batch;
  for (const RecordText& record : records) {
    batch.push_back({.key = record.key, .value = record.value});
  }
  MILL_TRY(const int64_t offset, topic->append(kPartition, batch, Acks::all));
  (void)offset;
  return {};
}

bool SchemasLog::has_more() const {
  const auto topic = find_topic();
  if (!topic) return topic_id_.has_value();
  return topic->id() != topic_id_ || topic->high_watermark(kPartition) > next_offset_;
}

Result<void> SchemasLog::read_new(const Restart& restart, const Visit& visit) {
  const auto topic = find_topic();
  const std::optional<Uuid> id = topic ? std::optional(topic->id()) : std::nullopt;
  if (id != topic_id_) {
    if (topic_id_) restart();
    topic_id_ = id;
    next_offset_ = 0;
  }
  if (!topic) return {};
  while (next_offset_ < topic->high_watermark(kPartition)) {
    const int64_t from = std::max(next_offset_, topic->log_start_offset(kPartition));
    MILL_TRY(const auto records, topic->read(kPartition, {.offset = from}));
    for (const LogRecordView& record : records) {
      visit(record.key.value_or(""), record.value, record.offset, record.timestamp_ms);
    }
    if (records.next_offset() <= next_offset_) return {};
    next_offset_ = records.next_offset();
  }
  return {};
}

}  // namespace millrace::registry
