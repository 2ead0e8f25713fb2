// JSON becomes keys and values in Confluent's wire format.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/registry_flags.h"
#include "schema/schema.h"

namespace millrace::server {

/// What the command line says about keys, or about values.
struct WriterFlags {
  /// A file, SUBJECT[:VERSION] or id:N; empty: plain text is written.
  std::string schema = {};
  /// Of a Protobuf schema; empty: its first.
  std::string message = {};
  /// Where a file's schema is registered; empty: by the topic.
  std::string subject = {};
};

/// Writes records of one schema.
class SchemaWriter {
 public:
  /// Finds the schema. One of a file is registered in the flags' subject or else in
  /// `topic_subject`, or, unless `registers`, only looked up there. Whether the file is a schema
  /// and has the message is found out before anything is registered. Errors: those of the registry;
  /// bad data where the file is no schema.
  static Result<SchemaWriter> open(registry::RemoteRegistry& registry, const WriterFlags& flags,
                                   const std::string& topic_subject, bool registers);

  /// Bad data where the JSON does not fit the schema.
  Result<std::string> encode(std::string_view json) const;
  /// Which schema it is, for messages.
  const std::string& label() const { return label_; }

 private:
  SchemaWriter(std::unique_ptr<const schema::Codec> codec, int32_t id, std::string label)
      : codec_(std::move(codec)), id_(id), label_(std::move(label)) {}

  std::unique_ptr<const schema::Codec> codec_;
  int32_t id_;
  std::string label_;
};

}  // namespace millrace::server
