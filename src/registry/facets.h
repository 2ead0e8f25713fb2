// Facets: what a schema says beside its text, metadata and rules, and what is added to them when it
// is registered.
#pragma once

#include <cstdint>
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

/// Sets the property "confluent:version" to the number of the version that the schema becomes,
/// where its metadata has the property, or is to have it. Its guid is the new one then.
void tell_number(int32_t version, bool is_asked, SchemaText& schema);
/// True where one of the two tells its number by that property, the other does not, and all else is
/// the same; a number that `schema` tells is that of `there`.
bool differs_in_number_alone(const SchemaText& schema, const SchemaText& there, int32_t version);

/// unprocessable: no object of tags, properties and sensitive names; which member, what it must be.
Result<void> check_metadata(const std::string& path, const json::Value& metadata);
/// invalid_rule_set: which rule, what is wrong with it.
Result<void> check_rule_set(const std::string& path, const json::Value& rule_set);

}  // namespace millrace::registry
