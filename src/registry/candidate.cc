#include "registry/candidate.h"

#include <algorithm>
#include <ranges>

#include "base/text.h"
#include "base/try.h"
#include "registry/compatibility.h"
#include "registry/error.h"
#include "registry/facets.h"
#include "registry/scope.h"
#include "registry/source.h"

namespace millrace::registry {
namespace {

struct Understood {
  std::shared_ptr<const schema::Schema> parsed;
  /// With its guid; the id is to be found.
  SchemaText text;
};

Error invalid_schema(const Candidate& candidate, const Error& reason) {
  return registry_error(
      RegistryErrc::invalid_schema,
      cat("Invalid schema of type ", name_of(candidate.format), ": ", reason.message()));
}

/// `is_known` as schema::Source has it.
Result<Understood> understand(const State& state, const std::string& subject,
                              const Candidate& candidate, bool is_known) {
  if (trim(candidate.text).empty()) {
    return registry_error(RegistryErrc::invalid_schema, "Empty schema");
  }
  auto source = source_of(state, subject, candidate.text, candidate.references);
  if (!source) return invalid_schema(candidate, source.error());
  source->is_known = is_known;
  auto parsed = schema::parse(candidate.format, *source);
  if (!parsed) return invalid_schema(candidate, parsed.error());
  const bool normalize = candidate.normalize || normalizes(state, subject);
  SchemaText text{.format = candidate.format,
                  .text = normalize ? (*parsed)->normalized() : (*parsed)->canonical(),
                  .references = candidate.references,
                  .metadata = candidate.metadata,
                  .rule_set = candidate.rule_set};
  text.guid = guid_of(text);
  return Understood{.parsed = *std::move(parsed), .text = std::move(text)};
}

/// The newest version of the subject that has the schema; where there is none, the newest that
/// differs in the number it tells alone.
std::optional<int32_t> version_with(const State& state, const std::string& subject,
                                    const SchemaText& schema, Deleted deleted) {
  std::optional<int32_t> similar;
  const auto numbers = state.version_numbers(subject, deleted);
  for (const int32_t number : std::views::reverse(numbers)) {
    const SchemaText& there = *state.version(subject, number, Deleted::with)->schema;
    if (there.guid == schema.guid) return number;
    if (!similar && differs_in_number_alone(schema, there, number)) similar = number;
  }
  return similar;
}

/// The version that a registration comes to without anything new; none where the candidate names
/// another id, or the version that it is to be.
std::optional<int32_t> version_to_answer(const State& state, const std::string& subject,
                                         const Candidate& candidate, const SchemaText& schema) {
  if (candidate.version) return std::nullopt;
  const auto found = version_with(state, subject, schema, Deleted::without);
  if (!found) return std::nullopt;
  const int32_t id = state.version(subject, *found, Deleted::without)->schema->id;
  return candidate.id.value_or(id) == id ? found : std::nullopt;
}

/// The versions that are compared with a new one, newest first.
std::vector<int32_t> versions_to_fit(const State& state, const std::string& subject, Level level,
                                     const json::Value& metadata) {
  auto numbers = state.version_numbers(subject, Deleted::without);
  const auto config = config_in_scope(state, subject);
  if (const auto group = config.text("compatibilityGroup")) {
    std::erase_if(numbers, [&](int32_t number) {
      const Version& version = *state.version(subject, number, Deleted::without);
      return property_of(version.schema->metadata, *group) != property_of(metadata, *group);
    });
  }
  std::ranges::reverse(numbers);
  numbers.resize(versions_asked(level, numbers.size()));
  return numbers;
}

/// The reasons of the first version that the candidate does not fit. One version is parsed at a
/// time, and none behind it: a subject may have many, each as large as a schema may be.
Result<std::vector<std::string>> first_misfits(const State& state, const std::string& subject,
                                               Level level, const schema::Schema& candidate,
                                               const std::vector<int32_t>& versions) {
  for (const int32_t number : versions) {
    const Version& version = *state.version(subject, number, Deleted::without);
    auto parsed = parse_known(state, subject, *version.schema);
    if (!parsed) {
      return registry_error(
          RegistryErrc::invalid_schema,
          cat("version ", number, ", to compare with, is not valid: ", parsed.error().message()));
    }
    const Previous previous{.version = number, .schema = *std::move(parsed)};
    auto reasons = incompatibilities(level, candidate, previous);
    if (!reasons.empty()) return reasons;
  }
  return std::vector<std::string>();
}

Result<void> check_mode(const State& state, const std::string& subject,
                        const Candidate& candidate) {
  MILL_CHECK(check_not_read_only(state, subject));
  const bool imports = mode_in_scope(state, subject) == kImport;
  if (candidate.id && !imports) {
    return registry_error(RegistryErrc::operation_not_permitted,
                          cat("Subject ", subject,
                              " is not in import mode, so that no id may be "
                              "given; PUT /mode with IMPORT first"));
  }
  if (!candidate.id && imports) {
    return registry_error(RegistryErrc::operation_not_permitted,
                          cat("Subject ", subject, " is not in read-write mode"));
  }
  return {};
}

/// A subject that belongs to a resource may go with it, and may not be referred to.
Result<void> check_references(const State& state, const std::string& subject,
                              const SchemaText& schema) {
  for (const schema::Reference& reference : schema.references) {
    if (!state.associations().is_owned(qualify(reference.subject, subject))) continue;
    return registry_error(RegistryErrc::operation_not_permitted,
                          cat("Subject '", reference.subject,
                              "' has a strong association and cannot be referenced; register "
                              "the schema under a subject of its own and refer to that"));
  }
  return {};
}

Result<void> check_fits(const State& state, const std::string& subject,
                        const Understood& candidate) {
  const Level level = level_in_scope(state, subject);
  const auto versions = versions_to_fit(state, subject, level, candidate.text.metadata);
  MILL_TRY(const auto reasons, first_misfits(state, subject, level, *candidate.parsed, versions));
  if (reasons.empty()) return {};
  std::string all;
  for (const std::string& reason : reasons) all += cat(all.empty() ? "" : "; ", reason);
  return registry_error(RegistryErrc::incompatible_schema,
                        cat("Schema being registered is incompatible with an earlier schema for "
                            "subject \"",
                            subject, "\" by its level ", name_of(level), ", details: [", all, "]"));
}

/// A schema without a text is the latest version's, with other metadata or rules; nothing where it
/// has one, or there is no version.
std::optional<Candidate> with_text_of_latest(const State& state, const std::string& subject,
                                             const Candidate& candidate) {
  const auto latest = state.latest(subject, Deleted::without);
  if (!latest || !trim(candidate.text).empty()) return std::nullopt;
  const SchemaText& schema = *state.version(subject, *latest, Deleted::without)->schema;
  Candidate filled = candidate;
  filled.format = schema.format;
  filled.text = schema.text;
  filled.references = schema.references;
  return filled;
}

/// The id that the schema has in its context, there or on its way there, else one of its own.
Result<int32_t> choose_id(const State& state, const ReservedIds& reserved,
                          const std::string& context, const Candidate& candidate,
                          const std::string& guid) {
  const auto same = state.by_guid(context, guid);
  const auto known = same ? std::optional(same->id) : reserved.find(context, guid);
  if (!candidate.id) {
    if (known) return *known;
    const int64_t next = reserved.next(state, context);
    if (next > INT32_MAX) {
      return registry_error(RegistryErrc::store_failed, "all ids of 31 bits are given");
    }
    return static_cast<int32_t>(next);
  }
  const bool is_there = state.by_id(context, *candidate.id) != nullptr && *candidate.id != known;
  if (is_there || reserved.has_another(context, *candidate.id, guid)) {
    return registry_error(RegistryErrc::id_does_not_match,
                          cat("Overwrite new schema with id ", *candidate.id, " is not permitted"));
  }
  return *candidate.id;
}

Result<int32_t> choose_version(const State& state, const std::string& subject,
                               const Candidate& candidate) {
  if (candidate.id && candidate.version) return *candidate.version;  // imported
  const int64_t next = int64_t{state.latest(subject, Deleted::with).value_or(0)} + 1;
  if (next > INT32_MAX) {
    return registry_error(RegistryErrc::store_failed, "all versions of 31 bits are given");
  }
  if (candidate.version.value_or(next) == next) return static_cast<int32_t>(next);
  return registry_error(RegistryErrc::invalid_schema,
                        cat("Version is not one more than previous version: ", *candidate.version,
                            " was given, ", next, " comes next"));
}

json::Value registration_json(const SchemaText& schema, int32_t version) {
  return json::Object{{"id", schema.id}, {"version", version}, {"guid", schema.guid}};
}

}  // namespace

Result<Plan> plan_registration(const State& state, const ReservedIds& reserved,
                               const std::string& subject, const Candidate& candidate) {
  MILL_CHECK(check_mode(state, subject, candidate));
  const bool is_imported = candidate.id.has_value();
  const auto filled = is_imported ? std::nullopt : with_text_of_latest(state, subject, candidate);
  MILL_TRY(Understood understood,
           understand(state, subject, filled ? *filled : candidate, is_imported));
  MILL_CHECK(check_references(state, subject, understood.text));
  const std::string context = Subject::parse(subject).context();
  SchemaText& text = understood.text;

  auto there = version_to_answer(state, subject, candidate, text);
  const auto config = config_in_scope(state, subject);
  // Who registers an old schema once more, as it was, means that version, and no new one.
  const bool is_settled = there && !filled && !adds_facets(config);
  if (!is_imported && !is_settled) {
    add_facets_in_scope(state, subject, config, text);
    there = version_to_answer(state, subject, candidate, text);
  }
  if (there) {
    const Version& known = *state.version(subject, *there, Deleted::without);
    return Plan{.answer = registration_json(*known.schema, *there)};
  }
  if (!is_imported) MILL_CHECK(check_fits(state, subject, understood));
  MILL_TRY(const int32_t version, choose_version(state, subject, candidate));
  if (!is_imported) tell_number(version, candidate.version.has_value(), text);
  MILL_TRY(text.id, choose_id(state, reserved, context, candidate, text.guid));

  Plan plan{.answer = registration_json(text, version)};
  if (!state.has_context(context)) plan.records.push_back(ContextEntry{.context = context});
  // The schema's deleted versions give way to the new one, as in Confluent's registry.
  for (const int32_t number : state.version_numbers(subject, Deleted::only)) {
    const bool is_same = state.version(subject, number, Deleted::only)->schema->id == text.id;
    if (is_same && number < version &&
        state.references_to(subject, number, Deleted::with).empty()) {
      plan.records.push_back(SchemaTombstone{.subject = subject, .version = number});
    }
  }
  plan.records.push_back(
      SchemaEntry{.subject = subject,
                  .version = version,
                  .schema = std::make_shared<const SchemaText>(std::move(text))});
  return plan;
}

Result<json::Value> look_up(const State& state, const std::string& subject,
                            const Candidate& candidate, Deleted deleted) {
  if (!state.latest(subject, deleted)) return subject_not_found(subject);
  MILL_TRY(Understood understood, understand(state, subject, candidate, true));
  auto version = version_with(state, subject, understood.text, deleted);
  if (!version && state.latest(subject, Deleted::without)) {
    add_facets_in_scope(state, subject, config_in_scope(state, subject), understood.text);
    version = version_with(state, subject, understood.text, deleted);
  }
  if (!version) return registry_error(RegistryErrc::schema_not_found, "Schema not found");
  return json::Value(
      schema_json(subject, *version, *state.version(subject, *version, Deleted::with)));
}

Result<std::vector<std::string>> check_compatibility(const State& state, const std::string& subject,
                                                     const Candidate& candidate,
                                                     std::optional<int32_t> version) {
  MILL_TRY(const Understood understood, understand(state, subject, candidate, false));
  const Level level = level_in_scope(state, subject);
  if (version && state.version(subject, *version, Deleted::without) == nullptr) {
    return version_not_found(*version);
  }
  const auto versions = version ? std::vector<int32_t>{*version}
                                : versions_to_fit(state, subject, level, candidate.metadata);
  return first_misfits(state, subject, level, *understood.parsed, versions);
}

json::Object schema_json(const std::string& subject, int32_t number, const Version& version) {
  const SchemaText& schema = *version.schema;
  json::Object object{
      {"subject", subject}, {"version", number}, {"id", schema.id}, {"guid", schema.guid}};
  add_facets(schema, object);
  object.set("schema", schema.text);
  object.set("ts", version.timestamp_ms);
  if (version.deleted) object.set("deleted", true);
  return object;
}

}  // namespace millrace::registry
