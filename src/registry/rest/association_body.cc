#include "registry/rest/association_body.h"

#include "base/text.h"
#include "base/try.h"

namespace millrace::registry::rest {
namespace {

/// The subject that stands for the context which plain subjects of the call are of.
std::string context_for(const Call& call) {
  const auto parameter = call.parameter("context");
  if (!parameter || parameter->empty()) return Subject(call.context(), "").to_string();
  return parameter->starts_with('.') ? cat(':', *parameter, ':') : std::string(*parameter);
}

Result<std::optional<Lifecycle>> lifecycle_of(const BodyPart& part) {
  MILL_TRY(const auto name, part.text("lifecycle"));
  if (!name) return std::optional<Lifecycle>();
  const auto lifecycle = registry::lifecycle_of(*name);
  if (!lifecycle) {
    return invalid_association(cat(part.path(), "lifecycle"), "must be STRONG or WEAK");
  }
  return lifecycle;
}

Result<Resource> resource_of(const BodyPart& part) {
  Resource resource;
  MILL_TRY(auto name, part.text("resourceName"));
  MILL_TRY(auto name_space, part.text("resourceNamespace"));
  MILL_TRY(resource.id, part.filled_text("resourceId"));
  MILL_TRY(auto type, part.filled_text("resourceType"));
  resource.name = std::move(name).value_or("");
  resource.name_space = std::move(name_space).value_or("");
  if (type) resource.type = *std::move(type);
  return resource;
}

Result<AssociationAction> action_of(const BodyPart& part) {
  MILL_TRY(const auto name, part.text("opType"));
  if (name == "CREATE") return AssociationAction::create;
  if (name == "UPSERT") return AssociationAction::upsert;
  if (name == "DELETE") return AssociationAction::remove;
  return invalid_association(cat(part.path(), "opType"), "must be CREATE, UPSERT or DELETE");
}

Result<AssociationOp> op_of(const BodyPart& part, AssociationAction action,
                            const std::string& context) {
  AssociationOp op{.action = action, .path = part.path()};
  MILL_TRY(auto type, part.filled_text("associationType"));
  if (type) op.type = *std::move(type);
  MILL_TRY(const auto subject, part.text("subject"));
  if (subject) op.subject = qualify(*subject, context);
  MILL_TRY(op.lifecycle, lifecycle_of(part));
  MILL_TRY(op.frozen, part.flag("frozen"));
  MILL_TRY(const auto normalize, part.flag("normalize"));
  MILL_TRY(const auto schema, part.part("schema"));
  if (schema) {
    MILL_TRY(op.schema, candidate_of(*schema, normalize.value_or(false)));
  }
  MILL_TRY(const auto cascade, part.flag("cascadeLifecycle"));
  op.cascade = cascade.value_or(false);
  return op;
}

/// Without `action` each op names its own.
Result<AssociationRequest> request_of(const BodyPart& part, std::optional<AssociationAction> action,
                                      const std::string& context) {
  AssociationRequest request{.resource = {}, .path = part.path()};
  MILL_TRY(request.resource, resource_of(part));
  MILL_TRY(const auto ops, part.parts("associations"));
  for (const BodyPart& one : ops) {
    AssociationAction own = action.value_or(AssociationAction::create);
    if (!action) {
      MILL_TRY(own, action_of(one));
    }
    MILL_TRY(auto op, op_of(one, own, context));
    request.ops.push_back(std::move(op));
  }
  return request;
}

Error no_requests() { return invalid_association("requests", "cannot be null or empty"); }

}  // namespace

Result<AssociationRequest> association_request(const Call& call, AssociationAction action) {
  MILL_TRY(const auto body, call.body());
  return request_of(BodyPart(body), action, context_for(call));
}

Result<std::vector<AssociationRequest>> association_requests(const Call& call) {
  MILL_TRY(const auto body, call.body());
  MILL_TRY(const auto parts, BodyPart(body).parts("requests"));
  if (parts.empty()) return no_requests();
  std::vector<AssociationRequest> requests;
  for (const BodyPart& part : parts) {
    MILL_TRY(auto request, request_of(part, std::nullopt, context_for(call)));
    requests.push_back(std::move(request));
  }
  return requests;
}

Result<std::vector<AssociationQuery>> association_queries(const Call& call) {
  MILL_TRY(const auto body, call.body());
  MILL_TRY(const auto parts, BodyPart(body).parts("requests"));
  if (parts.empty()) return no_requests();
  std::vector<AssociationQuery> queries;
  for (const BodyPart& part : parts) {
    AssociationQuery query{.resource = {}, .path = part.path()};
    MILL_TRY(query.resource, resource_of(part));
    query.filter.resource_type = query.resource.type;
    MILL_TRY(query.filter.types, part.texts("associationTypes"));
    MILL_TRY(query.filter.lifecycle, lifecycle_of(part));
    queries.push_back(std::move(query));
  }
  return queries;
}

Result<AssociationFilter> association_filter(const Call& call) {
  AssociationFilter filter{
      .resource_type = std::string(call.parameter("resourceType").value_or("")),
      .types = call.parameters("associationType")};
  if (filter.resource_type.empty()) filter.resource_type = kTopicResource;
  if (const auto name = call.parameter("lifecycle"); name && !name->empty()) {
    filter.lifecycle = registry::lifecycle_of(*name);
    if (!filter.lifecycle) return invalid_association("lifecycle", "must be STRONG or WEAK");
  }
  return filter;
}

}  // namespace millrace::registry::rest
