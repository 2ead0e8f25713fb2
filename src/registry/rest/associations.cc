// /associations.
#include <array>

#include "base/text.h"
#include "base/try.h"
#include "registry/association_batch.h"
#include "registry/error.h"
#include "registry/rest/association_body.h"
#include "registry/rest/routes.h"

namespace millrace::registry::rest {
namespace {

/// Some requests were carried out and others not, or all or none.
constexpr int kMultiStatus = 207;

Result<Answer> answer_of(const Associations::Found& found, const Call& call) {
  json::Array all;
  for (const KnownAssociation* known : found) all.emplace_back(association_json(*known));
  MILL_TRY(auto page, call.page(std::move(all)));
  return Answer(std::move(page));
}

Result<Answer> list_of_subject(const State& state, const Call& call) {
  MILL_TRY(const auto filter, association_filter(call));
  return answer_of(state.associations().of_subject(call.scope(0), filter), call);
}

Result<Answer> list_of_resource_id(const State& state, const Call& call) {
  MILL_TRY(const auto filter, association_filter(call));
  return answer_of(state.associations().of_resource_id(call.argument(0), filter), call);
}

Result<Answer> list_of_resource(const State& state, const Call& call) {
  MILL_TRY(const auto filter, association_filter(call));
  return answer_of(state.associations().of_resource(call.argument(1), call.argument(0), filter),
                   call);
}

Result<Command> change(AssociationRequest request, const Call& call) {
  const bool dry_run = call.flag("dryRun");
  MILL_CHECK(complete(request, dry_run));
  return Command{
      .subject = {},
      .plan =
          [request = std::move(request), dry_run](const State& state, const ReservedIds& reserved) {
            return plan_association_change(state, reserved, request.resource, request.ops, dry_run);
          },
      .answer = {}};
}

Result<Command> create(const Call& call) {
  MILL_TRY(auto request, association_request(call, AssociationAction::create));
  return change(std::move(request), call);
}

Result<Command> create_or_update(const Call& call) {
  MILL_TRY(auto request, association_request(call, AssociationAction::upsert));
  const std::string& id = call.argument(0);
  if (request.resource.id.value_or(id) != id) {
    return invalid_association(
        "resourceId",
        "Resource ID in the path parameter does not match the resource ID in the request body");
  }
  request.resource.id = id;
  return change(std::move(request), call);
}

Result<Command> remove(const Call& call) {
  MILL_TRY(auto filter, association_filter(call));
  filter.lifecycle.reset();
  return Command{.subject = {},
                 .plan = [id = call.argument(0), filter = std::move(filter),
                          cascade = call.flag("cascadeLifecycle"), dry_run = call.flag("dryRun")](
                             const State& state, const ReservedIds&) -> Result<Plan> {
                   if (state.associations().of_resource_id(id, filter).empty()) {
                     return registry_error(RegistryErrc::association_not_found,
                                           cat("Association for '", id, "' not found."));
                   }
                   return plan_association_deletion(state, id, filter, cascade, dry_run);
                 },
                 .answer = {}};
}

Result<Command> get_batch(const Call& call) {
  MILL_TRY(auto queries, association_queries(call));
  return Command{.subject = {},
                 .plan = [queries = std::move(queries), with_schemas = call.flag("includeSchemas")](
                             const State& state, const ReservedIds&) -> Result<Plan> {
                   return Plan{.answer = find_associations(state, queries, with_schemas)};
                 },
                 .answer = {}};
}

Result<Command> change_batch(const Call& call) {
  MILL_TRY(auto requests, association_requests(call));
  return Command{.subject = {},
                 .plan =
                     [requests = std::move(requests), dry_run = call.flag("dryRun")](
                         const State& state, const ReservedIds& reserved) mutable {
                       return plan_association_batch(state, reserved, std::move(requests), dry_run);
                     },
                 .answer = {}};
}

constexpr std::array kRoutes = {
    Route{"POST", "/associations", create},
    Route{"GET", "/associations/subjects/{}", list_of_subject},
    Route{"GET", "/associations/resources/{}/{}", list_of_resource},
    Route{"GET", "/associations/resources/{}", list_of_resource_id},
    Route{"PUT", "/associations/resources/{}", create_or_update},
    Route{"DELETE", "/associations/resources/{}", remove, kNoContent},
    Route{"POST", "/associations:batchGet", get_batch, kMultiStatus},
    Route{"POST", "/associations:batchMutate", change_batch, kMultiStatus},
};

}  // namespace

std::span<const Route> association_routes() { return kRoutes; }

}  // namespace millrace::registry::rest
