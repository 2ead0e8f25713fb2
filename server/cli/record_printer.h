// One record as one line: its value, key and value, or a JSON object.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/topic_partition.h"
#include "record/record_view.h"

namespace millrace::server {

enum class RecordFormat { value, key_value, json };

struct RecordStyle {
  RecordFormat format = RecordFormat::value;
  std::string key_separator = "\t";
  /// What stands for a null key or value (not in JSON, which has null).
  std::string null_text;
};

/// Appends the line. JSON: topic, partition, offset, timestamp, key, value, headers, in this order;
/// bytes that are no UTF-8 stand as base64 under key_base64, value_base64.
void append_record(std::string& out, const RecordStyle& style, const TopicPartition& from,
                   const record::RecordView& record);

/// Appends a JSON string with its quotes; `text` must be UTF-8.
void append_json_string(std::string& out, std::string_view text);
bool is_utf8(std::string_view text);
std::string to_base64(std::string_view bytes);

}  // namespace millrace::server
