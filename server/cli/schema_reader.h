// Keys and values in Confluent's wire format become JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "registry/remote_registry.h"
#include "schema/schema.h"

namespace millrace::server {

/// Ids that are kept; more of them are fetched anew.
inline constexpr size_t kKnownSchemasMax = 1'000;

enum class RecordPart { key, value };

struct DecodedPart {
  std::string json;
  int32_t schema_id = 0;
};

/// Asks for each id once. Nothing that is wrong with a record or the registry ends reading: what
/// cannot be decoded is told, at most once an id and twenty times in all, and left as it is. Keys
/// that are not in the format are not told of, since most keys are plain text. One thread.
class SchemaReader {
 public:
  explicit SchemaReader(registry::RemoteRegistry registry) : registry_(std::move(registry)) {}

  /// Of the record at that place, for messages. Nothing where it is to be printed as it is.
  std::optional<DecodedPart> decode(RecordPart part, std::string_view bytes, std::string_view topic,
                                    int32_t partition, int64_t offset);

 private:
  struct Known {
    /// Null: records with that id are printed as they are.
    std::unique_ptr<const schema::Codec> codec;
    bool is_told = false;
  };

  /// Null where the registry cannot be asked at the moment.
  Known* find(int32_t id, const std::string& subject, std::string_view where);
  Result<std::unique_ptr<const schema::Codec>> fetch(int32_t id, const std::string& subject);
  void note(std::string_view line);

  registry::RemoteRegistry registry_;
  std::unordered_map<int32_t, Known> known_;
  std::chrono::steady_clock::time_point ask_again_at_;
  bool has_told_of_plain_ = false;
  int notes_left_ = 20;
};

}  // namespace millrace::server
