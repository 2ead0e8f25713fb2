// Compatibility levels: which earlier versions a new schema must fit, and in which direction.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.h"

namespace millrace::registry {

/// Backward: readers of the new schema read the old one's data. Forward: readers of the old schema
/// read the new one's. Full: both. Transitive: not only with the latest version but with all.
enum class Level {
  none,
  backward,
  backward_transitive,
  forward,
  forward_transitive,
  full,
  full_transitive
};

std::string_view name_of(Level level);
/// In any case of letters.
std::optional<Level> level_of(std::string_view name);

struct Previous {
  int32_t version = 0;
  std::shared_ptr<const schema::Schema> schema;
};

/// Why `candidate` may not follow `previous`; empty where it may. A sentence for each reason: which
/// rule, where, with which version, how to mend it.
std::vector<std::string> incompatibilities(Level level, const schema::Schema& candidate,
                                           const Previous& previous);
/// How many of `count` previous versions, from the latest back, the level asks about.
size_t versions_asked(Level level, size_t count);

}  // namespace millrace::registry
