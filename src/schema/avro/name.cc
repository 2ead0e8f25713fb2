#include "schema/avro/name.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"

namespace millrace::schema::avro {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c); });
}

Error illegal(std::string_view text) {
  return kafka_error(ErrorCode::invalid_request,
                     cat("\"", text,
                         "\" is no Avro name; a name is a letter or an underscore, then letters, "
                         "digits and underscores"));
}

/// Parts between dots, none of which may be empty.
Result<void> check_space(std::string_view space) {
  for (size_t from = 0; from <= space.size();) {
    const size_t dot = std::min(space.find('.', from), space.size());
    if (!is_name(space.substr(from, dot - from))) {
      return kafka_error(
          ErrorCode::invalid_request,
          cat("\"", space, "\" is no namespace; a namespace is names with dots between them"));
    }
    from = dot + 1;
  }
  return {};
}

}  // namespace

Result<void> check_name(std::string_view text, NameRule rule) {
  if (rule == NameRule::any || is_name(text)) return {};
  return illegal(text.substr(0, kNameSizeMax));
}

std::string full_name(std::string_view text, std::string_view space) {
  if (space.empty() || text.find('.') != text.npos) return std::string(text);
  return std::string(space).append(".").append(text);
}

Result<Name> Name::parse(std::string_view text, std::string_view space, NameRule rule) {
  std::string_view simple = text;
  if (const size_t dot = text.rfind('.'); dot != text.npos) {
    space = text.substr(0, dot);
    simple = text.substr(dot + 1);
  }
  if (space.size() + simple.size() >= kNameSizeMax) {
    return kafka_error(ErrorCode::invalid_request,
                       cat("a full name has at most ", kNameSizeMax, " characters, \"",
                           simple.substr(0, 40), "...\" has more; shorten it"));
  }
  MILL_CHECK(check_name(simple, rule));
  if (space.empty()) return Name(std::string(simple), 0);
  if (rule == NameRule::strict) MILL_CHECK(check_space(space));
  return Name(full_name(simple, space), space.size() + 1);
}

std::string_view Name::space() const {
  return simple_at_ == 0 ? std::string_view() : std::string_view(full_).substr(0, simple_at_ - 1);
}

std::string_view Name::simple() const { return std::string_view(full_).substr(simple_at_); }

}  // namespace millrace::schema::avro
