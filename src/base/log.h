// What the program tells its operator. Lines go to stderr; spdlog is behind this header and
// included nowhere else.
#pragma once

#include <string_view>

#include "base/text.h"

namespace millrace::log {

enum class Level { debug, info, warn, error, off };

/// Lines below `level` are dropped. The start value is `warn`, so that an embedding program is not
/// talked over.
void set_level(Level level);
Level level();
bool enabled(Level level);
void write(Level level, std::string_view line);

template <class... Parts>
void debug(const Parts&... parts) {
  if (enabled(Level::debug)) write(Level::debug, cat(parts...));
}
template <class... Parts>
void info(const Parts&... parts) {
  if (enabled(Level::info)) write(Level::info, cat(parts...));
}
template <class... Parts>
void warn(const Parts&... parts) {
  if (enabled(Level::warn)) write(Level::warn, cat(parts...));
}
template <class... Parts>
void error(const Parts&... parts) {
  if (enabled(Level::error)) write(Level::error, cat(parts...));
}

}  // namespace millrace::log
