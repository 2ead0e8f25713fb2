#include "registry/scope.h"

#include "base/text.h"
#include "registry/error.h"

namespace millrace::registry {
namespace {

/// From everything down to the subject itself.
std::vector<std::string> scopes_of(std::string_view subject) {
  std::vector<std::string> scopes{""};
  if (auto context = context_subject(subject); !context.empty()) {
    scopes.push_back(std::move(context));
  }
  if (!subject.empty() && subject != scopes.back()) scopes.emplace_back(subject);
  return scopes;
}

}  // namespace

json::Object config_in_scope(const State& state, std::string_view subject) {
  json::Object merged{{"compatibilityLevel", name_of(Level::backward)}};
  for (const std::string& scope : scopes_of(subject)) {
    const json::Object* own = state.config(scope);
    if (own == nullptr) continue;
    for (const json::Member& member : *own) merged.set(member.name, member.value);
  }
  return merged;
}

Level level_in_scope(const State& state, std::string_view subject) {
  const auto config = config_in_scope(state, subject);
  return level_of(config.text("compatibilityLevel").value_or("")).value_or(Level::backward);
}

bool normalizes(const State& state, std::string_view subject) {
  const auto config = config_in_scope(state, subject);
  const json::Value* asked = config.find("normalize");
  return asked != nullptr && *asked == json::Value(true);
}

std::string behind_alias(const State& state, std::string_view subject) {
  const json::Object* own = state.config(subject);
  const auto alias = own == nullptr ? std::nullopt : own->text("alias");
  return !alias || alias->empty() ? std::string(subject) : qualify(*alias, subject);
}

std::string mode_in_scope(const State& state, std::string_view subject) {
  std::string mode(kReadWrite);
  for (const std::string& scope : scopes_of(subject)) {
    const std::string* own = state.mode(scope);
    if (own == nullptr) continue;
    mode = *own;
    if (mode == kReadOnlyOverride) break;
  }
  return mode;
}

Result<void> check_not_read_only(const State& state, std::string_view subject) {
  const std::string mode = mode_in_scope(state, subject);
  if (mode != kReadOnly && mode != kReadOnlyOverride) return {};
  return registry_error(RegistryErrc::operation_not_permitted,
                        cat("Subject ", subject, " is in read-only mode"));
}

}  // namespace millrace::registry
