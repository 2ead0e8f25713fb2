#include "cli/schema_writer.h"

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/schema_draft.h"
#include "cli/schema_name.h"
#include "cli/schema_text.h"
#include "cli/wire_format.h"

namespace millrace::server {
namespace {

using CodecPointer = std::unique_ptr<const schema::Codec>;

Result<CodecPointer> codec_of(const LoadedSchema& loaded, const std::string& message) {
  auto codec = schema::make_codec(loaded.format, loaded.source, message);
  if (!codec) return bad_data(cat(loaded.label, ": ", codec.error().message()));
  return codec;
}

Result<int32_t> id_in(registry::RemoteRegistry& registry, const std::string& subject,
                      const registry::Draft& draft, bool registers) {
  if (registers) {
    MILL_TRY(const auto registered, registry.register_schema(subject, draft));
    return registered.id;
  }
  MILL_TRY(const auto found, registry.look_up(subject, draft));
  return found.id;
}

}  // namespace

Result<SchemaWriter> SchemaWriter::open(registry::RemoteRegistry& registry,
                                        const WriterFlags& flags, const std::string& topic_subject,
                                        bool registers) {
  MILL_TRY(const auto name, parse_schema_name(flags.schema));
  if (const auto* file = std::get_if<SchemaPath>(&name)) {
    if (file->path == "-") return usage_error("standard input has the records, not their schema");
    MILL_TRY(const auto draft, read_draft(file->path, {}));
    const LoadedSchema loaded{.label = file->path,
                              .format = draft.format,
                              .source = {.text = draft.text, .dependencies = {}},
                              .id = std::nullopt};
    MILL_TRY(auto codec, codec_of(loaded, flags.message));
    const std::string& subject = flags.subject.empty() ? topic_subject : flags.subject;
    MILL_TRY(const int32_t id, id_in(registry, subject, draft, registers));
    return SchemaWriter(std::move(codec), id, cat(file->path, ", ", subject, ", id ", id));
  }
  MILL_TRY(const auto loaded, load_schema(registry, name, {}));
  MILL_TRY(auto codec, codec_of(loaded, flags.message));
  return SchemaWriter(std::move(codec), *loaded.id, cat(loaded.label, ", id ", *loaded.id));
}

Result<std::string> SchemaWriter::encode(std::string_view json) const {
  const auto payload = codec_->encode(json);
  if (!payload)
    return bad_data(cat("it is no record of ", label_, ": ", payload.error().message()));
  return frame_record({.id = id_, .payload = *payload});
}

}  // namespace millrace::server
