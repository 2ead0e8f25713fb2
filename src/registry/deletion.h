// Deleting versions and subjects: softly first, for good only what is softly deleted.
#pragma once

#include <string>

#include "registry/registry.h"

namespace millrace::registry {

/// Answers the version. `version` nothing: the latest. subject_not_found, version_not_found,
/// version_soft_deleted, version_not_soft_deleted, reference_exists, operation_not_permitted.
Result<Plan> plan_version_deletion(const State& state, const std::string& subject,
                                   std::optional<int32_t> version, bool permanent);

/// Answers the versions that were deleted. subject_not_found, subject_soft_deleted,
/// subject_not_soft_deleted, reference_exists, operation_not_permitted.
Result<Plan> plan_subject_deletion(const State& state, const std::string& subject, bool permanent);

/// What makes sure that no id is given again once its schema is gone.
IdFloor id_floor(const State& state);

}  // namespace millrace::registry
