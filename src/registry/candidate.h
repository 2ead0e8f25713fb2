// Candidate: a schema that a request brings, and what is asked about it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/registry.h"
#include "schema/schema.h"

namespace millrace::registry {

struct Candidate {
  schema::Format format = schema::Format::avro;
  std::string text;
  std::vector<schema::Reference> references;
  json::Value metadata;
  json::Value rule_set;
  /// Only in mode IMPORT.
  std::optional<int32_t> id;
  /// In mode IMPORT any, otherwise the one that comes next.
  std::optional<int32_t> version;
  bool normalize = false;
};

/// A new version of the subject, or the one that has the schema already, as it is given or as it
/// would be registered. What it does not say beside its text, and a missing text, it has from the
/// latest version; add_facets_in_scope, tell_number. An import says all itself. Answers what
/// registration_json says. operation_not_permitted, invalid_schema, incompatible_schema,
/// id_does_not_match.
Result<Plan> plan_registration(const State& state, const ReservedIds& reserved,
                               const std::string& subject, const Candidate& candidate);

/// The version of the subject that has the schema, as it is given or as it would be registered:
/// what schema_json says. subject_not_found, schema_not_found, invalid_schema.
Result<json::Value> look_up(const State& state, const std::string& subject,
                            const Candidate& candidate, Deleted deleted);

/// Why the candidate does not fit, as it is given: nothing is added to it as by a registration.
/// Empty where it fits. With `version` it is compared with that one alone, otherwise with those
/// that the subject's level asks about.
/// version_not_found, invalid_schema.
Result<std::vector<std::string>> check_compatibility(const State& state, const std::string& subject,
                                                     const Candidate& candidate,
                                                     std::optional<int32_t> version);

/// As Confluent's Schema entity.
json::Object schema_json(const std::string& subject, int32_t number, const Version& version);

}  // namespace millrace::registry
