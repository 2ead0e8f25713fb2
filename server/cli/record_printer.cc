#include "cli/record_printer.h"

#include "base/text.h"
#include "base/try.h"
#include "base/utf8.h"
#include "cli/common.h"
#include "cli/text_encoding.h"

namespace millrace::server {
namespace {

using Part = RecordTemplate::Part;

/// "name": text, or "name_base64": ..., or "name": null.
void append_member(std::string& out, std::string_view name,
                   const std::optional<std::string_view>& bytes) {
  out += '"';
  out += name;
  if (!bytes) {
    out += "\":null";
  } else if (is_utf8(*bytes)) {
    out += "\":";
    append_json_string(out, *bytes);
  } else {
    out += "_base64\":\"";
    out += to_base64(*bytes);
    out += '"';
  }
}

/// As above, or JSON that stands for itself, with the id of its schema.
void append_part(std::string& out, std::string_view name,
                 const std::optional<std::string_view>& bytes, std::optional<int32_t> schema_id) {
  if (!bytes || !schema_id) return append_member(out, name, bytes);
  out += cat('"', name, "\":", *bytes, ",\"", name, "_schema_id\":", *schema_id);
}

void append_json(std::string& out, const PrintedRecord& record) {
  out += "{\"topic\":";
  append_json_string(out, record.topic);
  out += ",\"partition\":" + std::to_string(record.partition);
  out += ",\"offset\":" + std::to_string(record.offset);
  out += ",\"timestamp\":" + std::to_string(record.timestamp_ms) + ',';
  append_part(out, "key", record.key, record.key_schema_id);
  out += ',';
  append_part(out, "value", record.value, record.value_schema_id);
  out += ",\"headers\":[";
  bool first = true;
  for (const auto& header : record.headers) {
    if (!first) out += ',';
    first = false;
    out += '{';
    append_member(out, "key", header.key);
    out += ',';
    append_member(out, "value", header.value);
    out += '}';
  }
  out += "]}\n";
}

void append_headers(std::string& out, const PrintedRecord& record, const std::string& null_text) {
  bool first = true;
  for (const auto& header : record.headers) {
    if (!first) out += ',';
    first = false;
    out += header.key;
    out += '=';
    out += header.value.value_or(null_text);
  }
}

std::string size_of(const std::optional<std::string_view>& bytes) {
  return bytes ? std::to_string(bytes->size()) : "-1";
}

void append_field(std::string& out, Part::Field field, const PrintedRecord& record,
                  const std::string& null_text) {
  using Field = Part::Field;
  switch (field) {
    case Field::topic: out += record.topic; break;
    case Field::partition: out += std::to_string(record.partition); break;
    case Field::offset: out += std::to_string(record.offset); break;
    case Field::timestamp: out += std::to_string(record.timestamp_ms); break;
    case Field::key: out += record.key.value_or(null_text); break;
    case Field::value: out += record.value.value_or(null_text); break;
    case Field::key_size: out += size_of(record.key); break;
    case Field::value_size: out += size_of(record.value); break;
    case Field::headers: append_headers(out, record, null_text); break;
    case Field::none: break;
  }
}

}  // namespace

Result<RecordStyle> parse_style(std::string_view format, std::string_view key_separator,
                                std::string_view null_text) {
  using Field = Part::Field;
  RecordStyle style{.null_text = std::string(null_text)};
  if (format == "json") return style;
  if (format == "value") {
    style.text = RecordTemplate({{.field = Field::value, .text = "\n"}});
  } else if (format == "key-value") {
    style.text = RecordTemplate({{.field = Field::key, .text = std::string(key_separator)},
                                 {.field = Field::value, .text = "\n"}});
  } else if (format.find('%') != std::string_view::npos) {
    MILL_TRY(style.text, RecordTemplate::parse(format));
  } else {
    return usage_error(cat("'", format, "' is none of value, key-value, json and has no %; ",
                           kRecordTemplateHelp));
  }
  return style;
}

void append_record(std::string& out, const RecordStyle& style, const PrintedRecord& record) {
  if (!style.text) return append_json(out, record);
  for (const Part& part : style.text->parts()) {
    append_field(out, part.field, record, style.null_text);
    out += part.text;
  }
}

}  // namespace millrace::server
