#include "registry/association_request.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "registry/error.h"
#include "registry/subject.h"

namespace millrace::registry {
namespace {

constexpr size_t kNameSizeMax = 256;

/// The subject that belongs to the resource, and to it alone.
std::string own_subject(const Resource& resource, const std::string& type) {
  return Subject(cat('.', resource.name_space), cat(resource.name, '-', type)).to_string();
}

Result<void> check_size(const std::string& property, std::string_view text) {
  if (text.size() <= kNameSizeMax) return {};
  return invalid_association(property, cat("exceeds max length of ", kNameSizeMax));
}

Result<void> check_name(const std::string& property, std::string_view name) {
  if (name.empty()) return invalid_association(property, "cannot be null or empty");
  MILL_CHECK(check_size(property, name));
  const auto is_legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (std::ranges::all_of(name, is_legal)) return {};
  return invalid_association(property,
                             "illegal character; a name is letters, digits, '.', '_' "
                             "and '-', as a topic's");
}

Result<void> check_id(const std::string& property, const std::optional<std::string>& id,
                      bool dry_run) {
  if (!id && dry_run) return {};
  if (!id || id->empty()) return invalid_association(property, "cannot be null or empty");
  MILL_CHECK(check_size(property, *id));
  if (is_printable(*id)) return {};
  return invalid_association(property, "must be UTF-8 without control characters");
}

Result<void> check_resource(const AssociationRequest& request, bool dry_run) {
  const Resource& resource = request.resource;
  MILL_CHECK(check_name(cat(request.path, "resourceName"), resource.name));
  MILL_CHECK(check_name(cat(request.path, "resourceNamespace"), resource.name_space));
  MILL_CHECK(check_id(cat(request.path, "resourceId"), resource.id, dry_run));
  if (resource.type != kTopicResource) {
    return invalid_association(cat(request.path, "resourceType"),
                               cat("must be '", kTopicResource, "'"));
  }
  if (request.ops.empty()) {
    return invalid_association(cat(request.path, "associations"), "cannot be null or empty");
  }
  return {};
}

Result<void> check_type(const AssociationOp& op, std::vector<std::string>& types) {
  if (op.type != "key" && op.type != "value") {
    return invalid_association(op, "associationType", "must be either 'key' or 'value'");
  }
  if (std::ranges::find(types, op.type) != types.end()) {
    return invalid_association(
        op, "associationType",
        cat("may only appear once per request, but '", op.type, "' appears more than once"));
  }
  types.push_back(op.type);
  return {};
}

/// What needs no subject.
Result<void> check_lifecycle(const AssociationOp& op, Lifecycle lifecycle, bool frozen) {
  if (lifecycle == Lifecycle::weak && op.schema) {
    return invalid_association(op, "lifecycle", "cannot be WEAK when schema is provided");
  }
  if (frozen == (lifecycle == Lifecycle::strong)) return {};
  return invalid_association(
      op, "frozen",
      cat("association with lifecycle of ", name_of(lifecycle),
          " cannot be frozen=", frozen ? "true" : "false", op.frozen ? "; leave it out" : ""));
}

Result<void> complete_creation(const Resource& resource, AssociationOp& op) {
  auto terms = terms_of_new(resource, op);
  MILL_CHECK(check_terms(resource, op, terms));
  op.lifecycle = terms.lifecycle;
  op.frozen = terms.frozen;
  op.subject = std::move(terms.subject);
  return {};
}

}  // namespace

Result<void> complete(AssociationRequest& request, bool dry_run) {
  MILL_CHECK(check_resource(request, dry_run));
  std::vector<std::string> types;
  for (AssociationOp& op : request.ops) {
    MILL_CHECK(check_type(op, types));
    if (op.subject && !is_valid_subject(*op.subject)) {
      return invalid_association(
          op, "subject",
          "must not be empty, have control characters or be a name of the registry's own");
    }
    if (op.action == AssociationAction::create) {
      MILL_CHECK(complete_creation(request.resource, op));
    } else if (op.action == AssociationAction::upsert && op.lifecycle == Lifecycle::weak) {
      MILL_CHECK(check_lifecycle(op, Lifecycle::weak, op.frozen.value_or(false)));
    }
  }
  return {};
}

AssociationTerms terms_of_new(const Resource& resource, const AssociationOp& op) {
  AssociationTerms terms{.subject = op.subject};
  terms.lifecycle = op.lifecycle.value_or(op.schema ? Lifecycle::strong : Lifecycle::weak);
  const bool is_strong = terms.lifecycle == Lifecycle::strong;
  terms.frozen = op.frozen.value_or(is_strong);
  if (!terms.subject && is_strong) terms.subject = own_subject(resource, op.type);
  return terms;
}

Result<void> check_terms(const Resource& resource, const AssociationOp& op,
                         const AssociationTerms& terms) {
  MILL_CHECK(check_lifecycle(op, terms.lifecycle, terms.frozen));
  if (!terms.subject) {
    return invalid_association(op, "subject", "must be provided for WEAK associations");
  }
  if (terms.frozen) return check_frozen_subject(resource, op, *terms.subject);
  if (*terms.subject != own_subject(resource, op.type)) return {};
  return invalid_association(op, "subject",
                             cat("WEAK associations cannot use subject '", *terms.subject, "'"));
}

Result<void> check_frozen_subject(const Resource& resource, const AssociationOp& op,
                                  std::string_view subject) {
  const std::string own = own_subject(resource, op.type);
  if (subject == own) return {};
  return invalid_association(op, "subject",
                             cat("frozen associations must use subject '", own, "'"));
}

Error invalid_association(std::string_view property, std::string_view detail) {
  return registry_error(RegistryErrc::invalid_association,
                        cat("The association specified an invalid value for property: '", property,
                            "', detail: ", detail));
}

Error invalid_association(const AssociationOp& op, std::string_view member,
                          std::string_view detail) {
  return invalid_association(cat(op.path, member), detail);
}

json::Object association_response(const Resource& resource, json::Array infos) {
  json::Object object;
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) object.set(name, text);
  };
  add("resourceName", resource.name);
  add("resourceNamespace", resource.name_space);
  add("resourceId", resource.id.value_or(""));
  add("resourceType", resource.type);
  if (!infos.empty()) object.set("associations", std::move(infos));
  return object;
}

json::Object association_info(const Association& association, json::Value schema) {
  json::Object object{{"subject", association.key.subject},
                      {"associationType", association.key.type},
                      {"lifecycle", name_of(association.lifecycle)}};
  add_frozen(association.lifecycle, association.frozen, object);
  if (!schema.is_null()) object.set("schema", std::move(schema));
  return object;
}

}  // namespace millrace::registry
