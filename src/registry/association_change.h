// Making, changing and deleting associations.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "registry/association.h"
#include "registry/candidate.h"
#include "registry/registry.h"

namespace millrace::registry {

struct Resource {
  std::string name = {};
  std::string name_space = {};
  /// Nothing only where nothing is changed: a topic that is not made yet has none.
  std::optional<std::string> id = std::nullopt;
  std::string type = kTopicResource;
};

enum class AssociationAction { create, upsert, remove };

/// What a request wants of one of the resource's associations.
struct AssociationOp {
  AssociationAction action = AssociationAction::create;
  /// Begins the names of its members in messages: "associations[0].".
  std::string path = {};
  /// "key" or "value".
  std::string type = "value";

  /// In its one spelling.
  std::optional<std::string> subject = std::nullopt;
  std::optional<Lifecycle> lifecycle = std::nullopt;
  std::optional<bool> frozen = std::nullopt;
  std::optional<Candidate> schema = std::nullopt;

  /// Of a removal: a subject that is the resource's own goes, too.
  bool cascade = false;
};

struct AssociationRequest {
  Resource resource;
  /// As AssociationOp::path.
  std::string path = {};
  std::vector<AssociationOp> ops = {};
};

/// Fills in what a creation leaves out. invalid_association: what would be refused whatever is
/// there already; each names the member and what would do.
Result<void> complete(AssociationRequest& request, bool dry_run);

/// Of a complete request some ops, creations only or upserts only: all are carried out or none.
/// Their schemas are registered. Answers association_response of those that are new or changed.
/// invalid_association, association_for_resource_exists, association_for_subject_exists,
/// strong_association_exists, no_active_version, association_frozen, reference_exists; what
/// plan_registration says. A dry run is checked and answered without associations.
Result<Plan> plan_association_change(const State& state, const ReservedIds& reserved,
                                     const Resource& resource, std::span<const AssociationOp> ops,
                                     bool dry_run);

/// Answers null. With `cascade` the subjects that are the resource's own go for good.
/// association_frozen (without `cascade`), reference_exists, operation_not_permitted.
Result<Plan> plan_association_deletion(const State& state, std::string_view resource_id,
                                       const AssociationFilter& filter, bool cascade, bool dry_run);

Error invalid_association(std::string_view property, std::string_view detail);
/// As Confluent's AssociationResponse entity; `infos` are its associations.
json::Object association_response(const Resource& resource, json::Array infos);
/// One of them; the schema is null where it is not told.
json::Object association_info(const Association& association, json::Value schema);

}  // namespace millrace::registry
