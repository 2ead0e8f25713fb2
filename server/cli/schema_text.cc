#include "cli/schema_text.h"

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "json/text.h"

namespace millrace::server {
namespace {

std::string label_of(const registry::RemoteSchema& schema) {
  if (schema.subject.empty()) return cat("id:", schema.id);
  return SubjectVersion{.subject = schema.subject, .version = schema.version}.to_string();
}

}  // namespace

std::string pretty_text(schema::Format format, const std::string& text) {
  std::string out = text;
  if (format != schema::Format::protobuf) {
    if (const auto value = json::parse(text)) out = json::write_pretty(*value);
  }
  if (!out.ends_with('\n')) out += '\n';
  return out;
}

Result<registry::RemoteSchema> fetch(registry::RemoteRegistry& registry, const SchemaName& name,
                                     bool deleted) {
  if (const auto* id = std::get_if<SchemaId>(&name)) return registry.by_id(id->id, "");
  const auto& version = std::get<SubjectVersion>(name);
  return registry.version(version.subject, version.version, deleted);
}

Result<LoadedSchema> load_schema(registry::RemoteRegistry& registry, const SchemaName& name,
                                 const DraftFlags& flags) {
  registry::RemoteSchema schema;
  const auto* file = std::get_if<SchemaPath>(&name);
  if (file != nullptr) {
    MILL_TRY(auto draft, read_draft(file->path, flags));
    schema.format = draft.format;
    schema.text = std::move(draft.text);
    schema.references = std::move(draft.references);
  } else {
    MILL_TRY(schema, fetch(registry, name, true));
  }
  MILL_TRY(auto source, registry.source_of(schema));
  source.is_known = file == nullptr;
  LoadedSchema loaded{.label = file != nullptr ? file->path : label_of(schema),
                      .format = schema.format,
                      .source = std::move(source),
                      .id = std::nullopt};
  if (file == nullptr) loaded.id = schema.id;
  return loaded;
}

}  // namespace millrace::server
