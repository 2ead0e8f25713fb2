// One record as text: by a template, or as a JSON object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/record_template.h"
#include "millrace/record.h"
#include "millrace/result.h"

namespace millrace::server {

struct PrintedRecord {
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t timestamp_ms = -1;
  std::optional<std::string_view> key = std::nullopt;
  std::optional<std::string_view> value = std::nullopt;
  Headers headers = {};
  /// Where key or value are JSON now, decoded by the schema with that id.
  std::optional<int32_t> key_schema_id = std::nullopt;
  std::optional<int32_t> value_schema_id = std::nullopt;
};

struct RecordStyle {
  /// Nothing: JSON.
  std::optional<RecordTemplate> text = std::nullopt;
  /// What stands for a null key or value (not in JSON, which has null).
  std::string null_text = {};
};

/// "value", "key-value" (with the separator between them), "json", or a template.
Result<RecordStyle> parse_style(std::string_view format, std::string_view key_separator,
                                std::string_view null_text);

/// JSON is one line: topic, partition, offset, timestamp, key, value, headers, in this order; bytes
/// that are no UTF-8 stand as base64 under key_base64, value_base64. What a schema decoded stands
/// there as JSON itself, followed by key_schema_id, value_schema_id.
void append_record(std::string& out, const RecordStyle& style, const PrintedRecord& record);

}  // namespace millrace::server
