// /config and /mode.
#include "registry/settings.h"

#include <array>

#include "base/text.h"
#include "base/try.h"
#include "registry/error.h"
#include "registry/rest/routes.h"
#include "registry/scope.h"

namespace millrace::registry::rest {
namespace {

/// What a call without a subject is about: everything, or its context.
std::string everything(const Call& call) { return Subject(call.context(), "").to_string(); }

Result<Answer> get_config(const State& state, const Call& call) {
  return Answer(config_in_scope(state, everything(call)));
}

Result<Answer> get_subject_config(const State& state, const Call& call) {
  const std::string subject = call.scope(0);
  if (call.flag("defaultToGlobal")) return Answer(config_in_scope(state, subject));
  if (const json::Object* own = state.config(subject)) return Answer(*own);
  return registry_error(
      RegistryErrc::subject_compatibility_not_configured,
      cat("Subject '", subject, "' does not have subject-level compatibility configured"));
}

Result<Command> update_config(std::string scope, const Call& call) {
  MILL_TRY(auto update, call.body());
  return Command{
      .subject = {},
      .plan = [scope = std::move(scope), update = std::move(update)](
                  const State& state,
                  const ReservedIds&) { return plan_config_update(state, scope, update); },
      .answer = {}};
}

Result<Command> put_config(const Call& call) { return update_config(everything(call), call); }
Result<Command> put_subject_config(const Call& call) {
  MILL_TRY(auto scope, call.changed_scope(0));
  return update_config(std::move(scope), call);
}

Command remove_config(std::string scope) {
  return {.subject = {},
          .plan = [scope = std::move(scope)](
                      const State& state,
                      const ReservedIds&) { return plan_config_deletion(state, scope); },
          .answer = {}};
}

Result<Command> delete_config(const Call& call) { return remove_config(everything(call)); }
Result<Command> delete_subject_config(const Call& call) { return remove_config(call.scope(0)); }

json::Object mode_json(std::string_view mode) { return {{"mode", mode}}; }

Result<Answer> get_mode(const State& state, const Call& call) {
  return Answer(mode_json(mode_in_scope(state, everything(call))));
}

Result<Answer> get_subject_mode(const State& state, const Call& call) {
  const std::string subject = call.scope(0);
  if (call.flag("defaultToGlobal")) return Answer(mode_json(mode_in_scope(state, subject)));
  if (const std::string* own = state.mode(subject)) return Answer(mode_json(*own));
  return registry_error(RegistryErrc::subject_mode_not_configured,
                        cat("Subject '", subject, "' does not have subject-level mode configured"));
}

Result<Command> update_mode(std::string scope, const Call& call) {
  MILL_TRY(const auto body, call.body());
  const auto mode = body.text("mode");
  if (!mode) return registry_error(RegistryErrc::invalid_mode, "\"mode\" is missing or no text");
  return Command{
      .subject = {},
      .plan = [scope = std::move(scope), mode = std::string(*mode), force = call.flag("force")](
                  const State& state,
                  const ReservedIds&) { return plan_mode_update(state, scope, mode, force); },
      .answer = {}};
}

Result<Command> put_mode(const Call& call) { return update_mode(everything(call), call); }
Result<Command> put_subject_mode(const Call& call) {
  MILL_TRY(auto scope, call.changed_scope(0));
  return update_mode(std::move(scope), call);
}

Command remove_mode(std::string scope) {
  return {.subject = {},
          .plan = [scope = std::move(scope)](
                      const State& state,
                      const ReservedIds&) { return plan_mode_deletion(state, scope); },
          .answer = {}};
}

Result<Command> delete_mode(const Call& call) { return remove_mode(everything(call)); }
Result<Command> delete_subject_mode(const Call& call) { return remove_mode(call.scope(0)); }

constexpr std::array kRoutes = {
    Route{"GET", "/config", get_config},
    Route{"PUT", "/config", put_config},
    Route{"DELETE", "/config", delete_config},
    Route{"GET", "/config/{}", get_subject_config},
    Route{"PUT", "/config/{}", put_subject_config},
    Route{"DELETE", "/config/{}", delete_subject_config},
    Route{"GET", "/mode", get_mode},
    Route{"PUT", "/mode", put_mode},
    Route{"DELETE", "/mode", delete_mode},
    Route{"GET", "/mode/{}", get_subject_mode},
    Route{"PUT", "/mode/{}", put_subject_mode},
    Route{"DELETE", "/mode/{}", delete_subject_mode},
};

}  // namespace

std::span<const Route> setting_routes() { return kRoutes; }

}  // namespace millrace::registry::rest
