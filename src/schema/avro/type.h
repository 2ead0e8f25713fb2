// Avro's types as they are understood: the nodes of a graph that a schema is, which may have
// cycles.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/value.h"
#include "schema/avro/logical_type.h"
#include "schema/avro/name.h"

namespace millrace::schema::avro {

enum class Kind {
  null,
  boolean,
  int32,
  int64,
  float32,
  float64,
  bytes,
  string,
  record,
  enumeration,
  fixed,
  array,
  map,
  one_of
};

/// The specification's word: "int", "enum", "union" ...
std::string_view word_of(Kind kind);
/// null to string; nothing for any other word.
std::optional<Kind> primitive_of(std::string_view word);
/// Whether it is the word of any kind.
bool is_type_word(std::string_view word);
/// record, enum and fixed have names.
bool is_named(Kind kind);

enum class Order { ascending, descending, ignore };
std::string_view word_of(Order order);

struct Type;

struct Field {
  std::string name;
  const Type* type = nullptr;
  std::optional<std::string> doc;
  /// Fits the type (DefaultCheck), but for a known schema's (Source::is_known), which may be
  /// anything. A float's or double's that fits is a number or "NaN", "Infinity", "-Infinity".
  std::optional<json::Value> default_value;
  Order order = Order::ascending;
  /// Each once, in their order.
  std::vector<std::string> aliases;
  /// What the specification does not know, in its order.
  json::Object properties;
};

/// One type. What no kind below uses is empty. Immutable once parsed, never moved.
struct Type {
  Kind kind = Kind::null;
  /// Attributes that the kind does not have, logicalType among them, in their order.
  json::Object properties;
  /// Nothing where there is none, it is unknown or it does not fit the kind.
  std::optional<LogicalType> logical;

  // record, enum and fixed.
  Name name;
  std::vector<Name> aliases;
  std::optional<std::string> doc;
  /// Defined by a text that the schema refers to.
  bool referenced = false;

  // record.
  std::vector<Field> fields;
  bool is_error = false;

  // enum.
  std::vector<std::string> symbols;
  std::optional<std::string> default_symbol;

  // fixed: bytes.
  int32_t size = 0;

  /// The items of an array, the values of a map, the branches of a union.
  std::vector<const Type*> types;

  /// Where in fields or symbols a name stands.
  std::unordered_map<std::string_view, size_t> positions;

  const Field* field(std::string_view field_name) const;
  std::optional<size_t> position(std::string_view member) const;
  /// The full name, or the kind's word: what tells the branches of a union apart.
  std::string_view title() const;
};

/// A schema: all its types and the one that stands for it.
struct TypeGraph {
  std::deque<Type> types;
  const Type* root = nullptr;
};

}  // namespace millrace::schema::avro
