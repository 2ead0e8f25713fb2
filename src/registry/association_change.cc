#include "registry/association_change.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.h"
#include "base/try.h"
#include "registry/deletion.h"
#include "registry/error.h"
#include "registry/scope.h"

namespace millrace::registry {
namespace {

/// An op beside what is there, and what it comes to.
struct Wanted {
  const AssociationOp& op;
  /// Null where it would be new.
  const KnownAssociation* there;
  std::string subject;
  Lifecycle lifecycle;
  /// Nothing of it is to be written.
  bool is_unchanged = false;
};

/// Those of the resource that was changed last, where several have had one name.
Associations::Found latest_resource(Associations::Found found) {
  const auto newer = [](const KnownAssociation* a, const KnownAssociation* b) {
    const auto recency = [](const KnownAssociation& known) {
      return std::tie(known.updated_ms, known.created_ms, known.association.resource_id);
    };
    return recency(*a) < recency(*b);
  };
  const auto latest = std::ranges::max_element(found, newer);
  if (latest == found.end()) return found;
  const std::string& id = (*latest)->association.resource_id;
  std::erase_if(found, [&](const auto* known) { return known->association.resource_id != id; });
  return found;
}

Associations::Found associations_of(const State& state, const Resource& resource) {
  const AssociationFilter filter{.resource_type = resource.type};
  const Associations& all = state.associations();
  if (resource.id) return all.of_resource_id(*resource.id, filter);
  return latest_resource(all.of_resource(resource.name, resource.name_space, filter));
}

AssociationTerms terms_beside(const Association& there, const AssociationOp& op) {
  return {.lifecycle = op.lifecycle.value_or(there.lifecycle),
          .frozen = op.frozen.value_or(there.frozen),
          .subject = there.key.subject};
}

/// What the op comes to; refuses what it cannot come to.
Result<Wanted> settle(const State& state, const Resource& resource, const AssociationOp& op,
                      const KnownAssociation* there) {
  auto terms = there == nullptr ? terms_of_new(resource, op) : terms_beside(there->association, op);
  if (op.subject) terms.subject = behind_alias(state, *op.subject);
  MILL_CHECK(check_terms(resource, op, terms));
  if (there != nullptr && there->association.frozen) {
    MILL_CHECK(check_frozen_subject(resource, op, *terms.subject));
  }
  return Wanted{
      .op = op, .there = there, .subject = *std::move(terms.subject), .lifecycle = terms.lifecycle};
}

Result<bool> has_schema(const State& state, const std::string& subject,
                        const Candidate& candidate) {
  if (!state.latest(subject, Deleted::without)) return false;
  const auto found = look_up(state, subject, candidate, Deleted::without);
  if (!found && !found.error().is(RegistryErrc::schema_not_found)) return found.error();
  return found.has_value();
}

/// A strong association begins with its resource: with the first schema of a subject that nothing
/// was in. What is replicated began elsewhere.
Result<void> check_new(const State& state, const Wanted& wanted) {
  const AssociationOp& op = wanted.op;
  if (wanted.lifecycle == Lifecycle::weak || mode_in_scope(state, wanted.subject) == kImport) {
    return {};
  }
  if (op.action == AssociationAction::upsert && op.schema) {
    return invalid_association(
        op, "schema",
        "cannot be provided when adding an association to an existing topic; an "
        "association with a schema must be created with the topic");
  }
  if (op.action == AssociationAction::upsert) {
    return invalid_association(
        op, "lifecycle",
        "cannot be STRONG when creating an association; STRONG associations must be "
        "created with the topic");
  }
  if (!op.schema) {
    return invalid_association(op, "schema",
                               "schema must be provided when creating a frozen association");
  }
  const auto latest = state.latest(wanted.subject, Deleted::without);
  if (!latest) return {};
  MILL_TRY(const bool is_its_own, has_schema(state, wanted.subject, *op.schema));
  if (*latest == 1 && is_its_own) return {};
  return invalid_association(
      op, "frozen", "cannot create a frozen association when schemas already exist in the subject");
}

bool asks_for_what_is_there(const Wanted& wanted) {
  const Association& there = wanted.there->association;
  return wanted.subject == there.key.subject && wanted.lifecycle == there.lifecycle &&
         wanted.op.frozen.value_or(there.frozen) == there.frozen;
}

Error exists_for_resource(const Association& there) {
  return registry_error(RegistryErrc::association_for_resource_exists,
                        cat("An association of type '", there.key.type,
                            "' already exists for resource '", there.key.resource_name, "'"));
}

Error association_is_frozen(const Association& there) {
  return registry_error(
      RegistryErrc::association_frozen,
      cat("The association of type '", there.key.type, "' is frozen for subject '",
          there.key.subject, "'; it can only be deleted, with cascadeLifecycle=true"));
}

/// Finds out whether the op changes what is there, and whether it may.
Result<void> check_known(const State& state, Wanted& wanted) {
  const AssociationOp& op = wanted.op;
  const Association& there = wanted.there->association;
  const bool creates = op.action == AssociationAction::create;
  if (asks_for_what_is_there(wanted)) {
    if (creates && op.schema) {
      MILL_TRY(const bool is_the_same, has_schema(state, wanted.subject, *op.schema));
      if (!is_the_same) return exists_for_resource(there);
    }
    wanted.is_unchanged = true;
    return {};
  }
  if (creates) return exists_for_resource(there);
  if (!op.lifecycle && !op.schema) {
    return invalid_association(op, "lifecycle",
                               "at least lifecycle or schema must be provided for update");
  }
  if (wanted.subject != there.key.subject) {
    return invalid_association(op, "subject",
                               cat("subject of association cannot be changed from '",
                                   there.key.subject, "' to '", wanted.subject, "'"));
  }
  if (op.frozen && *op.frozen != there.frozen) {
    return invalid_association(op, "frozen", "frozen attribute of association cannot be changed");
  }
  if (there.frozen) return association_is_frozen(there);
  return {};
}

/// A resource has its subjects for itself or shares them, of keys as of values.
Result<void> check_one_lifecycle(const Associations::Found& there,
                                 const std::vector<Wanted>& wanted) {
  std::map<std::string, Lifecycle> by_type;
  for (const KnownAssociation* known : there) {
    by_type[known->association.key.type] = known->association.lifecycle;
  }
  for (const Wanted& one : wanted) by_type[one.op.type] = one.lifecycle;
  std::string told;
  bool is_one = true;
  for (const auto& [type, lifecycle] : by_type) {
    told += cat(told.empty() ? "" : ", ", type, '=', name_of(lifecycle));
    is_one = is_one && lifecycle == by_type.begin()->second;
  }
  if (is_one) return {};
  return invalid_association(
      wanted.front().op, "lifecycle",
      cat("all associations for a resource must have the same lifecycle, but got ", told));
}

/// Deleted versions and deleted referrers count: both may come back.
bool is_referred_to(const State& state, const std::string& subject) {
  return std::ranges::any_of(state.version_numbers(subject, Deleted::with), [&](int32_t number) {
    return !state.references_to(subject, number, Deleted::with).empty();
  });
}

bool refers_to(const Wanted& wanted, const std::string& subject) {
  if (!wanted.op.schema) return false;
  return std::ranges::any_of(wanted.op.schema->references, [&](const auto& reference) {
    return qualify(reference.subject, wanted.subject) == subject;
  });
}

/// Whether the subject may be had: as one's own, or with others.
Result<void> check_subject(const State& state, const Wanted& wanted,
                           const std::vector<Wanted>& all) {
  const std::string& subject = wanted.subject;
  const AssociationOp& op = wanted.op;
  if (op.schema && mode_in_scope(state, subject) == kImport) {
    return invalid_association(op, "schema",
                               cat("cannot be provided while subject '", subject,
                                   "' is in IMPORT mode; import it before"));
  }
  if (!op.schema && !state.latest(subject, Deleted::without)) {
    return registry_error(RegistryErrc::no_active_version,
                          cat("No active (non-deleted) version exists for subject '", subject,
                              "'; register a schema first"));
  }
  auto others = state.associations().of_subject(subject);
  std::erase(others, wanted.there);
  const auto is_strong = [](const KnownAssociation* known) {
    return known->association.lifecycle == Lifecycle::strong;
  };
  if (wanted.lifecycle == Lifecycle::weak) {
    if (std::ranges::none_of(others, is_strong)) return {};
    return registry_error(RegistryErrc::strong_association_exists,
                          cat("A strong association already exists for subject '", subject, "'"));
  }
  if (!others.empty()) {
    return registry_error(RegistryErrc::association_for_subject_exists,
                          cat("An association already exists for subject '", subject, "'"));
  }
  const bool in_request =
      std::ranges::any_of(all, [&](const Wanted& other) { return refers_to(other, subject); });
  if (!in_request && !is_referred_to(state, subject)) return {};
  return registry_error(RegistryErrc::reference_exists,
                        cat("One or more references exist to the schemas of subject '", subject,
                            "', so that it cannot belong to a resource"));
}

Result<std::vector<Wanted>> settle_all(const State& state, const Resource& resource,
                                       std::span<const AssociationOp> ops) {
  const auto there = associations_of(state, resource);
  std::vector<Wanted> all;
  for (const AssociationOp& op : ops) {
    const auto known = std::ranges::find(there, op.type, [](const KnownAssociation* one) {
      return std::string_view(one->association.key.type);
    });
    MILL_TRY(Wanted wanted, settle(state, resource, op, known == there.end() ? nullptr : *known));
    if (wanted.there == nullptr) {
      MILL_CHECK(check_new(state, wanted));
    } else {
      MILL_CHECK(check_known(state, wanted));
    }
    all.push_back(std::move(wanted));
  }
  MILL_CHECK(check_one_lifecycle(there, all));
  for (const Wanted& wanted : all) MILL_CHECK(check_subject(state, wanted, all));
  return all;
}

/// The version that the registration made, or found.
json::Object registered_json(const State& state, const std::string& subject,
                             const Plan& registration) {
  if (registration.records.empty()) {
    const auto number = int32_of(*registration.answer.object()->find("version"));
    return schema_json(subject, *number, *state.version(subject, *number, Deleted::with));
  }
  const auto& entry = std::get<SchemaEntry>(registration.records.back());
  auto object = schema_json(subject, entry.version, {.schema = entry.schema});
  object.erase("ts");  // its record has none yet
  return object;
}

Association association_of(const Resource& resource, const Wanted& wanted) {
  if (wanted.there != nullptr) {
    Association changed = wanted.there->association;
    changed.lifecycle = wanted.lifecycle;
    return changed;
  }
  return {.key = {.resource_name = resource.name,
                  .resource_namespace = resource.name_space,
                  .resource_type = resource.type,
                  .type = wanted.op.type,
                  .subject = wanted.subject},
          .guid = random_guid(),
          .resource_id = resource.id.value_or(""),
          .lifecycle = wanted.lifecycle,
          .frozen = wanted.lifecycle == Lifecycle::strong};
}

}  // namespace

Result<Plan> plan_association_change(const State& state, const ReservedIds& reserved,
                                     const Resource& resource, std::span<const AssociationOp> ops,
                                     bool dry_run) {
  for (const AssociationOp& op : ops) {
    if (op.subject) MILL_CHECK(check_not_read_only(state, behind_alias(state, *op.subject)));
  }
  MILL_TRY(const auto all, settle_all(state, resource, ops));
  Plan plan;
  json::Array infos;
  ReservedIds ids = reserved;
  std::vector<Record> associations;
  for (const Wanted& wanted : all) {
    json::Value schema;
    if (wanted.op.schema) {
      MILL_TRY(auto registration, plan_registration(state, ids, wanted.subject, *wanted.op.schema));
      schema = registered_json(state, wanted.subject, registration);
      ids.note(registration.records);
      std::ranges::move(registration.records, std::back_inserter(plan.records));
    }
    if (wanted.is_unchanged) continue;
    auto association = association_of(resource, wanted);
    infos.emplace_back(association_info(association, std::move(schema)));
    associations.emplace_back(std::move(association));
  }
  if (dry_run) return Plan{.answer = association_response(resource, {})};
  // Behind the schemas that they stand for.
  std::ranges::move(associations, std::back_inserter(plan.records));
  plan.answer = association_response(resource, std::move(infos));
  return plan;
}

Result<Plan> plan_association_deletion(const State& state, std::string_view resource_id,
                                       const AssociationFilter& filter, bool cascade,
                                       bool dry_run) {
  Plan plan;
  for (const KnownAssociation* known : state.associations().of_resource_id(resource_id, filter)) {
    const Association& there = known->association;
    const std::string& subject = there.key.subject;
    MILL_CHECK(check_not_read_only(state, subject));
    if (!cascade && there.frozen) return association_is_frozen(there);
    plan.records.emplace_back(AssociationTombstone{.key = there.key});
    const bool goes =
        cascade && there.lifecycle == Lifecycle::strong && mode_in_scope(state, subject) != kImport;
    if (goes) MILL_CHECK(add_whole_deletion(state, subject, plan.records));
  }
  if (dry_run) return Plan();
  return plan;
}

}  // namespace millrace::registry
