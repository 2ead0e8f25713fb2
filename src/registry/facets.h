// Facets: what a schema says beside its text, metadata and rules, and what is added to them when it
// is registered.
#pragma once

#include <string>
#include <string_view>

#include "json/value.h"
#include "millrace/result.h"
#include "registry/state.h"

namespace millrace::registry {

/// True where the configuration has metadata or rules for every schema of its scope.
bool adds_facets(const json::Object& config);

/// Gives the schema the facets that a version of the subject has: its own, or the latest version's
/// where it has none; below them the configuration's defaults, above them its overrides. Its guid
/// is the new one then.
void add_facets_in_scope(const State& state, std::string_view subject, const json::Object& config,
                         SchemaText& schema);

/// unprocessable: no object of tags, properties and sensitive names; which member, what it must be.
Result<void> check_metadata(const std::string& path, const json::Value& metadata);
/// invalid_rule_set: which rule, what is wrong with it.
Result<void> check_rule_set(const std::string& path, const json::Value& rule_set);

}  // namespace millrace::registry
