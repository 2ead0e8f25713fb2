// Configuration as text: a file of key=value lines, and --set key=value.
#pragma once

#include <string>
#include <string_view>

#include "broker/config/broker_config.h"
#include "millrace/result.h"

namespace millrace::server {

/// Java's properties as server.properties uses them: "key=value" lines, blank lines, comments with
/// '#' or '!'. The error names file and line.
Result<broker::ConfigValues> read_config_file(const std::string& path);
Result<broker::ConfigValues> parse_config(std::string_view text, std::string_view name);

/// "key=value" into `values`, over what was there. invalid_config for an unknown key, with the
/// nearest one, and for a value that the key cannot have.
Result<void> apply_setting(std::string_view setting, broker::ConfigValues& values);

}  // namespace millrace::server
