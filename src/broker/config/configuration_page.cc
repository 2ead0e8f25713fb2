// docs/configuration.md out of the tables of keys.
#include <vector>

#include "base/text.h"
#include "broker/config/config_key.h"

namespace millrace::broker {
namespace {

constexpr std::string_view kIntroduction =
    R"(# Configuration

This page is generated from the tables in `src/broker/config/`; the test `ConfigurationPage` compares the two and says how
to write it anew.

Keys and spellings are Kafka's, so that its tools and files work; keys of our own start with `millrace.`. A key that is not
listed here is refused with the nearest name that is.

- **Broker keys** come from `--config FILE` (lines of `key=value`) and `--set key=value`, which wins. Those marked *dynamic*
  can also be altered while the broker runs (`kafka-configs --entity-type brokers`); such a value lasts across restarts and
  wins over the file.
- **Topic keys** are given when a topic is made or altered later, always without a restart. A topic that does not set a key
  takes it from the broker key named under *inherits*, or else the default.
- **Group keys** are those of one consumer group of the consumer protocol (`kafka-configs --entity-type groups`), altered
  without a restart whether or not the group exists. They are inherited as topic keys are.

What the levels of `millrace.durability` promise is told in [guarantees.md](guarantees.md).
)";

std::string_view type_name(ConfigType type) {
  switch (type) {
    case ConfigType::boolean: return "boolean";
    case ConfigType::string: return "string";
    case ConfigType::int32: return "int";
    case ConfigType::int64: return "long";
    case ConfigType::real: return "double";
    case ConfigType::list: return "list";
    case ConfigType::unknown: break;
  }
  return "";
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const auto& part : parts) text += cat(text.empty() ? "" : separator, part);
  return text;
}

/// The legal values, as far as the type does not say it all.
std::string bounds_of(const ConfigKey& key) {
  if (!key.choices.empty()) {
    std::vector<std::string> choices;
    for (const auto choice : split(key.choices, ',')) choices.push_back(cat('`', choice, '`'));
    return joined(choices, " ");
  }
  if (key.type == ConfigType::boolean) return "`true` `false`";
  const bool number = key.type == ConfigType::int32 || key.type == ConfigType::int64 ||
                      key.type == ConfigType::real;
  if (!number) return "";
  const int64_t type_max = key.type == ConfigType::int32 ? INT32_MAX : INT64_MAX;
  if (key.max == type_max) return cat(key.min, " or more");
  return cat(key.min, " to ", key.max);
}

std::string default_of(const ConfigKey& key) {
  return key.default_value == "null" ? "none" : cat('`', key.default_value, '`');
}

std::string parents_of(const ConfigKey& key) {
  std::vector<std::string> parents;
  for (const ConfigParent& parent : key.parents) parents.push_back(cat('`', parent.name, '`'));
  return joined(parents, ", ");
}

void add_inheriting(std::string& page, std::string_view title, std::span<const ConfigKey> keys) {
  page += cat("\n## ", title,
              "\n\n"
              "| key | type | default | values | inherits | meaning |\n"
              "| --- | --- | --- | --- | --- | --- |\n");
  for (const ConfigKey& key : keys) {
    if (key.hidden) continue;
    page += cat("| `", key.name, "` | ", type_name(key.type), " | ", default_of(key), " | ",
                bounds_of(key), " | ", parents_of(key), " | ", key.doc, " |\n");
  }
}

}  // namespace

std::string configuration_page() {
  std::string page(kIntroduction);
  page +=
      "\n## Broker keys\n\n"
      "| key | type | default | values | changes | meaning |\n"
      "| --- | --- | --- | --- | --- | --- |\n";
  for (const ConfigKey& key : broker_keys()) {
    if (key.hidden) continue;
    page += cat("| `", key.name, "` | ", type_name(key.type), " | ", default_of(key), " | ",
                bounds_of(key), " | ", key.update == ConfigUpdate::dynamic ? "dynamic" : "at start",
                " | ", key.doc, " |\n");
  }
  add_inheriting(page, "Topic keys", topic_keys());
  add_inheriting(page, "Group keys", group_keys());
  return page;
}

}  // namespace millrace::broker
