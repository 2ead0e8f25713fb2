// The schemas by which `millrace produce` writes keys and values.
#pragma once

#include <optional>
#include <string>

#include "cli/registry_flags.h"
#include "cli/schema_writer.h"
#include "command_line.h"
#include "millrace/record.h"

namespace millrace::server {

struct ProduceSchemaFlags {
  RegistryFlags registry{.url = kDefaultRegistry};
  WriterFlags key;
  WriterFlags value;
  bool no_register = false;
};
/// --key-schema, which needs `separator`, --value-schema and what belongs to them.
void add_produce_schema_flags(Command command, ProduceSchemaFlags& flags, Option separator);

/// Encodes what there is a schema for.
class ProduceSchemas {
 public:
  /// Finds or registers the schemas and tells which they are; asks no registry where none was
  /// named. Subjects are TOPIC-key and TOPIC-value unless the flags say otherwise.
  static Result<ProduceSchemas> open(const ProduceSchemaFlags& flags, const std::string& topic,
                                     int64_t timeout_ms);

  /// Key and value, JSON until then, are records of their schemas afterwards and live until the
  /// next call. Null stays null. Bad data, with the line's number, where one does not fit.
  Result<void> encode(ProducerRecord& record, int64_t line_number);

 private:
  std::optional<SchemaWriter> key_writer_;
  std::optional<SchemaWriter> value_writer_;
  std::string key_bytes_;
  std::string value_bytes_;
};

}  // namespace millrace::server
