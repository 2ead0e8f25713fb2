// Changing configuration, modes and contexts.
#pragma once

#include <string>

#include "registry/registry.h"

namespace millrace::registry {

/// Merges what the update brings into the subject's own configuration ("": everybody's). Answers
/// the update. invalid_compatibility_level, invalid_subject (an alias), invalid_rule_set,
/// unprocessable (a member of the wrong kind, or without effect here), operation_not_permitted.
Result<Plan> plan_config_update(const State& state, const std::string& subject,
                                const json::Object& update);
/// Answers what there was. subject_not_found where the subject has none of its own.
Result<Plan> plan_config_deletion(const State& state, const std::string& subject);

/// invalid_mode; operation_not_permitted and reference_exists, where IMPORT would overwrite what is
/// there and `force` does not say so.
Result<Plan> plan_mode_update(const State& state, const std::string& subject,
                              const std::string& mode, bool force);
/// Answers the mode there was. subject_not_found where the subject has none of its own.
Result<Plan> plan_mode_deletion(const State& state, const std::string& subject);

/// operation_not_permitted where it has subjects; not_found.
Result<Plan> plan_context_deletion(const State& state, const std::string& context);

}  // namespace millrace::registry
