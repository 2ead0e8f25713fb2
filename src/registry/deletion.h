// Deleting versions and subjects: softly first, for good only what is softly deleted.
#pragma once

#include <string>

#include "registry/registry.h"

namespace millrace::registry {

/// Answers the version. `version` nothing: the latest. subject_not_found, version_not_found,
/// version_soft_deleted, version_not_soft_deleted, reference_exists, operation_not_permitted;
/// no_active_version where it is the last one of a subject that has associations.
Result<Plan> plan_version_deletion(const State& state, const std::string& subject,
                                   std::optional<int32_t> version, bool permanent);

/// Answers the versions that were deleted. subject_not_found, subject_soft_deleted,
/// subject_not_soft_deleted, reference_exists, operation_not_permitted,
/// association_for_subject_exists.
Result<Plan> plan_subject_deletion(const State& state, const std::string& subject, bool permanent);

/// Adds what deletes the subject for good, whatever of it is there: what becomes of a resource's
/// own subject together with the resource. reference_exists.
Result<void> add_whole_deletion(const State& state, const std::string& subject,
                                std::vector<Record>& records);

/// What makes sure that no id is given again once its schema is gone.
IdFloor id_floor(const State& state);

}  // namespace millrace::registry
