#include "registry/records.h"

#include "base/text.h"
#include "base/try.h"
#include "json/text.h"
#include "registry/subject.h"

namespace millrace::registry {
namespace {

constexpr std::string_view kTenant = "default";
/// Confluent's name for a field of IdFloor: what it does not know it ignores.
constexpr const char* kIdMax = "idMaxByContext";

Error corrupt(const std::string& what) { return kafka_error(ErrorCode::corrupt_message, what); }

std::optional<int32_t> int32_member(const json::Object& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value == nullptr ? std::nullopt : int32_of(*value);
}

Result<int32_t> need_int32(const json::Object& object, std::string_view name) {
  const auto number = int32_member(object, name);
  if (!number) return corrupt(cat("\"", name, "\" is missing or no 32-bit number"));
  return *number;
}

Result<std::string> need_text(const json::Object& object, std::string_view name) {
  const auto text = object.text(name);
  if (!text) return corrupt(cat("\"", name, "\" is missing or no text"));
  return std::string(*text);
}

std::string optional_text(const json::Object& object, std::string_view name) {
  return std::string(object.text(name).value_or(""));
}

Result<json::Object> parse_object(std::string_view text) {
  MILL_TRY(auto value, json::parse(text));
  if (value.object() == nullptr) return corrupt(cat("an object was expected, not ", value.kind()));
  return std::move(*value.object());
}

json::Value optional_value(const json::Object& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value == nullptr ? json::Value() : *value;
}

Result<SchemaText> parse_schema_text(const json::Object& value) {
  SchemaText schema;
  MILL_TRY(schema.id, need_int32(value, "id"));
  MILL_TRY(schema.text, need_text(value, "schema"));
  const auto format = schema::format_of(value.text("schemaType").value_or("AVRO"));
  if (!format) return corrupt(cat("schemaType ", *value.text("schemaType"), " is unknown"));
  schema.format = *format;
  if (const json::Value* references = value.find("references")) {
    auto parsed = references_of(*references);
    if (!parsed) return corrupt("\"references\" is no list of name, subject and version");
    schema.references = *std::move(parsed);
  }
  schema.metadata = optional_value(value, "metadata");
  schema.rule_set = optional_value(value, "ruleSet");
  schema.guid = guid_of(schema);
  return schema;
}

Result<Record> parse_schema(const json::Object& key, const std::optional<json::Object>& value) {
  MILL_TRY(auto subject, need_text(key, "subject"));
  MILL_TRY(const int32_t version, need_int32(key, "version"));
  if (version < 1) return corrupt(cat("version ", version, " is below 1"));
  if (!value) return Record(SchemaTombstone{.subject = std::move(subject), .version = version});
  MILL_TRY(auto schema, parse_schema_text(*value));
  const json::Value* deleted = value->find("deleted");
  return Record(SchemaEntry{.subject = std::move(subject),
                            .version = version,
                            .schema = std::make_shared<const SchemaText>(std::move(schema)),
                            .deleted = deleted != nullptr && *deleted == json::Value(true)});
}

Result<Record> parse_config(const json::Object& key, const std::optional<json::Object>& value) {
  ConfigChange change{.subject = optional_text(key, "subject"), .config = value};
  if (change.config) change.config->erase("subject");
  return Record(std::move(change));
}

Result<Record> parse_mode(const json::Object& key, const std::optional<json::Object>& value) {
  ModeChange change{.subject = optional_text(key, "subject"), .mode = std::nullopt};
  if (value) {
    MILL_TRY(change.mode, need_text(*value, "mode"));
  }
  return Record(std::move(change));
}

Result<Record> parse_association(const json::Object& key,
                                 const std::optional<json::Object>& value) {
  AssociationKey parsed;
  MILL_TRY(parsed.resource_name, need_text(key, "resourceName"));
  MILL_TRY(parsed.resource_namespace, need_text(key, "resourceNamespace"));
  MILL_TRY(parsed.resource_type, need_text(key, "resourceType"));
  MILL_TRY(parsed.type, need_text(key, "associationType"));
  MILL_TRY(parsed.subject, need_text(key, "subject"));
  if (!value) return Record(AssociationTombstone{.key = std::move(parsed)});
  Association association{.key = std::move(parsed)};
  MILL_TRY(association.guid, need_text(*value, "guid"));
  MILL_TRY(association.resource_id, need_text(*value, "resourceId"));
  const auto lifecycle = lifecycle_of(value->text("lifecycle").value_or(""));
  if (!lifecycle) return corrupt("\"lifecycle\" is neither STRONG nor WEAK");
  association.lifecycle = *lifecycle;
  const json::Value* frozen = value->find("frozen");
  association.frozen = frozen != nullptr && *frozen == json::Value(true);
  return Record(std::move(association));
}

/// Null stands for everything, as Confluent's key of the global configuration has it.
json::Value subject_or_null(const std::string& subject) {
  return subject.empty() ? json::Value() : json::Value(subject);
}

/// Puts a record's key and value together; one function for each kind.
struct Formatter {
  RecordText operator()(const SchemaEntry& entry) const {
    const SchemaText& schema = *entry.schema;
    json::Object value{{"subject", entry.subject}, {"version", entry.version}, {"id", schema.id}};
    add_facets(schema, value);
    value.set("schema", schema.text);
    value.set("deleted", entry.deleted);
    return {.key = schema_key(entry.subject, entry.version), .value = json::write(value)};
  }
  RecordText operator()(const SchemaTombstone& tombstone) const {
    return {.key = schema_key(tombstone.subject, tombstone.version), .value = std::nullopt};
  }
  RecordText operator()(const SubjectDeletion& deletion) const {
    return {.key = subject_key("DELETE_SUBJECT", deletion.subject),
            .value = json::write(
                json::Object{{"subject", deletion.subject}, {"version", deletion.up_to}})};
  }
  RecordText operator()(const SubjectClearing& clearing) const {
    return {.key = subject_key("CLEAR_SUBJECT", subject_or_null(clearing.subject)),
            .value = json::write(json::Object{{"subject", subject_or_null(clearing.subject)}})};
  }
  RecordText operator()(const ConfigChange& change) const {
    RecordText text{.key = subject_key("CONFIG", subject_or_null(change.subject)),
                    .value = std::nullopt};
    if (!change.config) return text;
    json::Object value{{"subject", subject_or_null(change.subject)}};
    for (const json::Member& member : *change.config) value.set(member.name, member.value);
    text.value = json::write(value);
    return text;
  }
  RecordText operator()(const ModeChange& change) const {
    RecordText text{.key = subject_key("MODE", subject_or_null(change.subject)),
                    .value = std::nullopt};
    if (change.mode) {
      text.value = json::write(
          json::Object{{"subject", subject_or_null(change.subject)}, {"mode", *change.mode}});
    }
    return text;
  }
  RecordText operator()(const ContextEntry& entry) const {
    const json::Object value{{"tenant", kTenant}, {"context", entry.context}};
    json::Object key{{"keytype", "CONTEXT"}};
    for (const json::Member& member : value) key.set(member.name, member.value);
    key.set("magic", 0);
    return {.key = json::write(key),
            .value = entry.is_there ? std::optional(json::write(value)) : std::nullopt};
  }
  RecordText operator()(const Association& association) const {
    const AssociationKey& key = association.key;
    const json::Object value{{"guid", association.guid},
                             {"tenant", kTenant},
                             {"resourceName", key.resource_name},
                             {"resourceNamespace", key.resource_namespace},
                             {"resourceId", association.resource_id},
                             {"resourceType", key.resource_type},
                             {"associationType", key.type},
                             {"subject", key.subject},
                             {"lifecycle", name_of(association.lifecycle)},
                             {"frozen", association.frozen}};
    return {.key = association_key(key), .value = json::write(value)};
  }
  RecordText operator()(const AssociationTombstone& tombstone) const {
    return {.key = association_key(tombstone.key), .value = std::nullopt};
  }
  RecordText operator()(const IdFloor& floor) const {
    return {.key = json::write(json::Object{{"keytype", "NOOP"}, {"magic", 0}}),
            .value = json::write(json::Object{{kIdMax, floor.id_max_by_context}})};
  }
  RecordText operator()(const OtherRecord&) const { return {}; }

