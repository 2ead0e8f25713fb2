// Making, changing and deleting associations.
#pragma once

#include <span>
#include <string_view>

#include "registry/association_request.h"
#include "registry/registry.h"

namespace millrace::registry {

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

}  // namespace millrace::registry
