#include "registry/association_change.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.h"
#include "base/try.h"
#include "registry/deletion.h"
#include "registry/error.h"
#include "registry/scope.h"

namespace millrace::registry {
namespace {

constexpr size_t kNameSizeMax = 256;

Error invalid(const AssociationOp& op, std::string_view member, std::string_view detail) {
  return invalid_association(cat(op.path, member), detail);
}

/// The subject that belongs to the resource, and to it alone.
std::string own_subject(const Resource& resource, const std::string& type) {
  return Subject(cat('.', resource.name_space), cat(resource.name, '-', type)).to_string();
}

Result<void> check_name(const std::string& property, std::string_view name) {
  if (name.empty()) return invalid_association(property, "cannot be null or empty");
  if (name.size() > kNameSizeMax) {
    return invalid_association(property, cat("exceeds max length of ", kNameSizeMax));
  }
  const auto is_legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (!std::ranges::all_of(name, is_legal)) {
    return invalid_association(property,
                               "illegal character; a name is letters, digits, '.', '_' "
                               "and '-', as a topic's");
  }
  return {};
}

Result<void> check_resource(const AssociationRequest& request, bool dry_run) {
  const Resource& resource = request.resource;
  MILL_CHECK(check_name(cat(request.path, "resourceName"), resource.name));
  MILL_CHECK(check_name(cat(request.path, "resourceNamespace"), resource.name_space));
  const std::string id = cat(request.path, "resourceId");
  if (!resource.id && !dry_run) return invalid_association(id, "cannot be null or empty");
  if (resource.id && resource.id->size() > kNameSizeMax) {
    return invalid_association(id, cat("exceeds max length of ", kNameSizeMax));
  }
  if (resource.type != kTopicResource) {
    return invalid_association(cat(request.path, "resourceType"),
                               cat("must be '", kTopicResource, "'"));
  }
  if (request.ops.empty()) {
    return invalid_association(cat(request.path, "associations"), "cannot be null or empty");
  }
  return {};
}

/// What is left open of an association that is not there yet: one that brings its schema is strong,
/// others are weak; strong ones are frozen.
struct Terms {
  Lifecycle lifecycle = Lifecycle::weak;
  bool frozen = false;
};

Result<Terms> terms_of_new(const AssociationOp& op) {
  Terms terms{.lifecycle = op.lifecycle.value_or(op.schema ? Lifecycle::strong : Lifecycle::weak)};
  if (op.schema) {
    if (op.action == AssociationAction::upsert) {
      return invalid(op, "schema",
                     "cannot be provided when adding an association to an existing topic; an "
                     "association with a schema must be created with the topic");
    }
    if (terms.lifecycle == Lifecycle::weak) {
      return invalid(op, "lifecycle", "cannot be WEAK when schema is provided");
    }
  }
  terms.frozen = terms.lifecycle == Lifecycle::strong;
  if (op.frozen.value_or(terms.frozen) != terms.frozen) {
    return invalid(op, "frozen",
                   cat("association with lifecycle of ", name_of(terms.lifecycle),
                       " cannot be frozen=", *op.frozen ? "true" : "false", "; leave it out"));
  }
  return terms;
}

Error no_subject(const AssociationOp& op) {
  return invalid(op, "subject", "must be provided for WEAK associations");
}

Error weak_with_own_subject(const AssociationOp& op, const std::string& own) {
  return invalid(op, "subject", cat("WEAK associations cannot use subject '", own, "'"));
}

Error frozen_with_other_subject(const AssociationOp& op, const std::string& own) {
  return invalid(op, "subject", cat("frozen associations must use subject '", own, "'"));
}

Result<void> complete_creation(const Resource& resource, AssociationOp& op) {
  MILL_TRY(const Terms terms, terms_of_new(op));
  op.lifecycle = terms.lifecycle;
  op.frozen = terms.frozen;
  const std::string own = own_subject(resource, op.type);
  if (!op.subject) {
    if (terms.lifecycle == Lifecycle::weak) return no_subject(op);
    op.subject = own;
  }
  if (terms.frozen && *op.subject != own) return frozen_with_other_subject(op, own);
  if (!terms.frozen && *op.subject == own) return weak_with_own_subject(op, own);
  return {};
}

Result<void> check_upsert(const AssociationOp& op) {
  if (op.lifecycle != Lifecycle::weak) return {};
  if (op.schema) return invalid(op, "lifecycle", "cannot be WEAK when schema is provided");
  if (op.frozen.value_or(false)) {
    return invalid(op, "frozen", "association with lifecycle of WEAK cannot be frozen");
  }
  return {};
}

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

/// What the op comes to; refuses what it cannot come to.
Result<Wanted> settle(const State& state, const Resource& resource, const AssociationOp& op,
                      const KnownAssociation* there) {
  const std::string own = own_subject(resource, op.type);
  Wanted wanted{.op = op, .there = there, .subject = {}, .lifecycle = Lifecycle::weak};
  bool is_frozen = false;
  bool will_be_frozen = false;
  if (there == nullptr) {
    MILL_TRY(const Terms terms, terms_of_new(op));
    wanted.lifecycle = terms.lifecycle;
    is_frozen = will_be_frozen = terms.frozen;
  } else {
    wanted.lifecycle = op.lifecycle.value_or(there->association.lifecycle);
    is_frozen = there->association.frozen;
    will_be_frozen = op.frozen.value_or(is_frozen);
  }
  if (op.subject) {
    wanted.subject = behind_alias(state, *op.subject);
  } else if (there != nullptr) {
    wanted.subject = there->association.key.subject;
  } else if (wanted.lifecycle == Lifecycle::strong) {
    wanted.subject = own;
  } else {
    return no_subject(op);
  }
  if (wanted.lifecycle == Lifecycle::weak) {
    if (op.schema) return invalid(op, "lifecycle", "cannot be WEAK when schema is provided");
    if (wanted.subject == own) return weak_with_own_subject(op, own);
  }
  if (will_be_frozen != (wanted.lifecycle == Lifecycle::strong)) {
    return invalid(op, "frozen",
                   cat("association with lifecycle of ", name_of(wanted.lifecycle),
                       " cannot be frozen=", will_be_frozen ? "true" : "false"));
  }
  if (is_frozen && wanted.subject != own) return frozen_with_other_subject(op, own);
  return wanted;
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
  if (op.action == AssociationAction::upsert) {
    return invalid(op, "lifecycle",
                   "cannot be STRONG when creating an association; STRONG associations must be "
                   "created with the topic");
  }
  if (!op.schema) {
    return invalid(op, "schema", "schema must be provided when creating a frozen association");
  }
  const auto latest = state.latest(wanted.subject, Deleted::without);
  if (!latest) return {};
  MILL_TRY(const bool is_its_own, has_schema(state, wanted.subject, *op.schema));
  if (*latest == 1 && is_its_own) return {};
  return invalid(op, "frozen",
                 "cannot create a frozen association when schemas already exist in the subject");
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

Error frozen(const Association& there) {
  return registry_error(
      RegistryErrc::association_frozen,
      cat("The association of type '", there.key.type, "' is frozen for subject '",
          there.key.subject, "'; it can only be deleted, with cascadeLifecycle=true"));
}

/// Finds out whether the op changes what is there, and whether it may.
Result<void> check_known(const State& state, const Resource& resource, Wanted& wanted) {
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
    return invalid(op, "lifecycle", "at least lifecycle or schema must be provided for update");
  }
  if (wanted.subject != there.key.subject) {
    return invalid(op, "subject",
                   cat("subject of association cannot be changed from '", there.key.subject,
                       "' to '", wanted.subject, "'"));
  }
  if (there.lifecycle == Lifecycle::strong && wanted.lifecycle == Lifecycle::weak &&
      wanted.subject == own_subject(resource, op.type)) {
    return invalid(
        op, "lifecycle",
        cat("cannot change to WEAK when subject matches default format '", wanted.subject, "'"));
  }
  if (op.frozen && *op.frozen != there.frozen) {
    return invalid(op, "frozen", "frozen attribute of association cannot be changed");
  }
  if (there.frozen) return frozen(there);
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
  return invalid(
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
    return invalid(op, "schema",
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
      MILL_CHECK(check_known(state, resource, wanted));
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

Result<void> complete(AssociationRequest& request, bool dry_run) {
  MILL_CHECK(check_resource(request, dry_run));
  std::vector<std::string> types;
  for (AssociationOp& op : request.ops) {
    if (op.type != "key" && op.type != "value") {
      return invalid(op, "associationType", "must be either 'key' or 'value'");
    }
    if (std::ranges::find(types, op.type) != types.end()) {
      return invalid(
          op, "associationType",
          cat("may only appear once per request, but '", op.type, "' appears more than once"));
    }
    types.push_back(op.type);
    if (op.subject && !is_valid_subject(*op.subject)) {
      return invalid(op, "subject",
                     "must not be empty, have control characters or be a name of the registry's "
                     "own");
    }
    if (op.action == AssociationAction::create) {
      MILL_CHECK(complete_creation(request.resource, op));
    } else if (op.action == AssociationAction::upsert) {
      MILL_CHECK(check_upsert(op));
    }
  }
  return {};
}

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
    if (!cascade && there.frozen) return frozen(there);
    plan.records.emplace_back(AssociationTombstone{.key = there.key});
    const bool goes =
        cascade && there.lifecycle == Lifecycle::strong && mode_in_scope(state, subject) != kImport;
    if (goes) MILL_CHECK(add_whole_deletion(state, subject, plan.records));
  }
  if (dry_run) return Plan();
  return plan;
}

Error invalid_association(std::string_view property, std::string_view detail) {
  return registry_error(RegistryErrc::invalid_association,
                        cat("The association specified an invalid value for property: '", property,
                            "', detail: ", detail));
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
