// A schema that stands in a file, with what the command line says about it.
#pragma once

#include <string>
#include <vector>

#include "command_line.h"
#include "registry/remote_registry.h"

namespace millrace::server {

/// No registry takes a schema of that size.
inline constexpr size_t kSchemaBytesMax = size_t{16} << 20;

struct DraftFlags {
  /// Empty: by the name of the file.
  std::string type = {};
  std::vector<std::string> references = {};
  bool normalize = false;
};
/// --type and --reference.
void add_draft_flags(Command command, DraftFlags& flags);
/// --normalize.
void add_normalize_flag(Command command, DraftFlags& flags);

/// Reads the file, "-" is standard input. Of .avsc, .json and .proto the type is known; others need
/// `type` (usage error). Bad data where the text is larger than kSchemaBytesMax; the system's error
/// where it cannot be read.
Result<registry::Draft> read_draft(const std::string& path, const DraftFlags& flags);

}  // namespace millrace::server
