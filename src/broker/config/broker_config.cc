#include "broker/config/broker_config.h"

#include "base/assert.h"

namespace millrace::broker {

Result<ConfigValues> BrokerConfig::check(const ConfigValues& given) {
  for (const auto& [name, value] : given) {
    const ConfigKey* key = find_key(ConfigScope::broker, name);
    if (key == nullptr) return unknown_key(ConfigScope::broker, name);
    if (auto legal = check_value(*key, value); !legal) return std::move(legal).error();
  }
  return given;
}

std::optional<std::string_view> BrokerConfig::find(std::string_view name) const {
  for (const ConfigValues* values : {&dynamic_, &defaults_, &given_}) {
    const auto found = values->find(name);
    if (found != values->end()) return found->second;
  }
  const ConfigKey* key = find_key(ConfigScope::broker, name);
  MILL_ASSERT(key != nullptr, "a broker key that is not in the table");
  if (key->default_value == "null") return std::nullopt;
  return key->default_value;
}

int64_t BrokerConfig::number(std::string_view name) const { return number_of(text(name)); }

}  // namespace millrace::broker
