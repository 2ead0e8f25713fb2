// Contexts, and what a registry says of itself.
#include <array>

#include "base/text.h"
#include "base/try.h"
#include "millrace/version.h"
#include "registry/rest/routes.h"
#include "registry/settings.h"

namespace millrace::registry::rest {
namespace {

Result<Answer> get_root(const State&, const Call&) { return Answer(json::Object()); }

Result<Answer> get_version(const State&, const Call&) {
  return Answer(json::Object{{"version", cat("millrace ", kVersion)}, {"commitId", ""}});
}

Result<Answer> get_id(const State&, const Call&) {
  return Answer(json::Object{
      {"scope", json::Object{{"path", json::Array()}, {"clusters", json::Object()}}}, {"id", ""}});
}

Result<Answer> list_contexts(const State& state, const Call& call) {
  const auto names = state.contexts();
  MILL_TRY(auto page, call.page(json::Array(names.begin(), names.end())));
  return Answer(std::move(page));
}

Result<Command> delete_context(const Call& call) {
  const std::string& text = call.argument(0);
  std::string context = Subject::parse(text).context();
  if (!text.starts_with(':')) context = text;
  return Command{.subject = {},
                 .plan = [context = std::move(context)](
                             const State& state,
                             const ReservedIds&) { return plan_context_deletion(state, context); },
                 .answer = {}};
}

constexpr std::array kRoutes = {
    Route{"GET", "/", get_root},
    Route{"GET", "/contexts", list_contexts},
    Route{"DELETE", "/contexts/{}", delete_context},
    Route{"GET", "/v1/metadata/id", get_id},
    Route{"GET", "/v1/metadata/version", get_version},
};

}  // namespace

std::span<const Route> other_routes() { return kRoutes; }

}  // namespace millrace::registry::rest
