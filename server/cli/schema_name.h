// Names of schemas on the command line: SUBJECT[:VERSION], id:N, or a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "millrace/result.h"
#include "schema/schema.h"

namespace millrace::server {

struct SubjectVersion {
  std::string subject;
  std::optional<int32_t> version = std::nullopt;
  /// "latest" was written, which is no number.
  bool is_latest = false;

  bool operator==(const SubjectVersion&) const = default;
  /// As it is written.
  std::string to_string() const;
};

/// What stands behind the last colon is a version if it is a number or "latest"; the context in
/// front of a subject (":.context:subject") has colons of its own. Usage errors: an empty subject,
/// a version out of range.
Result<SubjectVersion> parse_subject_version(std::string_view text);

struct SchemaId {
  int32_t id = 0;
  bool operator==(const SchemaId&) const = default;
};
struct SchemaPath {
  /// "-" is standard input.
  std::string path;
  bool operator==(const SchemaPath&) const = default;
};
using SchemaName = std::variant<SubjectVersion, SchemaId, SchemaPath>;

/// "-" and the names of files that are there are files, "id:N" is an id, anything else a subject.
/// Usage errors as above.
Result<SchemaName> parse_schema_name(std::string_view text);
/// The same without files.
Result<SchemaName> parse_registered_name(std::string_view text);

/// NAME=SUBJECT:VERSION, split at its last "=" since names of files may have some. A usage error
/// where it is not that; the version must be a number.
Result<schema::Reference> parse_reference(std::string_view text);

}  // namespace millrace::server
