// How a record is printed, as kcat's -f writes it: '%t[%p] %o: %k = %s\n'.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/result.h"

namespace millrace::server {

inline constexpr const char* kRecordTemplateHelp =
    "a template has %t topic, %p partition, %o offset, %T timestamp, %k key, %s value, %K and %S "
    "their sizes, %h headers, %%, and \\n, \\t, \\r, \\0, \\\\";

class RecordTemplate {
 public:
  /// A field of the record, then this text.
  struct Part {
    enum class Field {
      none,
      topic,
      partition,
      offset,
      timestamp,
      key,
      value,
      key_size,
      value_size,
      headers
    };
    Field field = Field::none;
    std::string text = {};

    bool operator==(const Part&) const = default;
  };

  explicit RecordTemplate(std::vector<Part> parts) : parts_(std::move(parts)) {}
  /// A usage error for a % with nothing known behind it.
  static Result<RecordTemplate> parse(std::string_view text);

  const std::vector<Part>& parts() const { return parts_; }

 private:
  std::vector<Part> parts_;
};

}  // namespace millrace::server
