// Schemas as the rules of compatibility see them: one aspect at a time.
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "schema/json_schema/model.h"

namespace millrace::schema::json_schema {

struct Facet;

/// A facet, or a schema whose facet is asked for when it is needed: schemas may contain themselves.
struct Part {
  const Facet* facet = nullptr;
  const Node* node = nullptr;
};

/// A schema with one aspect, {"type": "string", "maxLength": 5}, is that facet. One with several,
/// {"type": "string", "enum": ["a"]}, is their allOf; one without any accepts anything. Confluent's
/// registry compares these (by the classes of the library that it parses with).
struct Facet {
  enum class Kind : uint8_t {
    anything,
    nothing,
    string,
    number,
    boolean,
    null,
    array,
    object,
    combined,
    negation,
    constant,
    enumeration,
    conditional,
  };
  enum class Criterion : uint8_t { all, any, one };

  Kind kind = Kind::anything;
  /// Whose keywords these are.
  const Node* node = nullptr;
  /// Of numbers: whole ones alone.
  bool integer = false;
  /// Of combined ones.
  Criterion criterion = Criterion::all;
  std::vector<Part> parts;
};

/// "allOf", "anyOf" or "oneOf".
std::string_view name_of(Facet::Criterion criterion);

/// For people: "a string", "oneOf 3 schemas".
std::string describe(const Facet& facet);

/// Makes facets once for each schema and keeps them; one thread.
class Facets {
 public:
  /// References are followed; one that leads back to itself accepts anything.
  const Facet& of(const Node& node);
  const Facet& of(const Part& part) { return part.facet != nullptr ? *part.facet : of(*part.node); }

 private:
  const Facet& make(const Node& node);
  const Facet& add(Facet facet) { return all_.emplace_back(std::move(facet)); }
  std::vector<Part> aspects(const Node& node);
  void add_combined(const Node& node, Facet::Criterion criterion,
                    const std::vector<const Node*>& schemas, std::vector<Part>& parts);
  void add_types(const Node& node, std::vector<Part>& parts);
  void add_untyped(const Node& node, std::vector<Part>& parts);

  std::deque<Facet> all_;
  std::unordered_map<const Node*, const Facet*> by_node_;
};

}  // namespace millrace::schema::json_schema
