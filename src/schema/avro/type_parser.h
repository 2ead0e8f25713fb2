// From JSON to the graph of types.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/value.h"
#include "millrace/result.h"
#include "schema/avro/default_check.h"
#include "schema/avro/type.h"
#include "schema/schema.h"

namespace millrace::schema::avro {

/// The text's type together with those of the texts that it refers to, which are parsed first, in
/// their order, into the same names. Errors (invalid_request): what breaks a rule and where, as a
/// path into the JSON; which reference, if it is in one.
Result<std::shared_ptr<const TypeGraph>> parse_types(const Source& source);

/// Parses texts into one scope of names. After an error it is of no use any more.
class TypeParser {
 public:
  /// `is_known` as Source has it.
  TypeParser(TypeGraph& graph, bool is_known)
      : graph_(graph),
        checks_defaults_(!is_known),
        names_(is_known ? NameRule::any : NameRule::strict) {}

  /// `referenced`: the text is one that the schema refers to.
  Result<const Type*> parse_text(std::string_view text, bool referenced);

 private:
  /// A step of the path that errors name, for as long as it lives.
  class Step;

  Result<const Type*> parse(const json::Value& value, std::string_view space);
  Result<const Type*> parse_object(const json::Object& object, std::string_view space);
  Result<const Type*> parse_primitive(const json::Object& object, Kind kind);
  Result<const Type*> parse_union(const json::Array& branches, std::string_view space);
  Result<const Type*> parse_items(const json::Object& object, Kind kind, std::string_view space);
  Result<const Type*> parse_record(const json::Object& object, std::string_view space);
  Result<const Type*> parse_enum(const json::Object& object, std::string_view space);
  Result<const Type*> parse_fixed(const json::Object& object, std::string_view space);
  Result<void> parse_fields(const json::Object& object, Type& record);
  Result<Field> parse_field(const json::Value& value, std::string_view space);
  Result<void> parse_default(const json::Value& value, Field& field);
  Result<void> parse_field_aliases(const json::Object& object, Field& field);
  Result<void> parse_symbols(const json::Object& object, Type& type);
  Result<void> parse_default_symbol(const json::Object& object, Type& type);

  /// A type with name, aliases, doc and properties, known by its name from now on.
  Result<Type*> define(const json::Object& object, Kind kind, std::string_view space);
  Result<Name> parse_name(const json::Object& object, std::string_view space);
  Result<void> parse_aliases(const json::Object& object, Type& type);
  Result<const Type*> find(std::string_view text, std::string_view space);
  const Type* shared_primitive(Kind kind);
  Type& add(Kind kind, const json::Object* object);
  /// " Did you mean ...?" where a type of another namespace has that name, otherwise empty.
  std::string hint_for(std::string_view text) const;
  Error error(std::string_view what) const;

  TypeGraph& graph_;
  const bool checks_defaults_;
  const NameRule names_;
  bool referenced_ = false;
  std::unordered_map<std::string, const Type*> named_;
  std::unordered_map<Kind, const Type*> primitives_;
  std::vector<std::string> path_;
  DefaultCheck::Types open_;
  DefaultCheck defaults_{open_, kDefaultChecksMax};
};

}  // namespace millrace::schema::avro
