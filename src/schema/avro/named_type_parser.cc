// TypeParser: records, enums and fixed.
#include <unordered_set>

#include "base/text.h"
#include "base/try.h"
#include "schema/avro/parser_step.h"
#include "schema/avro/type_parser.h"

namespace millrace::schema::avro {

Result<Name> TypeParser::parse_name(const json::Object& object, std::string_view space) {
  const auto name = object.text("name");
  if (!name) return error("a record, enum or fixed needs a \"name\" that is a text");
  if (const json::Value* own = object.find("namespace"); own && !own->is_null()) {
    if (!own->string()) return error(cat("\"namespace\" is a text, not a ", own->kind()));
    space = *own->string();
  }
  auto parsed = Name::parse(*name, space, names_);
  if (!parsed) return error(parsed.error().message());
  if (primitive_of(parsed->full())) {
    return error(cat("\"", *name, "\" is the name of a primitive type; choose another"));
  }
  return parsed;
}

Result<void> TypeParser::parse_aliases(const json::Object& object, Type& type) {
  const json::Value* aliases = object.find("aliases");
  if (aliases == nullptr) return {};
  const Step step(*this, "aliases");
  if (!aliases->array()) return error("aliases are an array of names");
  std::unordered_set<std::string> seen;
  for (const json::Value& alias : *aliases->array()) {
    if (!alias.string()) return error(cat("an alias is a text, not a ", alias.kind()));
    auto parsed = Name::parse(*alias.string(), type.name.space(), names_);
    if (!parsed) return error(parsed.error().message());
    if (seen.insert(parsed->full()).second) type.aliases.push_back(*std::move(parsed));
  }
  return {};
}

Result<Type*> TypeParser::define(const json::Object& object, Kind kind, std::string_view space) {
  MILL_TRY(Name name, parse_name(object, space));
  Type& type = add(kind, &object);
  type.name = std::move(name);
  if (const auto doc = object.text("doc")) type.doc = *doc;
  MILL_CHECK(parse_aliases(object, type));
  if (!named_.emplace(type.name.full(), &type).second) {
    return error(cat("\"", type.name.full(),
                     "\" is defined a second time; define it once and use its name afterwards"));
  }
  return &type;
}

Result<const Type*> TypeParser::parse_record(const json::Object& object, std::string_view space) {
  MILL_TRY(Type* const type, define(object, Kind::record, space));
  type->is_error = object.text("type") == "error";
  open_.insert(type);
  MILL_CHECK(parse_fields(object, *type));
  open_.erase(type);
  type->logical = logical_type_of(*type);
  return type;
}

Result<const Type*> TypeParser::parse_fixed(const json::Object& object, std::string_view space) {
  MILL_TRY(Type* const type, define(object, Kind::fixed, space));
  const json::Value* size = object.find("size");
  const auto bytes = size && size->number() ? size->number()->to_int64() : std::nullopt;
  if (!bytes || *bytes < 0 || *bytes > INT32_MAX) {
    return error("a fixed needs a \"size\" in bytes, a whole number that fits 31 bits");
  }
  type->size = static_cast<int32_t>(*bytes);
  type->logical = logical_type_of(*type);
  return type;
}

Result<const Type*> TypeParser::parse_enum(const json::Object& object, std::string_view space) {
  MILL_TRY(Type* const type, define(object, Kind::enumeration, space));
  MILL_CHECK(parse_symbols(object, *type));
  MILL_CHECK(parse_default_symbol(object, *type));
  type->logical = logical_type_of(*type);
  return type;
}

Result<void> TypeParser::parse_symbols(const json::Object& object, Type& type) {
  const json::Value* symbols = object.find("symbols");
  if (symbols == nullptr || !symbols->array()) {
    return error("an enum needs \"symbols\", an array of names");
  }
  const Step step(*this, "symbols");
  type.symbols.reserve(symbols->array()->size());
  for (const json::Value& symbol : *symbols->array()) {
    const Step place(*this, type.symbols.size());
    if (!symbol.string()) return error(cat("a symbol is a text, not a ", symbol.kind()));
    if (const auto legal = check_name(*symbol.string(), names_); !legal) {
      return error(legal.error().message());
    }
    type.symbols.push_back(*symbol.string());
    if (!type.positions.emplace(type.symbols.back(), type.symbols.size() - 1).second) {
      return error(cat("the enum has the symbol \"", type.symbols.back(), "\" twice"));
    }
  }
  return {};
}

Result<void> TypeParser::parse_default_symbol(const json::Object& object, Type& type) {
  const json::Value* symbol = object.find("default");
  if (symbol == nullptr || symbol->is_null()) return {};
  const Step step(*this, "default");
  if (!symbol->string() || !type.position(*symbol->string())) {
    return error("an enum's default is one of its symbols");
  }
  type.default_symbol = *symbol->string();
  return {};
}

}  // namespace millrace::schema::avro
