#include "cli/record_template.h"

#include <optional>

#include "base/text.h"
#include "cli/common.h"

namespace millrace::server {
namespace {

using Field = RecordTemplate::Part::Field;

std::optional<Field> field_of(char letter) {
  switch (letter) {
    case 't': return Field::topic;
    case 'p': return Field::partition;
    case 'o': return Field::offset;
    case 'T': return Field::timestamp;
    case 'k': return Field::key;
    case 's': return Field::value;
    case 'K': return Field::key_size;
    case 'S': return Field::value_size;
    case 'h': return Field::headers;
    default: return std::nullopt;
  }
}

}  // namespace

Result<RecordTemplate> RecordTemplate::parse(std::string_view text) {
  std::vector<Part> parts(1);
  const auto add_text = [&](std::string_view piece) { parts.back().text += unescape(piece); };
  for (size_t percent = text.find('%'); percent != std::string_view::npos;
       percent = text.find('%')) {
    add_text(text.substr(0, percent));
    const std::string_view letter = text.substr(percent + 1, 1);
    if (letter == "%") {
      add_text("%");
    } else if (const auto field = letter.empty() ? std::nullopt : field_of(letter.front())) {
      parts.push_back({.field = *field});
    } else {
      return usage_error(cat("'%", letter, "' is no field; ", kRecordTemplateHelp));
    }
    text.remove_prefix(percent + 2);
  }
  add_text(text);
  return RecordTemplate(std::move(parts));
}

}  // namespace millrace::server
