#include "broker/config/config_entry.h"

#include <algorithm>

#include "base/text.h"

namespace millrace::broker {
namespace {

std::optional<std::string> value_of(std::string_view text) {
  if (text == "null") return std::nullopt;
  return std::string(text);
}

/// Every place where the broker gives one of `names` a value, the one in force first.
std::vector<ConfigSynonym> broker_synonyms(std::span<const ConfigParent> names,
                                           const BrokerConfig& broker) {
  std::vector<ConfigSynonym> synonyms;
  for (const ConfigParent& parent : names) {
    const auto add = [&](const ConfigValues& values, ConfigSource source) {
      const auto found = values.find(parent.name);
      if (found != values.end()) synonyms.push_back({found->first, found->second, source});
    };
    add(broker.dynamic(), ConfigSource::dynamic_broker);
    add(broker.defaults(), ConfigSource::dynamic_default_broker);
    add(broker.given(), ConfigSource::static_broker);
    const auto initial = value_of(find_broker_key(parent.name)->default_value);
    if (initial)
      synonyms.push_back({std::string(parent.name), initial, ConfigSource::default_value});
  }
  return synonyms;
}

Error change_error(const ConfigChange& change, std::string_view why) {
  return kafka_error(ErrorCode::invalid_config, cat("Can't ", why, " for key ", change.name));
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

}  // namespace

std::optional<std::string> topic_value(const ConfigKey& key, const ConfigValues& own,
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
  std::vector<ConfigEntry> entries;
  for (const ConfigKey& key : topic_keys()) {
    const bool set = own.contains(key.name);
    if (key.hidden && !set) continue;
    ConfigEntry entry{.name = std::string(key.name),
                      .value = topic_value(key, own, broker),
                      .type = key.type,
                      .synonyms = broker_synonyms(key.parents, broker),
                      .documentation = std::string(key.doc)};
    if (set)
      entry.synonyms.insert(entry.synonyms.begin(),
                            {entry.name, entry.value, ConfigSource::dynamic_topic});
    if (!entry.synonyms.empty()) entry.source = entry.synonyms.front().source;
    entries.push_back(std::move(entry));
  }
  return entries;
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

Result<ConfigValues> apply_changes(ConfigValues values, std::span<const ConfigChange> changes,
                                   std::span<const ConfigKey> keys, const BrokerConfig& broker) {
  const bool of_topic = keys.data() == topic_keys().data();
  for (size_t i = 0; i < changes.size(); ++i) {
    const ConfigChange& change = changes[i];
    for (size_t j = 0; j < i; ++j) {
      if (changes[j].name == change.name) {
        return kafka_error(ErrorCode::invalid_request,
                           cat("Error due to duplicate config keys: ", change.name));
      }
    }
    const ConfigKey* key = of_topic ? find_topic_key(change.name) : find_broker_key(change.name);
    if (key == nullptr) return unknown_key(change.name, keys);
    if (key->update == ConfigUpdate::at_start) {
      return kafka_error(ErrorCode::invalid_request,
                         cat("Cannot update these configs dynamically: ", change.name));
    }
    if (change.operation == ConfigChange::Operation::remove) {
      values.erase(change.name);
      continue;
    }
    if (!change.value) {
      return kafka_error(ErrorCode::invalid_request,
                         cat("Null value not supported for : ", change.name));
    }
    std::string next = *change.value;
    if (change.operation != ConfigChange::Operation::set) {
      if (key->type != ConfigType::list) {
        return change_error(
            change, change.operation == ConfigChange::Operation::append ? "APPEND" : "SUBTRACT");
      }
      std::optional<std::string> before;
      if (const auto found = values.find(change.name); found != values.end())
        before = found->second;
      if (!before && of_topic) before = topic_value(*key, {}, broker);
      if (!before && !of_topic) before = std::string(broker.text(key->name));
      next = edited_list(before.value_or(""), change);
    }
    if (auto legal = check_value(*key, next); !legal) return std::move(legal).error();
    values.insert_or_assign(change.name, std::move(next));
  }
  return values;
}

}  // namespace millrace::broker
