// Types as a whole, unions, arrays, maps; what has a name is in named_type_parser.cc, fields in
// field_parser.cc.
#include "schema/avro/type_parser.h"

#include <unordered_set>

#include "base/text.h"
#include "base/try.h"
#include "json/text.h"
#include "schema/avro/parser_step.h"

namespace millrace::schema::avro {
namespace {

/// Attributes that the specification knows; they are no properties, even where the kind has none.
bool is_reserved(std::string_view attribute, Kind kind) {
  static const std::unordered_set<std::string_view> kReserved = {
      "aliases",   "doc",  "fields",  "items", "name",
      "namespace", "size", "symbols", "type",  "values"};
  if (kind == Kind::enumeration && attribute == "default") return true;
  return kReserved.contains(attribute);
}

}  // namespace

Result<std::shared_ptr<const TypeGraph>> parse_types(const Source& source) {
  auto graph = std::make_shared<TypeGraph>();
  TypeParser parser(*graph, source.is_known);
  for (const Dependency& dependency : source.dependencies) {
    auto parsed = parser.parse_text(dependency.text, true);
    if (!parsed) {
      return std::move(parsed).error().with_context(cat("reference \"", dependency.name, "\""));
    }
  }
  MILL_TRY(graph->root, parser.parse_text(source.text, false));
  return std::shared_ptr<const TypeGraph>(std::move(graph));
}

Result<const Type*> TypeParser::parse_text(std::string_view text, bool referenced) {
  referenced_ = referenced;
  MILL_TRY(const json::Value document, json::parse(text));
  return parse(document, "");
}

Result<const Type*> TypeParser::parse(const json::Value& value, std::string_view space) {
  if (const std::string* name = value.string()) return find(*name, space);
  if (const json::Array* branches = value.array()) return parse_union(*branches, space);
  if (const json::Object* object = value.object()) return parse_object(*object, space);
  return error(cat("a schema is a name, an object or an array, not a ", value.kind()));
}

Result<const Type*> TypeParser::parse_object(const json::Object& object, std::string_view space) {
  const auto word = object.text("type");
  if (!word) {
    return error(
        "an object needs a \"type\" that is a text; where it is an object or an array, write that "
        "in the outer object's place");
  }
  if (const auto primitive = primitive_of(*word)) return parse_primitive(object, *primitive);
  if (*word == "record" || *word == "error") return parse_record(object, space);
  if (*word == "enum") return parse_enum(object, space);
  if (*word == "fixed") return parse_fixed(object, space);
  if (*word == "array") return parse_items(object, Kind::array, space);
  if (*word == "map") return parse_items(object, Kind::map, space);
  const Step step(*this, "type");
  return find(*word, space);
}

Result<const Type*> TypeParser::parse_primitive(const json::Object& object, Kind kind) {
  if (object.size() == 1) return shared_primitive(kind);
  Type& type = add(kind, &object);
  type.logical = logical_type_of(type);
  return &type;
}

Result<const Type*> TypeParser::parse_union(const json::Array& branches, std::string_view space) {
  Type& type = add(Kind::one_of, nullptr);
  for (const json::Value& branch : branches) {
    const Step step(*this, type.types.size());
    MILL_TRY(const Type* parsed, parse(branch, space));
    if (parsed->kind == Kind::one_of) {
      return error("a union may not stand directly in a union; name its branches in the outer one");
    }
    if (!type.positions.emplace(parsed->title(), type.types.size()).second) {
      return error(cat("the union has the branch \"", parsed->title(),
                       "\" twice; only types with names of their own may be there more than once"));
    }
    type.types.push_back(parsed);
  }
  return &type;
}

Result<const Type*> TypeParser::parse_items(const json::Object& object, Kind kind,
                                            std::string_view space) {
  const std::string_view attribute = kind == Kind::array ? "items" : "values";
  const json::Value* each = object.find(attribute);
  if (each == nullptr) {
    return error(cat("a type \"", word_of(kind), "\" needs \"", attribute, "\""));
  }
  const Step step(*this, attribute);
  MILL_TRY(const Type* parsed, parse(*each, space));
  Type& type = add(kind, &object);
  type.types.push_back(parsed);
  type.logical = logical_type_of(type);
  return &type;
}

Result<const Type*> TypeParser::find(std::string_view text, std::string_view space) {
  if (const auto primitive = primitive_of(text)) return shared_primitive(*primitive);
  if (text.size() > kNameSizeMax) return error("a name is too long to be one");
  auto found = named_.find(full_name(text, space));
  if (found == named_.end()) found = named_.find(std::string(text));
  if (found != named_.end()) return found->second;
  return error(cat("unknown type \"", text,
                   "\"; a name is defined before it is used, here or in a ", "reference",
                   hint_for(text)));
}

std::string TypeParser::hint_for(std::string_view text) const {
  for (const auto& [full, type] : named_) {
    if (type->name.simple() == text) return cat(". Did you mean \"", full, "\"?");
  }
  return "";
}

const Type* TypeParser::shared_primitive(Kind kind) {
  const Type*& shared = primitives_[kind];
  if (shared == nullptr) shared = &add(kind, nullptr);
  return shared;
}

Type& TypeParser::add(Kind kind, const json::Object* object) {
  Type& type = graph_.types.emplace_back();
  type.kind = kind;
  type.referenced = referenced_;
  if (object == nullptr) return type;
  for (const json::Member& member : *object) {
    if (!is_reserved(member.name, kind)) type.properties.set(member.name, member.value);
  }
  return type;
}

Error TypeParser::error(std::string_view what) const {
  std::string path;
  for (const std::string& step : path_) path += "/" + step;
  return kafka_error(ErrorCode::invalid_request,
                     cat("Avro schema, at ", path.empty() ? "its root" : path, ": ", what));
}

}  // namespace millrace::schema::avro
