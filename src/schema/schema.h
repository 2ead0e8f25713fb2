// Schema: a text in one of the registry's formats, understood.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/result.h"

namespace millrace::schema {

/// The registry's words for them are AVRO, JSON and PROTOBUF.
enum class Format { avro, json, protobuf };

std::string_view name_of(Format format);
/// In any case of letters; nothing where the registry has no such format.
std::optional<Format> format_of(std::string_view name);

/// One version of a subject, by the name under which a schema's text refers to it: the full name of
/// an Avro type, the $ref of a JSON Schema, the import of a Protobuf file.
struct Reference {
  std::string name;
  std::string subject;
  int32_t version = 0;

  bool operator==(const Reference&) const = default;
};

/// A text that others refer to.
struct Dependency {
  std::string name;
  std::string text;
};

/// What there is to parse: a text and all that it refers to, directly or through others, each
/// before those that refer to it. A name may be there once.
struct Source {
  std::string text;
  std::vector<Dependency> dependencies = {};
  /// A registry has taken the text before, perhaps by older rules. As in Confluent's registry it is
  /// not held to those that only ask for good order: in Avro any text is a name then, and a default
  /// need not be of its field's type.
  bool is_known = false;
};

/// One reason why a reader's schema does not fit data of a writer's.
struct Incompatibility {
  /// The rule, by the name Confluent's registry gives it: READER_FIELD_MISSING_DEFAULT_VALUE,
  /// TYPE_CHANGED, FIELD_SCALAR_KIND_CHANGED ...
  std::string rule;
  /// Where: "/fields/2", "#/properties/age", "#/User/3".
  std::string path;
  /// What does not fit and how to mend it, a sentence.
  std::string message;
};

/// Immutable; any thread may call.
class Schema {
 public:
  virtual ~Schema() = default;
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  virtual Format format() const = 0;
  /// The text that the registry keeps and answers: what was registered in the format's own
  /// spelling, so that what differs in white space alone is the same schema.
  virtual std::string canonical() const = 0;
  /// The text with `normalize`: schemas that mean the same have the same.
  virtual std::string normalized() const = 0;
  /// The text in another form, as `format` of Confluent's REST calls asks for it: "resolved" (Avro:
  /// with its references in it), "serialized" (Protobuf: base64 of a FileDescriptorProto). The
  /// canonical text where the format has no such form.
  virtual std::string formatted(std::string_view format) const {
    (void)format;
    return canonical();
  }
  /// Why this schema cannot read what was written with `writer`, of the same format; empty where it
  /// can. Bounded work: past a limit of its own it stops with one more reason.
  virtual std::vector<Incompatibility> misfits(const Schema& writer) const = 0;

 protected:
  Schema() = default;
};

/// Errors (invalid_request): what is wrong and where. Nothing is ever fetched from elsewhere.
Result<std::shared_ptr<const Schema>> parse(Format format, const Source& source);

/// Records of one schema between the format's own bytes and JSON text. Immutable.
class Codec {
 public:
  virtual ~Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  /// What stands behind the schema's id in a record (Confluent's wire format): Protobuf's message
  /// indexes included. Errors (invalid_request): where the JSON does not fit the schema.
  virtual Result<std::string> encode(std::string_view json) const = 0;
  /// Compact JSON. Errors (corrupt_message): bytes that are no record of the schema. Allocates no
  /// more than a small multiple of the bytes.
  virtual Result<std::string> decode(std::string_view bytes) const = 0;

 protected:
  Codec() = default;
};

/// `message` chooses a Protobuf message by its full name, for encode; empty: the first one.
Result<std::unique_ptr<const Codec>> make_codec(Format format, const Source& source,
                                                std::string_view message);

}  // namespace millrace::schema
