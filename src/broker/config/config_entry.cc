#include "broker/config/config_entry.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"

namespace millrace::broker {
namespace {

std::optional<std::string> value_of(std::string_view text) {
  if (text == "null") return std::nullopt;
  return std::string(text);
}

/// The places where the broker gives one of `names` a value, the one in force first. As Kafka has
/// it, those before the first that says it by the first name are left out.
std::vector<ConfigSynonym> broker_synonyms(std::span<const ConfigParent> names,
                                           const BrokerConfig& broker) {
  std::vector<ConfigSynonym> synonyms;
  const auto add = [&](const ConfigValues& values, ConfigSource source) {
    for (const ConfigParent& parent : names) {
      const auto found = values.find(parent.name);
      if (found != values.end()) synonyms.push_back({found->first, found->second, source});
    }
  };
  add(broker.dynamic(), ConfigSource::dynamic_broker);
  add(broker.defaults(), ConfigSource::dynamic_default_broker);
  add(broker.given(), ConfigSource::static_broker);
  for (const ConfigParent& parent : names) {
    const auto initial = value_of(find_key(ConfigScope::broker, parent.name)->default_value);
    if (initial)
      synonyms.push_back({std::string(parent.name), initial, ConfigSource::default_value});
  }
  const auto first = std::ranges::find_if(
      synonyms, [&](const ConfigSynonym& one) { return one.name == names.front().name; });
  synonyms.erase(synonyms.begin(), first);
  return synonyms;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += cat(text.empty() ? "" : ",", word);
  return text;
}

/// The list that APPEND and SUBTRACT make of `before`.
std::string edited_list(std::string_view before, const ConfigChange& change) {
  std::vector<std::string> words;
  for (const auto word : split(before, ',')) words.emplace_back(trim(word));
  // Nothing is a word too, though no key takes it.
  if (change.value->empty() && change.operation == ConfigChange::Operation::append) {
    words.emplace_back();
  }
  for (const auto part : split(*change.value, ',')) {
    const std::string word(trim(part));
    if (change.operation == ConfigChange::Operation::subtract) {
      std::erase(words, word);
    } else if (std::ranges::find(words, word) == words.end()) {
      words.push_back(word);
    }
  }
  return joined(words);
}

// Topics and groups: their own values, which come from `source`, above the broker's.
std::vector<ConfigEntry> describe_inheriting(std::span<const ConfigKey> keys, ConfigSource source,
                                             const ConfigValues& own, const BrokerConfig& broker) {
  std::vector<ConfigEntry> entries;
  for (const ConfigKey& key : keys) {
    const bool is_set = own.contains(key.name);
    if (key.hidden && !is_set) continue;
    ConfigEntry entry{.name = std::string(key.name),
                      .value = effective_value(key, own, broker),
                      .type = key.type,
                      .synonyms = broker_synonyms(key.parents, broker),
                      .documentation = std::string(key.doc)};
    if (is_set) entry.synonyms.insert(entry.synonyms.begin(), {entry.name, entry.value, source});
    if (!entry.synonyms.empty()) entry.source = entry.synonyms.front().source;
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string_view operation_name(ConfigChange::Operation operation) {
  return operation == ConfigChange::Operation::append ? "APPEND" : "SUBTRACT";
}

Result<void> check_has_value(const ConfigChange& change) {
  if (change.value || change.operation == ConfigChange::Operation::remove) return {};
  return kafka_error(ErrorCode::invalid_request,
                     cat("Null value not supported for : ", change.name));
}

Result<void> check_operation_is_known(const ConfigChange& change) {
  using Operation = ConfigChange::Operation;
  if (change.operation >= Operation::set && change.operation <= Operation::subtract) return {};
  return kafka_error(ErrorCode::invalid_request,
                     cat("Unknown operation type ", static_cast<int>(change.operation), " for ",
                         change.name, "."));
}

// Whether the operation suits the key.
Result<void> check_operation(const ConfigChange& change, ConfigScope scope) {
  using Operation = ConfigChange::Operation;
  if (change.operation != Operation::append && change.operation != Operation::subtract) return {};
  const ConfigKey* key = find_key(scope, change.name);
  if (key == nullptr) return unknown_key(scope, change.name);
  if (key->type == ConfigType::list) return {};
  return kafka_error(ErrorCode::invalid_config,
                     cat("Can't ", operation_name(change.operation), " to key ", change.name,
                         " because its type is not LIST."));
}

// The value that a change gives its key, not checked yet.
Result<std::string> changed_value(const ConfigChange& change, const ConfigKey& key,
                                  ConfigScope scope, const ConfigValues& values,
                                  const BrokerConfig& broker) {
  if (change.operation == ConfigChange::Operation::set) return *change.value;
  std::optional<std::string> before;
  if (const auto found = values.find(change.name); found != values.end()) {
    before = found->second;
  } else if (scope == ConfigScope::broker) {
    before = std::string(broker.text(key.name));
  } else {
    before = effective_value(key, {}, broker);
  }
  return edited_list(before.value_or(""), change);
}

Result<void> apply_change(ConfigValues& values, const ConfigChange& change, ConfigScope scope,
                          const BrokerConfig& broker) {
  const ConfigKey* key = find_key(scope, change.name);
  if (change.operation == ConfigChange::Operation::remove) {
    // Whatever the name: what is not there is as good as removed.
    values.erase(change.name);
    return {};
  }
  if (key == nullptr) return unknown_key(scope, change.name);
  if (key->update == ConfigUpdate::at_start) {
    return kafka_error(ErrorCode::invalid_request,
                       cat("Cannot update these configs dynamically: [", change.name, "]"));
  }
  MILL_TRY(auto next, changed_value(change, *key, scope, values, broker));
  if (auto checked = check_value(*key, next); !checked) {
    // Kafka finds bad values of topics and groups in its controller, those of brokers before it.
    if (scope != ConfigScope::broker) return checked;
    return kafka_error(ErrorCode::invalid_request, checked.error().message());
  }
  values.insert_or_assign(change.name, std::move(next));
  return {};
}

}  // namespace

std::optional<std::string> effective_value(const ConfigKey& key, const ConfigValues& own,
                                           const BrokerConfig& broker) {
  if (const auto found = own.find(key.name); found != own.end()) return found->second;
  for (const ConfigParent& parent : key.parents) {
    const auto inherited = broker.find(parent.name);
    if (!inherited) continue;
    if (parent.factor == 1) return std::string(*inherited);
    const int64_t number = number_of(*inherited);
    return std::to_string(number < 0 ? number : number * parent.factor);
  }
  return value_of(key.default_value);
}

std::vector<ConfigEntry> describe_topic_config(const ConfigValues& own,
                                               const BrokerConfig& broker) {
  return describe_inheriting(topic_keys(), ConfigSource::dynamic_topic, own, broker);
}

std::vector<ConfigEntry> describe_group_config(const ConfigValues& own,
                                               const BrokerConfig& broker) {
  return describe_inheriting(group_keys(), ConfigSource::dynamic_group, own, broker);
}

std::vector<ConfigEntry> describe_broker_config(const BrokerConfig& broker) {
  std::vector<ConfigEntry> entries;
  for (const ConfigKey& key : broker_keys()) {
    const ConfigParent self{key.name};
    const auto value = broker.find(key.name);
    ConfigEntry entry{.name = std::string(key.name),
                      .value = value ? std::optional<std::string>(*value) : std::nullopt,
                      .type = key.type,
                      .read_only = key.update == ConfigUpdate::at_start,
                      .synonyms = broker_synonyms({&self, 1}, broker),
                      .documentation = std::string(key.doc)};
    if (!entry.synonyms.empty()) entry.source = entry.synonyms.front().source;
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<void> check_well_formed(std::span<const ConfigChange> changes) {
  for (auto change = changes.begin(); change != changes.end(); ++change) {
    const auto is_same_key = [&](const ConfigChange& other) { return other.name == change->name; };
    if (std::any_of(changes.begin(), change, is_same_key)) {
      return kafka_error(ErrorCode::invalid_request,
                         cat("Error due to duplicate config keys: ", change->name));
    }
  }
  for (const ConfigChange& change : changes) MILL_CHECK(check_has_value(change));
  return {};
}

Result<void> check_operations(std::span<const ConfigChange> changes, ConfigScope scope) {
  MILL_CHECK(check_well_formed(changes));
  // Kafka translates operations of a broker first, those of topics and groups as it makes them.
  const auto check_all_known = [&]() -> Result<void> {
    for (const ConfigChange& change : changes) MILL_CHECK(check_operation_is_known(change));
    return {};
  };
  if (scope == ConfigScope::broker) MILL_CHECK(check_all_known());
  for (const ConfigChange& change : changes) MILL_CHECK(check_operation(change, scope));
  return check_all_known();
}

Result<ConfigValues> apply_changes(ConfigValues values, std::span<const ConfigChange> changes,
                                   ConfigScope scope, const BrokerConfig& broker) {
  MILL_CHECK(check_operations(changes, scope));
  for (const ConfigChange& change : changes) {
    MILL_CHECK(apply_change(values, change, scope, broker));
  }
  return values;
}

}  // namespace millrace::broker
