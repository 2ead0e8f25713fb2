// JSON Schemas of all drafts in one form: what the rules of compatibility and the validator work
// on.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/value.h"
#include "schema/json_schema/decimal.h"
#include "schema/json_schema/draft.h"
#include "schema/json_schema/pattern.h"

namespace millrace::schema::json_schema {

struct Node;

/// The words of `type`, in the specification's spelling.
enum class Type : uint8_t { null, boolean, object, array, number, string, integer };

std::optional<Type> type_of(std::string_view name);
std::string_view name_of(Type type);

struct NamedSchema {
  std::string_view name;
  const Node* schema;
};

/// Schemas by the names of properties, in the order of the text.
class NamedSchemas {
 public:
  /// The name must outlive this.
  void add(std::string_view name, const Node* schema);
  /// Null where there is none.
  const Node* find(std::string_view name) const;

  auto begin() const { return schemas_.begin(); }
  auto end() const { return schemas_.end(); }
  bool empty() const { return schemas_.empty(); }

 private:
  std::vector<NamedSchema> schemas_;
  std::unordered_map<std::string_view, const Node*> by_name_;
};

struct PatternSchema {
  const Pattern* pattern;
  const Node* schema;
};

/// Draft 4's `exclusiveMinimum: true` is both: the minimum, and the same as exclusive one.
struct NumberKeywords {
  std::optional<Decimal> minimum;
  std::optional<Decimal> maximum;
  std::optional<Decimal> exclusive_minimum;
  std::optional<Decimal> exclusive_maximum;
  std::optional<Decimal> multiple_of;
};

struct StringKeywords {
  /// In code points.
  std::optional<uint64_t> min_length;
  std::optional<uint64_t> max_length;
  const Pattern* pattern = nullptr;
};

struct ArrayKeywords {
  std::optional<uint64_t> min_items;
  std::optional<uint64_t> max_items;
  bool unique_items = false;
  /// `items` where it is one schema for all.
  const Node* every_item = nullptr;
  /// `prefixItems`, or `items` where it is a list.
  std::vector<const Node*> first_items;
  /// For the items behind those: `additionalItems`, or `items` beside `prefixItems`.
  const Node* other_items = nullptr;
  const Node* contains = nullptr;
  std::optional<uint64_t> min_contains;
  std::optional<uint64_t> max_contains;
  const Node* unevaluated_items = nullptr;
};

struct ObjectKeywords {
  std::optional<uint64_t> min_properties;
  std::optional<uint64_t> max_properties;
  NamedSchemas properties;
  std::vector<PatternSchema> pattern_properties;
  const Node* additional_properties = nullptr;
  std::vector<std::string_view> required;
  /// Properties that must be there with one: `dependencies`, `dependentRequired`.
  std::map<std::string_view, std::vector<std::string_view>> required_with;
  /// Schemas that hold where a property is there: `dependencies`, `dependentSchemas`.
  NamedSchemas schema_with;
  const Node* property_names = nullptr;
  const Node* unevaluated_properties = nullptr;

  bool requires_property(std::string_view name) const;
};

/// What shares a base URI: a document, or a schema within it that has an `$id`.
struct Resource {
  const Node* root = nullptr;
  std::map<std::string, const Node*, std::less<>> dynamic_anchors;
  bool recursive_anchor = false;
};

/// `$dynamicRef`, and `$recursiveRef`, which has no name.
struct DynamicReference {
  /// What it is where no dynamic anchor says otherwise.
  const Node* target = nullptr;
  std::string anchor;
  bool recursive = false;
};

/// One schema. Keywords of a kind that it has not are null.
struct Node {
  /// A boolean schema's value; all below is empty then.
  std::optional<bool> boolean;
  /// The text it was read from, of the model's documents.
  const json::Value* source = nullptr;
  const Resource* resource = nullptr;
  Draft draft = kDraftByDefault;

  /// What `$ref` leads to. Up to draft 7 such a schema has nothing else but a default.
  const Node* reference = nullptr;
  std::unique_ptr<DynamicReference> dynamic_reference;

  std::vector<Type> types;
  /// `type` is a list, maybe of one.
  bool types_listed = false;
  const json::Array* enumeration = nullptr;
  const json::Value* constant = nullptr;

  std::vector<const Node*> all_of;
  std::vector<const Node*> any_of;
  std::vector<const Node*> one_of;
  const Node* negation = nullptr;
  const Node* if_schema = nullptr;
  const Node* then_schema = nullptr;
  const Node* else_schema = nullptr;

  std::unique_ptr<NumberKeywords> number;
  std::unique_ptr<StringKeywords> string;
  std::unique_ptr<ArrayKeywords> array;
  std::unique_ptr<ObjectKeywords> object;

  bool has_default = false;
  /// `connect.type` is "bytes": a decimal of Kafka Connect, whatever JSON type carries it.
  bool connect_bytes = false;

  bool accepts_all() const { return boolean == true; }
  bool accepts_none() const { return boolean == false; }
};

/// A document with what it refers to. Immutable once read; nodes may refer to each other in cycles.
struct Model {
  const Node* root = nullptr;
  /// Whether some schema has unevaluatedProperties or unevaluatedItems.
  bool tracks_evaluation = false;

  // Addresses are kept, so that nodes may point at values, patterns and each other.
  std::deque<json::Value> documents;
  std::deque<Node> nodes;
  std::deque<Resource> resources;
  std::deque<Pattern> patterns;
};

}  // namespace millrace::schema::json_schema
