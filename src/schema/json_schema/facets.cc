#include "schema/json_schema/facets.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace millrace::schema::json_schema {
namespace {

using Kind = Facet::Kind;
using Criterion = Facet::Criterion;

/// A longer chain of references is taken for one that leads back to itself.
constexpr int kReferencesInARowMax = 1'000;

Facet facet_of_type(const Node& node, Type type) {
  switch (type) {
    case Type::null: return {.kind = Kind::null, .node = &node};
    case Type::boolean: return {.kind = Kind::boolean, .node = &node};
    case Type::object: return {.kind = Kind::object, .node = &node};
    case Type::array: return {.kind = Kind::array, .node = &node};
    case Type::string: return {.kind = Kind::string, .node = &node};
    case Type::integer: return {.kind = Kind::number, .node = &node, .integer = true};
    case Type::number: break;
  }
  return {.kind = Kind::number, .node = &node};
}

bool has_type(const Node& node, Type type) { return std::ranges::count(node.types, type) > 0; }

const Node* reference_of(const Node& node) {
  if (node.reference != nullptr) return node.reference;
  return node.dynamic_reference == nullptr ? nullptr : node.dynamic_reference->target;
}

bool is_conditional(const Node& node) {
  return node.if_schema != nullptr || node.then_schema != nullptr || node.else_schema != nullptr;
}

}  // namespace

std::string_view name_of(Criterion criterion) {
  switch (criterion) {
    case Criterion::all: return "allOf";
    case Criterion::any: return "anyOf";
    case Criterion::one: break;
  }
  return "oneOf";
}

std::string describe(const Facet& facet) {
  constexpr std::array<std::string_view, 13> kNames = {
      "anything", "nothing",        "a string",   "a number", "a boolean",
      "null",     "an array",       "an object",  "combined", "what is not",
      "a const",  "an enumeration", "conditional"};
  if (facet.kind == Kind::combined) {
    return cat(name_of(facet.criterion), " ", facet.parts.size(), " schemas");
  }
  if (facet.integer) return "an integer";
  return std::string(kNames[static_cast<size_t>(facet.kind)]);
}

const Facet& Facets::of(const Node& node) {
  const auto [place, is_new] = by_node_.try_emplace(&node);
  if (!is_new) return *place->second;
  const Facet& facet = make(node);
  by_node_[&node] = &facet;
  return facet;
}

const Facet& Facets::make(const Node& node) {
  const Node* end = &node;
  for (int i = 0; i < kReferencesInARowMax; ++i) {
    if (end->boolean) {
      return add({.kind = *end->boolean ? Kind::anything : Kind::nothing, .node = end});
    }
    std::vector<Part> parts = aspects(*end);
    if (parts.empty()) return add({.kind = Kind::anything, .node = end});
    if (parts.size() > 1) {
      return add({.kind = Kind::combined,
                  .node = end,
                  .criterion = Criterion::all,
                  .parts = std::move(parts)});
    }
    if (parts[0].facet != nullptr) return *parts[0].facet;
    end = parts[0].node;
  }
  return add({.kind = Kind::anything, .node = &node});
}

std::vector<Part> Facets::aspects(const Node& node) {
  std::vector<Part> parts;
  if (const Node* target = reference_of(node)) parts.push_back({.node = target});
  if (node.enumeration != nullptr) {
    parts.push_back({.facet = &add({.kind = Kind::enumeration, .node = &node})});
  }
  add_combined(node, Criterion::all, node.all_of, parts);
  add_combined(node, Criterion::any, node.any_of, parts);
  add_combined(node, Criterion::one, node.one_of, parts);
  if (node.negation != nullptr) {
    parts.push_back({.facet = &add({.kind = Kind::negation, .node = &node})});
  }
  if (node.constant != nullptr) {
    parts.push_back({.facet = &add({.kind = Kind::constant, .node = &node})});
  }
  add_types(node, parts);
  add_untyped(node, parts);
  if (is_conditional(node)) {
    parts.push_back({.facet = &add({.kind = Kind::conditional, .node = &node})});
  }
  return parts;
}

void Facets::add_combined(const Node& node, Criterion criterion,
                          const std::vector<const Node*>& schemas, std::vector<Part>& parts) {
  if (schemas.empty()) return;
  Facet facet = {.kind = Kind::combined, .node = &node, .criterion = criterion};
  for (const Node* schema : schemas) facet.parts.push_back({.node = schema});
  parts.push_back({.facet = &add(std::move(facet))});
}

void Facets::add_types(const Node& node, std::vector<Part>& parts) {
  if (node.types.empty()) return;
  if (!node.types_listed) {
    parts.push_back({.facet = &add(facet_of_type(node, node.types[0]))});
    return;
  }
  Facet any = {.kind = Kind::combined, .node = &node, .criterion = Criterion::any};
  for (const Type type : node.types) {
    any.parts.push_back({.facet = &add(facet_of_type(node, type))});
  }
  parts.push_back({.facet = &add(std::move(any))});
}

/// {"maxLength": 5} without a type is about strings all the same.
void Facets::add_untyped(const Node& node, std::vector<Part>& parts) {
  const auto add_one = [&](bool there, Type type) {
    if (!there || has_type(node, type)) return;
    parts.push_back({.facet = &add(facet_of_type(node, type))});
  };
  add_one(node.array != nullptr, Type::array);
  add_one(node.object != nullptr, Type::object);
  add_one(node.number != nullptr && !has_type(node, Type::integer), Type::number);
  add_one(node.string != nullptr, Type::string);
}

}  // namespace millrace::schema::json_schema