 private:
  static std::string schema_key(const std::string& subject, int32_t version) {
    return json::write(json::Object{
        {"keytype", "SCHEMA"}, {"subject", subject}, {"version", version}, {"magic", 1}});
  }
  static std::string association_key(const AssociationKey& key) {
    return json::write(json::Object{{"keytype", "ASSOC"},
                                    {"tenant", kTenant},
                                    {"resourceName", key.resource_name},
                                    {"resourceNamespace", key.resource_namespace},
                                    {"resourceType", key.resource_type},
                                    {"associationType", key.type},
                                    {"subject", key.subject},
                                    {"magic", 0}});
  }
  static std::string subject_key(const char* type, json::Value subject) {
    return json::write(
        json::Object{{"keytype", type}, {"subject", std::move(subject)}, {"magic", 0}});
  }
};

}  // namespace

Result<Record> parse_record(std::string_view key_text, std::optional<std::string_view> value_text) {
  MILL_TRY(const auto key, parse_object(key_text));
  MILL_TRY(const auto type, need_text(key, "keytype"));
  std::optional<json::Object> value;
  if (value_text && *value_text != "null" && !value_text->empty()) {
    MILL_TRY(value, parse_object(*value_text));
  }
  if (type == "SCHEMA") return parse_schema(key, value);
  if (type == "CONFIG") return parse_config(key, value);
  if (type == "MODE") return parse_mode(key, value);
  if (type == "ASSOC") return parse_association(key, value);
  if (type == "CONTEXT") {
    MILL_TRY(auto context, need_text(key, "context"));
    return Record(ContextEntry{.context = std::move(context), .is_there = value.has_value()});
  }
  if (!value) return Record(OtherRecord());
  if (type == "DELETE_SUBJECT") {
    MILL_TRY(auto subject, need_text(*value, "subject"));
    MILL_TRY(const int32_t up_to, need_int32(*value, "version"));
    return Record(SubjectDeletion{.subject = std::move(subject), .up_to = up_to});
  }
  if (type == "CLEAR_SUBJECT") {
    return Record(SubjectClearing{.subject = optional_text(*value, "subject")});
  }
  if (type == "NOOP" && value->contains(kIdMax) && value->find(kIdMax)->object() != nullptr) {
    return Record(IdFloor{.id_max_by_context = *value->find(kIdMax)->object()});
  }
  return Record(OtherRecord());
}

RecordText format_record(const Record& record) { return std::visit(Formatter(), record); }

void add_facets(const SchemaText& schema, json::Object& object) {
  if (schema.format != schema::Format::avro) object.set("schemaType", name_of(schema.format));
  if (!schema.references.empty()) object.set("references", references_json(schema.references));
  if (!schema.metadata.is_null()) object.set("metadata", schema.metadata);
  if (!schema.rule_set.is_null()) object.set("ruleSet", schema.rule_set);
}

std::optional<std::string_view> property_of(const json::Value& metadata, std::string_view name) {
  const json::Object* object = metadata.object();
  const json::Value* found = object == nullptr ? nullptr : object->find("properties");
  const json::Object* properties = found == nullptr ? nullptr : found->object();
  return properties == nullptr ? std::nullopt : properties->text(name);
}

std::optional<int32_t> int32_of(const json::Value& value) {
  const auto number = value.number() == nullptr ? std::nullopt : value.number()->to_int64();
  if (!number || *number < INT32_MIN || *number > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(*number);
}

json::Array references_json(const std::vector<schema::Reference>& references) {
  json::Array array;
  for (const schema::Reference& reference : references) {
    array.push_back(json::Object{
        {"name", reference.name}, {"subject", reference.subject}, {"version", reference.version}});
  }
  return array;
}

std::optional<std::vector<schema::Reference>> references_of(const json::Value& value) {
  std::vector<schema::Reference> references;
  if (value.is_null()) return references;
  if (value.array() == nullptr) return std::nullopt;
  for (const json::Value& element : *value.array()) {
    const json::Object* object = element.object();
    if (object == nullptr) return std::nullopt;
    const auto name = object->text("name");
    const auto subject = object->text("subject");
    const auto version = int32_member(*object, "version");
    if (!name || !subject || !version) return std::nullopt;
    references.push_back(
        {.name = std::string(*name), .subject = std::string(*subject), .version = *version});
  }
  return references;
}

}  // namespace millrace::registry
