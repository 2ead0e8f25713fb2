// Schemas of a registry or a file as people read them.
#pragma once

#include <optional>
#include <string>

#include "cli/schema_draft.h"
#include "cli/schema_name.h"
#include "registry/remote_registry.h"

namespace millrace::server {

/// For people: JSON with its line breaks, ending with one; Protobuf as it is.
std::string pretty_text(schema::Format format, const std::string& text);

/// Asks for what the name stands for, which is no file.
Result<registry::RemoteSchema> fetch(registry::RemoteRegistry& registry, const SchemaName& name,
                                     bool deleted);

/// A schema with all that is needed to understand it.
struct LoadedSchema {
  /// How messages name it: the file, SUBJECT:VERSION or id:N.
  std::string label;
  schema::Format format = schema::Format::avro;
  schema::Source source;
  /// Nothing for a file.
  std::optional<int32_t> id;
};

/// Of a file the flags tell type and references. Errors: those of read_draft, of fetch and of the
/// references.
Result<LoadedSchema> load_schema(registry::RemoteRegistry& registry, const SchemaName& name,
                                 const DraftFlags& flags);

}  // namespace millrace::server
