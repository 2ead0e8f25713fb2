#include "registry/facets.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/text.h"
#include "base/try.h"
#include "json/text.h"
#include "registry/error.h"

namespace millrace::registry {
namespace {

constexpr const char* kDefaultMetadata = "defaultMetadata";
constexpr const char* kOverrideMetadata = "overrideMetadata";
constexpr const char* kDefaultRules = "defaultRuleSet";
constexpr const char* kOverrideRules = "overrideRuleSet";

/// Of metadata: the number of the version that has it.
constexpr const char* kNumber = "confluent:version";

constexpr size_t kRuleNameSizeMax = 256;

/// Null where there is none.
json::Value member_of(const json::Value& value, std::string_view name) {
  const json::Object* object = value.object();
  const json::Value* found = object == nullptr ? nullptr : object->find(name);
  return found == nullptr ? json::Value() : *found;
}

bool is_empty(const json::Value& value) {
  if (const json::Array* array = value.array()) return array->empty();
  if (const json::Object* object = value.object()) return object->empty();
  return value.is_null();
}

/// By name; of two with one name the upper one's.
json::Value merge_members(const json::Value& lower, const json::Value& upper) {
  std::map<std::string, json::Value> merged;
  for (const json::Value* value : {&lower, &upper}) {
    if (value->object() == nullptr) continue;
    for (const json::Member& member : *value->object()) merged[member.name] = member.value;
  }
  json::Object object;
  for (auto& [name, value] : merged) object.set(name, std::move(value));
  return object;
}

/// Each once, in order.
json::Value merge_names(const json::Value& lower, const json::Value& upper) {
  std::set<std::string> merged;
  for (const json::Value* value : {&lower, &upper}) {
    if (value->array() == nullptr) continue;
    for (const json::Value& name : *value->array()) {
      if (name.string() != nullptr) merged.insert(*name.string());
    }
  }
  return json::Array(merged.begin(), merged.end());
}

/// The upper ones stand behind the lower ones, in place of those with their names.
json::Value merge_rules(const json::Value& lower, const json::Value& upper) {
  json::Array merged;
  if (lower.array() != nullptr) merged = *lower.array();
  if (upper.array() == nullptr) return merged;
  for (const json::Value& rule : *upper.array()) {
    std::erase_if(merged, [&](const json::Value& other) {
      return member_of(other, "name") == member_of(rule, "name");
    });
  }
  merged.insert(merged.end(), upper.array()->begin(), upper.array()->end());
  return merged;
}

json::Value last_of(const json::Value& lower, const json::Value& upper) {
  return upper.is_null() ? lower : upper;
}

struct Part {
  const char* name;
  json::Value (*merge)(const json::Value& lower, const json::Value& upper);
};
constexpr std::array kMetadata = {Part{"tags", merge_members}, Part{"properties", merge_members},
                                  Part{"sensitive", merge_names}};
constexpr std::array kRuleSet = {Part{"migrationRules", merge_rules},
                                 Part{"domainRules", merge_rules},
                                 Part{"encodingRules", merge_rules}, Part{"enableAt", last_of}};

/// One of them as it is where there is no other.
template <size_t N>
json::Value merge(const std::array<Part, N>& parts, const json::Value& lower,
                  const json::Value& upper) {
  if (lower.is_null()) return upper;
  if (upper.is_null()) return lower;
  json::Object merged;
  for (const Part& part : parts) {
    auto value = part.merge(member_of(lower, part.name), member_of(upper, part.name));
    if (!is_empty(value)) merged.set(part.name, std::move(value));
  }
  return merged;
}

std::optional<int64_t> told_number(const SchemaText& schema) {
  return parse_int64(property_of(schema.metadata, kNumber).value_or(""));
}

/// Null where nothing is left.
json::Value without_number(json::Value metadata) {
  json::Object* object = metadata.object();
  json::Value* found = object == nullptr ? nullptr : object->find("properties");
  if (found != nullptr && found->object() != nullptr) {
    found->object()->erase(kNumber);
    if (found->object()->empty()) object->erase("properties");
  }
  return is_empty(metadata) ? json::Value() : metadata;
}

/// Of what the schema says beside its text, but for its number.
std::string guid_of_rest(const SchemaText& schema) {
  return guid_of({.references = schema.references,
                  .metadata = without_number(schema.metadata),
                  .rule_set = schema.rule_set});
}

Error bad_metadata(const std::string& path, std::string_view wanted) {
  return registry_error(RegistryErrc::unprocessable, cat('"', path, "\" is no ", wanted));
}

bool is_text(const json::Value& value) { return value.string() != nullptr; }
bool is_list_of_texts(const json::Value& value) {
  return value.array() != nullptr && std::ranges::all_of(*value.array(), is_text);
}

Error bad_rule(const std::string& path, std::string_view what) {
  return registry_error(RegistryErrc::invalid_rule_set, cat("Invalid rule \"", path, "\": ", what));
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_rule_name(std::string_view name) {
  const auto is_legal = [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kRuleNameSizeMax &&
         (is_letter(name.front()) || name.front() == '_') && std::ranges::all_of(name, is_legal);
}

using Modes = std::array<std::string_view, 3>;
constexpr Modes kMigrationModes = {"UPGRADE", "DOWNGRADE", "UPDOWN"};
constexpr Modes kDomainModes = {"WRITE", "READ", "WRITEREAD"};

Result<void> check_rule(const std::string& path, const json::Value& value, const Modes& modes,
                        std::set<std::string, std::less<>>& names) {
  const json::Object* rule = value.object();
  if (rule == nullptr) return bad_rule(path, "it must be an object");
  const auto name = rule->text("name");
  if (!name || !is_rule_name(*name)) {
    return bad_rule(path,
                    "its name must be letters, digits, '_' and '-', up to 256, and begin with "
                    "a letter or '_'");
  }
  if (!names.emplace(*name).second) {
    return bad_rule(path, cat("Found rule with duplicate name '", *name, "'"));
  }
  if (!rule->text("type")) return bad_rule(path, "it must have a type");
  const auto mode = rule->text("mode").value_or("");
  if (std::ranges::find(modes, mode) == modes.end()) {
    return bad_rule(path, cat("its mode must be ", modes[0], ", ", modes[1], " or ", modes[2]));
  }
  return {};
}

}  // namespace

bool adds_facets(const json::Object& config) {
  return std::ranges::any_of(
      std::array{kDefaultMetadata, kOverrideMetadata, kDefaultRules, kOverrideRules},
      [&](const char* name) { return config.contains(name); });
}

void add_facets_in_scope(const State& state, std::string_view subject, const json::Object& config,
                         SchemaText& schema) {
  const auto latest = state.latest(subject, Deleted::without);
  const SchemaText* previous =
      latest ? state.version(subject, *latest, Deleted::without)->schema.get() : nullptr;
  if (previous != nullptr) {
    if (schema.metadata.is_null()) schema.metadata = previous->metadata;
    if (schema.rule_set.is_null()) schema.rule_set = previous->rule_set;
  }
  const json::Value all(config);
  schema.metadata =
      merge(kMetadata, merge(kMetadata, member_of(all, kDefaultMetadata), schema.metadata),
            member_of(all, kOverrideMetadata));
  schema.rule_set = merge(kRuleSet, merge(kRuleSet, member_of(all, kDefaultRules), schema.rule_set),
                          member_of(all, kOverrideRules));
  schema.guid = guid_of(schema);
}

void tell_number(int32_t version, bool is_asked, SchemaText& schema) {
  if (!is_asked && !property_of(schema.metadata, kNumber)) return;
  const json::Object number{{kNumber, std::to_string(version)}};
  schema.metadata = merge(kMetadata, schema.metadata, json::Object{{"properties", number}});
  schema.guid = guid_of(schema);
}

bool differs_in_number_alone(const SchemaText& schema, const SchemaText& there, int32_t version) {
  if (schema.text != there.text) return false;
  const auto told = told_number(schema);
  if (told.has_value() == told_number(there).has_value()) return false;
  if (told.value_or(version) != version) return false;
  return guid_of_rest(schema) == guid_of_rest(there);
}

Result<void> check_metadata(const std::string& path, const json::Value& metadata) {
  if (metadata.object() == nullptr) return bad_metadata(path, "object");
  for (const auto& [name, value] : *metadata.object()) {
    if (value.is_null()) continue;
    const std::string at = cat(path, '.', name);
    if (name == "sensitive") {
      if (!is_list_of_texts(value)) return bad_metadata(at, "list of texts");
      continue;
    }
    const bool is_tags = name == "tags";
    if (!is_tags && name != "properties") {
      return bad_metadata(at, "part of metadata: tags, properties and sensitive are");
    }
    const char* wanted = is_tags ? "object of lists of texts" : "object of texts";
    const json::Object* members = value.object();
    if (members == nullptr) return bad_metadata(at, wanted);
    const bool is_right = std::ranges::all_of(*members, [&](const json::Member& member) {
      return is_tags ? is_list_of_texts(member.value) : is_text(member.value);
    });
    if (!is_right) return bad_metadata(at, wanted);
  }
  return {};
}

Result<void> check_rule_set(const std::string& path, const json::Value& rule_set) {
  if (rule_set.object() == nullptr) return bad_rule(path, "it must be an object");
  std::set<std::string, std::less<>> names;
  for (const auto& [name, value] : *rule_set.object()) {
    if (value.is_null()) continue;
    const std::string at = cat(path, '.', name);
    if (name == "enableAt") {
      if (!is_text(value)) return bad_rule(at, "it must be a text");
      continue;
    }
    const bool migrates = name == "migrationRules";
    if (!migrates && name != "domainRules" && name != "encodingRules") {
      return bad_rule(at, "migrationRules, domainRules, encodingRules and enableAt are known");
    }
    if (value.array() == nullptr) return bad_rule(at, "it must be a list of rules");
    size_t index = 0;
    for (const json::Value& rule : *value.array()) {
      const std::string at_rule = cat(at, '[', index++, ']');
      MILL_CHECK(check_rule(at_rule, rule, migrates ? kMigrationModes : kDomainModes, names));
    }
  }
  return {};
}

}  // namespace millrace::registry
