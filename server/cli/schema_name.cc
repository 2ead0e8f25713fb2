#include "cli/schema_name.h"

#include <filesystem>
#include <limits>

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"

namespace millrace::server {
namespace {

constexpr std::string_view kLatest = "latest";
constexpr std::string_view kIdPrefix = "id:";

/// Where the subject itself begins behind ":.context:"; 0 without a context.
size_t end_of_context(std::string_view text) {
  if (!text.starts_with(":.")) return 0;
  const size_t colon = text.find(':', 1);
  return colon == text.npos ? 0 : colon + 1;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

Result<int32_t> positive_number(std::string_view text, std::string_view what) {
  const auto number = parse_int64(text);
  if (!number || *number < 1 || *number > std::numeric_limits<int32_t>::max()) {
    return usage_error(
        cat("'", text, "' is no ", what, ": 1 to ", std::numeric_limits<int32_t>::max()));
  }
  return static_cast<int32_t>(*number);
}

}  // namespace

std::string SubjectVersion::to_string() const {
  if (is_latest) return cat(subject, ':', kLatest);
  return version ? cat(subject, ':', *version) : subject;
}

Result<SubjectVersion> parse_subject_version(std::string_view text) {
  SubjectVersion name{.subject = std::string(text)};
  const size_t colon = text.rfind(':');
  if (colon != text.npos && colon >= end_of_context(text)) {
    const std::string_view version = text.substr(colon + 1);
    name.is_latest = version == kLatest;
    if (name.is_latest || is_number(version)) name.subject = text.substr(0, colon);
    if (is_number(version)) {
      MILL_TRY(name.version, positive_number(version, "version"));
    }
  }
  if (name.subject.empty()) {
    return usage_error(cat("'", text, "' names no subject: SUBJECT or SUBJECT:VERSION"));
  }
  return name;
}

Result<SchemaName> parse_registered_name(std::string_view text) {
  if (text.starts_with(kIdPrefix) && is_number(text.substr(kIdPrefix.size()))) {
    MILL_TRY(const auto id, positive_number(text.substr(kIdPrefix.size()), "schema id"));
    return SchemaName(SchemaId{.id = id});
  }
  MILL_TRY(auto name, parse_subject_version(text));
  return SchemaName(std::move(name));
}

Result<SchemaName> parse_schema_name(std::string_view text) {
  std::error_code ignored;
  const bool is_there =
      std::filesystem::exists(text, ignored) && !std::filesystem::is_directory(text, ignored);
  if (text == "-" || is_there) return SchemaName(SchemaPath{.path = std::string(text)});
  return parse_registered_name(text);
}

Result<schema::Reference> parse_reference(std::string_view text) {
  const size_t equals = text.rfind('=');
  if (equals != text.npos && equals > 0) {
    MILL_TRY(auto named, parse_subject_version(text.substr(equals + 1)));
    if (named.version) {
      return schema::Reference{.name = std::string(text.substr(0, equals)),
                               .subject = std::move(named.subject),
                               .version = *named.version};
    }
  }
  return usage_error(cat("'", text, "' is not NAME=SUBJECT:VERSION"));
}

}  // namespace millrace::server
