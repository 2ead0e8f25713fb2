#include "registry/settings.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/try.h"
#include "base/words.h"
#include "registry/compatibility.h"
#include "registry/deletion.h"
#include "registry/error.h"
#include "registry/facets.h"
#include "registry/scope.h"

namespace millrace::registry {
namespace {

constexpr const char* kLevel = "compatibilityLevel";
constexpr const char* kLevelInUpdate = "compatibility";
constexpr std::array<std::string_view, 4> kModes = {kReadWrite, kReadOnly, kReadOnlyOverride,
                                                    kImport};

Error no_setting(std::string_view name, std::string_view wanted) {
  return registry_error(RegistryErrc::unprocessable, cat('"', name, "\" is no ", wanted));
}

Result<void> check_alias(const std::string& subject, const json::Value& value) {
  if (value.string() == nullptr) return no_setting("alias", "text");
  if (value.string()->empty() || is_valid_subject(qualify(*value.string(), subject))) return {};
  return registry_error(RegistryErrc::invalid_subject,
                        cat("The specified alias '", *value.string(), "' is not a valid subject"));
}

Result<void> check_setting(const std::string& subject, const json::Member& change) {
  const auto& [name, value] = change;
  if (name == "alias") return check_alias(subject, value);
  if (name == "defaultMetadata" || name == "overrideMetadata") return check_metadata(name, value);
  if (name == "defaultRuleSet" || name == "overrideRuleSet") return check_rule_set(name, value);
  if (name == "normalize") {
    return value.boolean() != nullptr ? Result<void>() : no_setting(name, "true or false");
  }
  if (name == "compatibilityGroup") {
    return value.string() != nullptr ? Result<void>() : no_setting(name, "text");
  }
  return no_setting(name,
                    "setting that this registry acts on: compatibility, compatibilityGroup, "
                    "normalize, alias, defaultMetadata, overrideMetadata, defaultRuleSet and "
                    "overrideRuleSet are");
}

Result<void> merge(const std::string& subject, const json::Member& change, json::Object& config) {
  const bool is_level = change.name == kLevelInUpdate || change.name == kLevel;
  if (change.value.is_null()) {
    config.erase(is_level ? kLevel : change.name);
    return {};
  }
  if (is_level) {
    const std::string* text = change.value.string();
    const auto level = text == nullptr ? std::nullopt : level_of(*text);
    if (!level) {
      return registry_error(
          RegistryErrc::invalid_compatibility_level,
          "Invalid compatibility level. Valid values are none, backward, forward, full, "
          "backward_transitive, forward_transitive, and full_transitive");
    }
    config.set(kLevel, name_of(*level));
    return {};
  }
  MILL_CHECK(check_setting(subject, change));
  config.set(change.name, change.value);
  return {};
}

/// Of a scope: the subject, all of its context, or, for "", all there are.
std::vector<std::string> subjects_in(const State& state, const std::string& scope,
                                     Deleted deleted) {
  if (scope.empty()) return state.subjects(":*:", deleted);
  if (Subject::parse(scope).is_context()) return state.subjects(scope, deleted);
  if (state.latest(scope, deleted)) return {scope};
  return {};
}

/// Whatever was softly deleted goes for good, so that an import may give its versions anew.
Result<void> make_room(const State& state, const std::string& scope, std::vector<Record>& records) {
  if (!subjects_in(state, scope, Deleted::without).empty()) {
    return registry_error(RegistryErrc::operation_not_permitted,
                          "Cannot import since found existing subjects");
  }
  for (const std::string& subject : subjects_in(state, scope, Deleted::with)) {
    for (const int32_t number : state.version_numbers(subject, Deleted::with)) {
      if (!state.references_to(subject, number, Deleted::with).empty()) {
        return registry_error(RegistryErrc::reference_exists,
                              cat("One or more references exist to the schema {subject=", subject,
                                  ",version=", number, "}"));
      }
      records.push_back(SchemaTombstone{.subject = subject, .version = number});
    }
  }
  if (!records.empty()) {
    records.push_back(SubjectClearing{.subject = scope});
    records.push_back(id_floor(state));
  }
  return {};
}

}  // namespace

Result<Plan> plan_config_update(const State& state, const std::string& subject,
                                const json::Object& update) {
  MILL_CHECK(check_not_read_only(state, subject));
  const json::Object* own = state.config(subject);
  json::Object config = own == nullptr ? json::Object() : *own;
  for (const json::Member& change : update) MILL_CHECK(merge(subject, change, config));
  return Plan{.records = {ConfigChange{.subject = subject, .config = std::move(config)}},
              .answer = update};
}

Result<Plan> plan_config_deletion(const State& state, const std::string& subject) {
  MILL_CHECK(check_not_read_only(state, subject));
  const json::Object* own = state.config(subject);
  if (own == nullptr && !subject.empty()) return subject_not_found(subject);
  Plan plan{.answer = own == nullptr ? config_in_scope(state, subject) : *own};
  if (own != nullptr) {
    plan.records.push_back(ConfigChange{.subject = subject, .config = std::nullopt});
  }
  return plan;
}

Result<Plan> plan_mode_update(const State& state, const std::string& subject,
                              const std::string& mode, bool force) {
  const auto known =
      std::ranges::find_if(kModes, [&](std::string_view name) { return same_word(name, mode); });
  if (known == kModes.end()) {
    return registry_error(
        RegistryErrc::invalid_mode,
        "Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE and IMPORT");
  }
  const std::string wanted(*known);
  Plan plan{.answer = json::Object{{"mode", wanted}}};
  if (wanted == kImport && mode_in_scope(state, subject) != kImport && !force) {
    MILL_CHECK(make_room(state, subject, plan.records));
  }
  plan.records.push_back(ModeChange{.subject = subject, .mode = wanted});
  return plan;
}

Result<Plan> plan_mode_deletion(const State& state, const std::string& subject) {
  const std::string* own = state.mode(subject);
  if (own == nullptr && !subject.empty()) return subject_not_found(subject);
  Plan plan{.answer =
                json::Object{{"mode", own == nullptr ? mode_in_scope(state, subject) : *own}}};
  if (own != nullptr) {
    plan.records.push_back(ModeChange{.subject = subject, .mode = std::nullopt});
  }
  return plan;
}

Result<Plan> plan_context_deletion(const State& state, const std::string& context) {
  if (context == kDefaultContext || !state.has_context(context)) {
    return registry_error(RegistryErrc::not_found, cat("there is no context ", context));
  }
  if (!state.subjects(cat(':', context, ':'), Deleted::with).empty()) {
    return registry_error(RegistryErrc::operation_not_permitted,
                          cat("context ", context, " has subjects; delete them for good first"));
  }
  return Plan{.records = {ContextEntry{.context = context, .is_there = false}, id_floor(state)},
              .answer = context};
}

}  // namespace millrace::registry
