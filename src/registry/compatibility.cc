#include "registry/compatibility.h"

#include <array>

#include "base/text.h"
#include "base/words.h"

namespace millrace::registry {
namespace {

struct LevelRule {
  Level level;
  std::string_view name;
  bool backward;
  bool forward;
  bool transitive;
};
constexpr std::array<LevelRule, 7> kRules = {{
    {Level::none, "NONE", false, false, false},
    {Level::backward, "BACKWARD", true, false, false},
    {Level::backward_transitive, "BACKWARD_TRANSITIVE", true, false, true},
    {Level::forward, "FORWARD", false, true, false},
    {Level::forward_transitive, "FORWARD_TRANSITIVE", false, true, true},
    {Level::full, "FULL", true, true, false},
    {Level::full_transitive, "FULL_TRANSITIVE", true, true, true},
}};

const LevelRule& rule_of(Level level) { return kRules[static_cast<size_t>(level)]; }

void describe(std::string_view who, int32_t version,
              const std::vector<schema::Incompatibility>& misfits,
              std::vector<std::string>& reasons) {
  for (const schema::Incompatibility& misfit : misfits) {
    reasons.push_back(cat(misfit.rule, " at ", misfit.path, ", ", who, " version ", version, ": ",
                          misfit.message));
  }
}

}  // namespace

std::string_view name_of(Level level) { return rule_of(level).name; }

std::optional<Level> level_of(std::string_view name) {
  for (const LevelRule& rule : kRules) {
    if (same_word(rule.name, name)) return rule.level;
  }
  return std::nullopt;
}

size_t versions_asked(Level level, size_t count) {
  if (level == Level::none) return 0;
  return rule_of(level).transitive ? count : std::min<size_t>(count, 1);
}

std::vector<std::string> incompatibilities(Level level, const schema::Schema& candidate,
                                           const Previous& previous) {
  std::vector<std::string> reasons;
  if (level == Level::none) return reasons;
  if (candidate.format() != previous.schema->format()) {
    reasons.push_back(cat("SCHEMA_TYPE_CHANGED at the root: version ", previous.version, " is ",
                          name_of(previous.schema->format()), ", the new schema is ",
                          name_of(candidate.format()), "; use another subject"));
    return reasons;
  }
  if (rule_of(level).backward) {
    describe("reading data of", previous.version, candidate.misfits(*previous.schema), reasons);
  }
  if (rule_of(level).forward) {
    describe("read by", previous.version, previous.schema->misfits(candidate), reasons);
  }
  return reasons;
}

}  // namespace millrace::registry
