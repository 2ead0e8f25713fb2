// The broker's configuration: defaults, below values given at start, below values altered while it
// runs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "broker/config/config_key.h"

namespace millrace::broker {

/// Key and value as text. Ordered, so that what is shown and stored is stable.
using ConfigValues = std::map<std::string, std::string, std::less<>>;

/// The values in force at one moment. Immutable; a key that is not in the table is a bug.
class BrokerConfig {
 public:
  BrokerConfig() = default;
  /// All names and values were checked. `defaults` are the dynamic values of all brokers, `dynamic`
  /// those of this one.
  BrokerConfig(ConfigValues given, ConfigValues defaults, ConfigValues dynamic)
      : given_(std::move(given)), defaults_(std::move(defaults)), dynamic_(std::move(dynamic)) {}

  /// Checks names and values of a configuration file or of --set; the error names the nearest key.
  static Result<ConfigValues> check(const ConfigValues& given);

  /// The value in force; nothing where the key has none.
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view text(std::string_view name) const { return find(name).value_or(""); }
  int64_t number(std::string_view name) const;
  int32_t int32(std::string_view name) const { return static_cast<int32_t>(number(name)); }
  double real(std::string_view name) const { return real_of(text(name)); }
  bool flag(std::string_view name) const { return find(name) == "true"; }

  const ConfigValues& given() const { return given_; }
  const ConfigValues& defaults() const { return defaults_; }
  const ConfigValues& dynamic() const { return dynamic_; }

 private:
  ConfigValues given_;
  ConfigValues defaults_;
  ConfigValues dynamic_;
};

}  // namespace millrace::broker
