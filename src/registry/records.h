// The records of the topic _schemas, keys and values in Confluent's JSON format.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "json/value.h"
#include "millrace/result.h"
#include "registry/association.h"
#include "schema/schema.h"

namespace millrace::registry {

/// What an id stands for: the same under every subject of a context.
struct SchemaText {
  int32_t id = 0;
  schema::Format format = schema::Format::avro;
  /// Canonical.
  std::string text;
  std::vector<schema::Reference> references;
  /// Kept and answered, otherwise without meaning here; null where there is none.
  json::Value metadata;
  json::Value rule_set;
  /// What names it in any registry: the MD5 of all above but the id, as a UUID.
  std::string guid;
};

/// A version of a subject. Deleted means softly: gone for those who do not ask for deleted ones.
struct SchemaEntry {
  std::string subject;
  int32_t version = 0;
  std::shared_ptr<const SchemaText> schema;
  bool deleted = false;
};
/// The version is gone for good.
struct SchemaTombstone {
  std::string subject;
  int32_t version = 0;
};
/// All versions of the subject up to this one are softly deleted.
struct SubjectDeletion {
  std::string subject;
  int32_t up_to = 0;
};
/// The subject, or the context it stands for, begins anew.
struct SubjectClearing {
  std::string subject;
};
/// Nothing: the subject has none of its own any more. An empty subject is everything.
struct ConfigChange {
  std::string subject;
  std::optional<json::Object> config;
};
struct ModeChange {
  std::string subject;
  std::optional<std::string> mode;
};
struct ContextEntry {
  std::string context;
  bool is_there = true;
};
/// An Association that is no more.
struct AssociationTombstone {
  AssociationKey key;
};
/// No id up to this one is given again, although the schemas that had it are gone. Stands in the
/// value of Confluent's NOOP record, where its registry looks at the key only.
struct IdFloor {
  json::Object id_max_by_context;
};
/// A key that is none of ours, or means nothing to a single registry.
struct OtherRecord {};

using Record =
    std::variant<SchemaEntry, SchemaTombstone, SubjectDeletion, SubjectClearing, ConfigChange,
                 ModeChange, ContextEntry, Association, AssociationTombstone, IdFloor, OtherRecord>;

/// corrupt_message: no JSON, or without what its kind needs; tells what.
Result<Record> parse_record(std::string_view key, std::optional<std::string_view> value);

struct RecordText {
  std::string key;
  std::optional<std::string> value;
};
/// Not of OtherRecord.
RecordText format_record(const Record& record);

/// A random one (RFC 4122, version 4), as Java writes it.
std::string random_guid();
/// See SchemaText::guid.
std::string guid_of(const SchemaText& schema);

/// Adds what a schema says beside its text, in Confluent's order and as far as there is anything to
/// say: schemaType, references, metadata, ruleSet.
void add_facets(const SchemaText& schema, json::Object& object);
/// Of the metadata's properties; nothing where there is none of that name, or it is no text.
std::optional<std::string_view> property_of(const json::Value& metadata, std::string_view name);
/// Nothing where it is no whole number of 32 bits.
std::optional<int32_t> int32_of(const json::Value& value);

json::Array references_json(const std::vector<schema::Reference>& references);
/// Nothing where it is no array of references.
std::optional<std::vector<schema::Reference>> references_of(const json::Value& value);

}  // namespace millrace::registry
