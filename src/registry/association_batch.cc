#include "registry/association_batch.h"

#include <algorithm>
#include <map>
#include <memory>

#include "base/text.h"
#include "base/try.h"
#include "json/text.h"
#include "registry/error.h"

namespace millrace::registry {
namespace {

/// As Confluent's codes have it: within a batch these two have codes of their own.
RegistryErrc code_in_batch(const Error& error) {
  switch (const RegistryErrc code = code_of(error)) {
    case RegistryErrc::incompatible_schema: return RegistryErrc::incompatible_schema_in_batch;
    case RegistryErrc::invalid_schema: return RegistryErrc::invalid_association;
    default: return code;
  }
}

json::Object error_json(const Error& error) {
  return {{"error", json::Object{{"error_code", static_cast<int>(code_in_batch(error))},
                                 {"message", error.message()}}}};
}

/// Schemas by the type of the association that they belong to.
using Schemas = std::map<std::string, json::Value>;

json::Object result_json(const Resource& resource, const Associations::Found& found,
                         const Schemas& schemas) {
  json::Array infos;
  for (const KnownAssociation* known : found) {
    const auto schema = schemas.find(known->association.key.type);
    infos.emplace_back(association_info(known->association,
                                        schema == schemas.end() ? json::Value() : schema->second));
  }
  return {{"result", association_response(resource, std::move(infos))}};
}

/// A batch on its way.
class Batch : public std::enable_shared_from_this<Batch> {
 public:
  Batch(std::vector<AssociationRequest> requests, bool dry_run)
      : requests_(std::move(requests)), dry_run_(dry_run) {}

  /// Goes on up to the next run that has something to write, or to the end.
  Result<Plan> step(const State& state, const ReservedIds& reserved) {
    for (; request_ < requests_.size(); ++request_, op_ = 0) {
      AssociationRequest& request = requests_[request_];
      if (op_ == 0) begin(request);
      while (!is_refused() && op_ < request.ops.size()) {
        auto plan = plan_run(state, reserved, request);
        if (!plan) {
          refuse(plan.error());
        } else if (!plan->records.empty()) {
          plan->then = [self = shared_from_this()](const Result<void>& written, const State& next,
                                                   const ReservedIds& none) {
            if (!written) self->refuse(written.error());
            return self->step(next, none);
          };
          return plan;
        }
      }
      if (!is_refused()) finish(state, request.resource);
    }
    return Plan{.answer = json::Object{{"results", std::move(results_)}}};
  }

 private:
  void begin(AssociationRequest& request) {
    schemas_.clear();
    if (const auto valid = complete(request, dry_run_); !valid) refuse(valid.error());
  }

  void refuse(const Error& error) { results_.emplace_back(error_json(error)); }
  bool is_refused() const { return results_.size() > request_; }

  void finish(const State& state, const Resource& resource) {
    Associations::Found found;
    if (!dry_run_)
      found = state.associations().of_resource_id(*resource.id, {.resource_type = resource.type});
    results_.emplace_back(result_json(resource, found, schemas_));
  }

  /// Plans the run that begins at the next op, and goes behind it.
  Result<Plan> plan_run(const State& state, const ReservedIds& reserved,
                        const AssociationRequest& request) {
    const auto ops = std::span(request.ops).subspan(op_);
    const AssociationOp& first = ops.front();
    if (first.action == AssociationAction::remove) {
      ++op_;
      const AssociationFilter filter{.resource_type = request.resource.type, .types = {first.type}};
      return plan_association_deletion(state, request.resource.id.value_or(""), filter,
                                       first.cascade, dry_run_);
    }
    const auto end = std::ranges::find_if(
        ops, [&](const AssociationOp& op) { return op.action != first.action; });
    const auto run = ops.first(static_cast<size_t>(end - ops.begin()));
    op_ += run.size();
    MILL_TRY(auto plan, plan_association_change(state, reserved, request.resource, run, dry_run_));
    note_schemas(plan.answer);
    return plan;
  }

  void note_schemas(const json::Value& answer) {
    const json::Value* infos = answer.object()->find("associations");
    if (infos == nullptr) return;
    for (const json::Value& info : *infos->array()) {
      const json::Value* schema = info.object()->find("schema");
      if (schema != nullptr) {
        schemas_[std::string(*info.object()->text("associationType"))] = *schema;
      }
    }
  }

  std::vector<AssociationRequest> requests_;
  const bool dry_run_;
  /// Where it goes on, and what the run before brought of that request.
  size_t request_ = 0;
  size_t op_ = 0;
  Schemas schemas_;
  json::Array results_;
};

/// The names that the query leaves open are those of what was found.
Result<Resource> resource_of(const AssociationQuery& query, const Associations::Found& found) {
  Resource resource = query.resource;
  if (found.empty()) return resource;
  const Association& first = found.front()->association;
  const bool is_one = std::ranges::all_of(found, [&](const KnownAssociation* known) {
    return known->association.resource_id == first.resource_id &&
           known->association.key.resource_namespace == first.key.resource_namespace;
  });
  if (!is_one) {
    return invalid_association(cat(query.path, "resourceId"),
                               "several resources have that name; ask for one by its id");
  }
  resource.name = first.key.resource_name;
  resource.name_space = first.key.resource_namespace;
  resource.id = first.resource_id;
  return resource;
}

/// The latest schemas of the associations' subjects.
Schemas schemas_of(const State& state, const Associations::Found& found) {
  Schemas schemas;
  for (const KnownAssociation* known : found) {
    const AssociationKey& key = known->association.key;
    const auto latest = state.latest(key.subject, Deleted::without);
    if (!latest) continue;
    schemas[key.type] =
        schema_json(key.subject, *latest, *state.version(key.subject, *latest, Deleted::without));
  }
  return schemas;
}

Result<json::Object> find_one(const State& state, const AssociationQuery& query,
                              bool with_schemas) {
  const Resource& wanted = query.resource;
  if (!wanted.id && wanted.name.empty()) {
    return invalid_association(cat(query.path, "resourceId"),
                               "either resourceId or resourceName must be specified");
  }
  if (!wanted.name.empty() && wanted.name_space.empty()) {
    return invalid_association(cat(query.path, "resourceNamespace"),
                               "resourceNamespace is required when resourceName is specified");
  }
  const Associations& all = state.associations();
  const auto found = wanted.id ? all.of_resource_id(*wanted.id, query.filter)
                               : all.of_resource(wanted.name, wanted.name_space, query.filter);
  MILL_TRY(const Resource resource, resource_of(query, found));
  return result_json(resource, found, with_schemas ? schemas_of(state, found) : Schemas());
}

Error too_much() {
  return registry_error(RegistryErrc::unprocessable,
                        cat("the results before this one have ", kToldBytesMax,
                            " bytes with their schemas; ask for the rest in another call"));
}

}  // namespace

Result<Plan> plan_association_batch(const State& state, const ReservedIds& reserved,
                                    std::vector<AssociationRequest> requests, bool dry_run) {
  return std::make_shared<Batch>(std::move(requests), dry_run)->step(state, reserved);
}

json::Object find_associations(const State& state, const std::vector<AssociationQuery>& queries,
                               bool with_schemas) {
  json::Array results;
  size_t told_bytes = 0;
  for (const AssociationQuery& query : queries) {
    auto found = told_bytes < kToldBytesMax ? find_one(state, query, with_schemas) : too_much();
    if (with_schemas && found) told_bytes += json::write(*found).size();
    results.emplace_back(found ? *std::move(found) : error_json(found.error()));
  }
  return {{"results", std::move(results)}};
}

}  // namespace millrace::registry
