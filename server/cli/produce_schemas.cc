#include "cli/produce_schemas.h"

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"

namespace millrace::server {
namespace {

Option add_writer_flags(Command command, WriterFlags& flags, const std::string& part) {
  const auto schema =
      command.option(cat("--", part, "-schema"), flags.schema,
                     cat("The ", part,
                         "s are JSON and are written by this schema: a file, SUBJECT[:VERSION] or "
                         "id:N. A file's is registered first"));
  command
      .option(cat("--", part, "-message"), flags.message,
              "Full name of the Protobuf message; the schema's first one without it")
      .needs(schema);
  command
      .option(cat("--", part, "-subject"), flags.subject,
              cat("Where a file's schema is registered; TOPIC-", part, " without it"))
      .needs(schema);
  return schema;
}

Result<std::optional<SchemaWriter>> open_writer(registry::RemoteRegistry& registry,
                                                const WriterFlags& flags,
                                                const std::string& topic_subject, bool registers) {
  if (flags.schema.empty()) return std::optional<SchemaWriter>();
  MILL_TRY(auto writer, SchemaWriter::open(registry, flags, topic_subject, registers));
  return std::optional(std::move(writer));
}

Result<void> encode_part(const std::optional<SchemaWriter>& writer, std::string_view part,
                         int64_t line_number, std::string& bytes,
                         std::optional<std::string_view>& text) {
  if (!writer || !text) return {};
  auto encoded = writer->encode(*text);
  if (!encoded) {
    return bad_data(cat("line ", line_number, ", ", part, ": ", encoded.error().message(),
                        "; nothing from it on was sent"));
  }
  bytes = *std::move(encoded);
  text = bytes;
  return {};
}

}  // namespace

void add_produce_schema_flags(Command command, ProduceSchemaFlags& flags, Option separator) {
  add_writer_flags(command, flags.value, "value");
  add_writer_flags(command, flags.key, "key").needs(separator);
  command.flag("--no-register", flags.no_register, "A file's schema must be registered already");
  add_registry_address_flags(command, flags.registry, "URL of the schema registry").with_default();
}

Result<ProduceSchemas> ProduceSchemas::open(const ProduceSchemaFlags& flags,
                                            const std::string& topic, int64_t timeout_ms) {
  ProduceSchemas schemas;
  if (flags.key.schema.empty() && flags.value.schema.empty()) return schemas;
  RegistryFlags flags_of_registry = flags.registry;
  flags_of_registry.timeout_ms = timeout_ms;
  MILL_TRY(auto registry, open_registry(flags_of_registry));
  MILL_TRY(schemas.key_writer_,
           open_writer(registry, flags.key, topic + "-key", !flags.no_register));
  MILL_TRY(schemas.value_writer_,
           open_writer(registry, flags.value, topic + "-value", !flags.no_register));
  if (schemas.key_writer_) tell(cat("key schema: ", schemas.key_writer_->label()));
  if (schemas.value_writer_) tell(cat("value schema: ", schemas.value_writer_->label()));
  return schemas;
}

Result<void> ProduceSchemas::encode(ProducerRecord& record, int64_t line_number) {
  MILL_CHECK(encode_part(key_writer_, "key", line_number, key_bytes_, record.key));
  MILL_CHECK(encode_part(value_writer_, "value", line_number, value_bytes_, record.value));
  return {};
}

}  // namespace millrace::server
