#include "config_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "base/try.h"

namespace millrace::server {

Result<broker::ConfigValues> read_config_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    return Error(std::error_code(errno, std::generic_category()),
                 cat("cannot read the configuration file ", path, ": ", std::strerror(errno)));
  }
  std::ostringstream text;
  text << file.rdbuf();
  return parse_config(text.str(), path);
}

Result<broker::ConfigValues> parse_config(std::string_view text, std::string_view name) {
  broker::ConfigValues values;
  int number = 0;
  for (const std::string_view raw : split(text, '\n')) {
    ++number;
    const std::string_view line = trim(raw);
    if (line.empty() || line.starts_with('#') || line.starts_with('!')) continue;
    if (auto applied = apply_setting(line, values); !applied) {
      return std::move(applied).error().with_context(cat(name, " line ", number));
    }
  }
  return values;
}

Result<void> apply_setting(std::string_view setting, broker::ConfigValues& values) {
  const size_t equals = setting.find('=');
  const std::string_view key = trim(setting.substr(0, equals));
  if (equals == std::string_view::npos || key.empty()) {
    return kafka_error(
        ErrorCode::invalid_config,
        cat("\"", setting, "\" is not key=value; write for instance ", "num.partitions=3"));
  }
  broker::ConfigValues one{{std::string(key), std::string(trim(setting.substr(equals + 1)))}};
  MILL_TRY(one, broker::BrokerConfig::check(one));
  values.insert_or_assign(std::string(key), std::move(one.begin()->second));
  return {};
}

}  // namespace millrace::server
