// The topic _schemas: where the registry keeps everything, in one compacted partition.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/uuid.h"
#include "embed/broker_impl.h"
#include "millrace/result.h"
#include "registry/records.h"

namespace millrace::registry {

inline constexpr const char* kSchemasTopic = "_schemas";

/// Made with the first record, so that a broker without schemas has no such topic. Others may write
/// to it, too: it is read on from where it was read last. Appends and reads may run at the same
/// time; of the reading functions has_more may run beside itself only.
class SchemasLog {
 public:
  /// The broker must live as long.
  explicit SchemasLog(embed::BrokerImpl& broker) : broker_(broker) {}

  /// All or none of them, on disk when it returns, in the order given. message_too_large,
  /// kafka_storage_error, closed.
  Result<void> append(std::span<const RecordText> records);

  /// True where there are records that read_new would give, or the topic is another than the one
  /// read so far. Cheap.
  bool has_more() const;

  using Visit = std::function<void(std::string_view key, std::optional<std::string_view> value,
                                   int64_t offset, int64_t timestamp_ms)>;
  /// Called where the topic was deleted, or made anew, since: what was read of it counts no more.
  using Restart = std::function<void()>;
  /// Everything that was not read yet.
  Result<void> read_new(const Restart& restart, const Visit& visit);

 private:
  Result<std::shared_ptr<embed::TopicImpl>> ensure_topic();
  /// Null where there is no topic now.
  std::shared_ptr<embed::TopicImpl> find_topic() const;

  embed::BrokerImpl& broker_;
  /// The topic that was read, and where to read on in it.
  std::optional<Uuid> topic_id_;
  int64_t next_offset_ = 0;
};

}  // namespace millrace::registry
