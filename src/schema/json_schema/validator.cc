#include "schema/json_schema/validator.h"

#include <algorithm>

#include "schema/json_schema/failing.h"

namespace millrace::schema::json_schema {
namespace {

/// Of each byte of a value.
constexpr size_t kStepsAByte = 100;

size_t child_count(const json::Value& value) {
  if (value.object() != nullptr) return value.object()->size();
  return value.array() != nullptr ? value.array()->size() : 0;
}

const Node& behind_references(const Node& node) {
  constexpr int kInARowMax = 100;
  const Node* end = &node;
  for (int i = 0; i < kInARowMax && end->reference != nullptr; ++i) end = end->reference;
  return *end;
}

}  // namespace

Result<void> validate(const Model& model, const json::Value& value, size_t size) {
  return Validator(model, kValidationStepsMax + size * kStepsAByte).run(value);
}

Result<void> Validator::run(const json::Value& value) {
  Seen seen;
  const bool fits = valid(*model_.root, value, seen);
  if (gave_up_) {
    return kafka_error(
        ErrorCode::invalid_request,
        cat("the schema asks for too much work: schemas more than ", kValidationDepthMax,
            " deep within each other, references that lead back "
            "to themselves, or too many alternatives"));
  }
  if (!fits) return kafka_error(ErrorCode::invalid_request, std::move(reason_));
  return {};
}

Validator::Nesting::Nesting(Validator& validator, const Node& node) : validator_(validator) {
  auto& resources = validator_.resources_;
  new_resource_ = resources.empty() || resources.back() != node.resource;
  if (new_resource_) resources.push_back(node.resource);
  if (++validator_.depth_ > kValidationDepthMax) validator_.gave_up_ = true;
}

Validator::Nesting::~Nesting() {
  --validator_.depth_;
  if (new_resource_) validator_.resources_.pop_back();
}

bool Validator::spend(size_t steps) {
  if (steps > steps_left_) gave_up_ = true;
  if (!gave_up_) steps_left_ -= steps;
  return !gave_up_;
}

bool Validator::valid(const Node& node, const json::Value& value, Seen& seen) {
  const Nesting nesting(*this, node);
  if (!spend(1)) return false;
  if (node.boolean) {
    return *node.boolean || fail("false", [] { return "nothing may be here"; });
  }
  Seen own;
  if (model_.tracks_evaluation) {
    own.resize(child_count(value));
    if (!spend(own.size() / 64)) return false;
  }
  if (!check_type(node, value) || !check_choices(node, value) ||
      !valid_children(node, value, own)) {
    return false;
  }
  for (size_t i = 0; i < std::min(own.size(), seen.size()); ++i) {
    if (own[i]) seen[i] = true;
  }
  return true;
}

/// In this order: what unevaluated ones are is known when all else was looked at.
bool Validator::valid_children(const Node& node, const json::Value& value, Seen& seen) {
  if (!check_references(node, value, seen) || !check_all_any_one(node, value, seen) ||
      !check_not_if(node, value, seen)) {
    return false;
  }
  if (const json::Number* number = value.number()) {
    return node.number == nullptr || check_number(*node.number, *number);
  }
  if (const std::string* text = value.string()) {
    return node.string == nullptr || check_string(*node.string, *text);
  }
  if (const json::Array* array = value.array()) {
    return node.array == nullptr || check_array(node, *array, seen);
  }
  if (const json::Object* object = value.object()) {
    return node.object == nullptr || check_object(node, *object, value, seen);
  }
  return true;
}

bool Validator::would_be_valid(const Node& node, const json::Value& value, Seen& seen) {
  ++trials_;
  const bool fits = valid(node, value, seen);
  --trials_;
  return fits;
}

bool Validator::check_references(const Node& node, const json::Value& value, Seen& seen) {
  if (node.reference != nullptr && !valid(*node.reference, value, seen)) return false;
  return node.dynamic_reference == nullptr ||
         valid(target_of(*node.dynamic_reference), value, seen);
}

/// The outermost resource that leads here and has the anchor says what is meant, if the place that
/// the reference names has it, too.
const Node& Validator::target_of(const DynamicReference& reference) const {
  const Node& named = *reference.target;
  if (reference.recursive) {
    if (!named.resource->recursive_anchor || named.resource->root != &named) return named;
    const auto outermost = std::ranges::find_if(
        resources_, [](const Resource* resource) { return resource->recursive_anchor; });
    return outermost == resources_.end() ? named : *(*outermost)->root;
  }
  const auto own = named.resource->dynamic_anchors.find(reference.anchor);
  if (own == named.resource->dynamic_anchors.end() || own->second != &named) return named;
  for (const Resource* resource : resources_) {
    const auto found = resource->dynamic_anchors.find(reference.anchor);
    if (found != resource->dynamic_anchors.end()) return *found->second;
  }
  return named;
}

bool Validator::check_all_any_one(const Node& node, const json::Value& value, Seen& seen) {
  for (const Node* schema : node.all_of) {
    if (!valid(*schema, value, seen)) return false;
  }
  return (node.any_of.empty() || check_any_of(node, value, seen)) &&
         (node.one_of.empty() || check_one_of(node, value, seen));
}

bool Validator::check_any_of(const Node& node, const json::Value& value, Seen& seen) {
  bool fits = false;
  for (const Node* schema : node.any_of) {
    fits = would_be_valid(*schema, value, seen) || fits;
    if (fits && seen.empty()) return true;  // others could only mark what they saw
  }
  return fits || fail_all("anyOf", node.any_of, value);
}

bool Validator::check_one_of(const Node& node, const json::Value& value, Seen& seen) {
  size_t fitting = 0;
  for (const Node* schema : node.one_of) {
    if (would_be_valid(*schema, value, seen)) ++fitting;
  }
  if (fitting == 0) return fail_all("oneOf", node.one_of, value);
  return fitting == 1 || fail("oneOf", [&] { return cat("fits ", fitting, " schemas, not one"); });
}

bool Validator::fail_all(std::string_view keyword, const std::vector<const Node*>& schemas,
                         const json::Value& value) {
  if (trials_ > 0 || !reason_.empty()) return false;
  const auto likely = std::ranges::find_if(
      schemas, [&](const Node* schema) { return is_of_type(behind_references(*schema), value); });
  if (likely == schemas.end()) {
    return fail(keyword, [&] { return cat("fits none of ", schemas.size(), " schemas"); });
  }
  Seen unused;
  valid(**likely, value, unused);
  reason_ += cat("; of ", schemas.size(), " schemas none fits (", keyword, ")");
  return false;
}

bool Validator::check_not_if(const Node& node, const json::Value& value, Seen& seen) {
  if (node.negation != nullptr) {
    Seen unused;
    if (would_be_valid(*node.negation, value, unused)) {
      return fail("not", [] { return "fits the schema that it must not"; });
    }
  }
  if (node.if_schema == nullptr) return true;
  const bool holds = would_be_valid(*node.if_schema, value, seen);
  const Node* next = holds ? node.then_schema : node.else_schema;
  return next == nullptr || valid(*next, value, seen);
}

}  // namespace millrace::schema::json_schema
