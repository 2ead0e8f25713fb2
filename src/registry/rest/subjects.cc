// /subjects and /compatibility.
#include <algorithm>
#include <array>
#include <set>

#include "base/try.h"
#include "registry/candidate.h"
#include "registry/deletion.h"
#include "registry/error.h"
#include "registry/rest/routes.h"
#include "registry/rest/schema_answer.h"

namespace millrace::registry::rest {
namespace {

Result<Answer> list_subjects(const State& state, const Call& call) {
  std::string prefix(call.parameter("subjectPrefix").value_or(""));
  if (call.context() != kDefaultContext) {
    prefix = qualify(prefix, Subject(call.context(), "").to_string());
  } else if (!call.parameter("subjectPrefix")) {
    prefix = ":*:";
  }
  const auto names = state.subjects(prefix, call.deleted());
  MILL_TRY(auto page, call.page(json::Array(names.begin(), names.end())));
  return Answer(std::move(page));
}

Result<Answer> list_versions(const State& state, const Call& call) {
  MILL_TRY(const auto subject, call.subject(0));
  const auto numbers = state.version_numbers(subject, call.deleted());
  if (numbers.empty()) return subject_not_found(subject);
  json::Array versions;
  for (const int32_t number : numbers) {
    const bool negative =
        call.flag("deletedAsNegative") && state.version(subject, number, Deleted::only) != nullptr;
    versions.emplace_back(negative ? -number : number);
  }
  MILL_TRY(auto page, call.page(std::move(versions)));
  return Answer(std::move(page));
}

struct Found {
  std::string subject;
  int32_t number = 0;
  const Version* version = nullptr;
};

/// The version that the call's first two arguments name.
Result<Found> find_version(const State& state, const Call& call) {
  MILL_TRY(auto subject, call.subject(0));
  MILL_TRY(const auto wanted, call.version(1));
  const Deleted deleted = call.deleted();
  const auto latest = state.latest(subject, deleted);
  if (!latest) return subject_not_found(subject);
  const int32_t number = wanted ? *wanted : *latest;
  const Version* version = state.version(subject, number, deleted);
  if (version == nullptr) return version_not_found(number);
  return Found{.subject = std::move(subject), .number = number, .version = version};
}

Result<Answer> get_version(const State& state, const Call& call) {
  MILL_TRY(const auto found, find_version(state, call));
  auto object = schema_json(found.subject, found.number, *found.version);
  MILL_TRY(auto text, text_in_format(state, found.subject, *found.version->schema, call));
  object.set("schema", std::move(text));
  return Answer(std::move(object));
}

Result<Answer> get_version_text(const State& state, const Call& call) {
  MILL_TRY(const auto found, find_version(state, call));
  MILL_TRY(auto text, text_in_format(state, found.subject, *found.version->schema, call));
  return Answer(Raw{std::move(text)});
}

Result<Answer> list_referrers(const State& state, const Call& call) {
  MILL_TRY(const auto found, find_version(state, call));
  std::set<int32_t> ids;
  for (const auto& [subject, number] :
       state.references_to(found.subject, found.number, call.deleted())) {
    ids.insert(state.version(subject, number, Deleted::with)->schema->id);
  }
  MILL_TRY(auto page, call.page(json::Array(ids.begin(), ids.end())));
  return Answer(std::move(page));
}

/// The newest version that says all of that about itself.
Result<Answer> find_by_metadata(const State& state, const Call& call) {
  MILL_TRY(const auto subject, call.subject(0));
  const auto numbers = state.version_numbers(subject, call.deleted());
  if (numbers.empty()) return subject_not_found(subject);
  const auto wanted = call.pairs("key", "value");
  const auto found = std::find_if(numbers.rbegin(), numbers.rend(), [&](int32_t number) {
    return has_properties(*state.version(subject, number, Deleted::with)->schema, wanted);
  });
  if (found == numbers.rend()) {
    return registry_error(RegistryErrc::schema_not_found, "Schema not found");
  }
  return Answer(schema_json(subject, *found, *state.version(subject, *found, Deleted::with)));
}

Result<Command> register_schema(const Call& call) {
  MILL_TRY(auto subject, call.subject(0));
  MILL_TRY(auto candidate, call.candidate());
  return Command{.subject = subject,
                 .plan =
                     [subject, candidate = std::move(candidate)](const State& state,
                                                                 const ReservedIds& reserved) {
                       return plan_registration(state, reserved, subject, candidate);
                     },
                 .answer = {}};
}

Result<Command> look_up_schema(const Call& call) {
  MILL_TRY(auto subject, call.subject(0));
  MILL_TRY(auto candidate, call.candidate());
  return Command{.subject = subject,
                 .plan = [subject, candidate = std::move(candidate), deleted = call.deleted()](
                             const State& state, const ReservedIds&) -> Result<Plan> {
                   MILL_TRY(auto found, look_up(state, subject, candidate, deleted));
                   return Plan{.answer = std::move(found)};
                 },
                 .answer = {}};
}

Result<Command> delete_version(const Call& call) {
  MILL_TRY(auto subject, call.subject(0));
  MILL_TRY(const auto version, call.version(1));
  return Command{.subject = {},
                 .plan =
                     [subject = std::move(subject), version, permanent = call.flag("permanent")](
                         const State& state, const ReservedIds&) {
                       return plan_version_deletion(state, subject, version, permanent);
                     },
                 .answer = {}};
}

Result<Command> delete_subject(const Call& call) {
  MILL_TRY(auto subject, call.subject(0));
  return Command{
      .subject = {},
      .plan = [subject = std::move(subject), permanent = call.flag("permanent")](
                  const State& state,
                  const ReservedIds&) { return plan_subject_deletion(state, subject, permanent); },
      .answer = {}};
}

json::Object verdict(const std::vector<std::string>& reasons, bool verbose) {
  json::Object object{{"is_compatible", reasons.empty()}};
  if (verbose) object.set("messages", json::Array(reasons.begin(), reasons.end()));
  return object;
}

Result<Command> test_with_version(const Call& call) {
  MILL_TRY(auto subject, call.subject(0));
  MILL_TRY(const auto wanted, call.version(1));
  MILL_TRY(auto candidate, call.candidate());
  return Command{
      .subject = subject,
      .plan = [subject, wanted, candidate = std::move(candidate), verbose = call.flag("verbose")](
                  const State& state, const ReservedIds&) -> Result<Plan> {
        // With the latest of a subject that has none everything is compatible.
        const auto version = wanted ? wanted : state.latest(subject, Deleted::without);
        std::vector<std::string> reasons;
        if (version) {
          MILL_TRY(reasons, check_compatibility(state, subject, candidate, version));
        }
        return Plan{.answer = verdict(reasons, verbose)};
      },
      .answer = {}};
}

Result<Command> test_with_all(const Call& call) {
  MILL_TRY(auto subject, call.subject(0));
  MILL_TRY(auto candidate, call.candidate());
  return Command{
      .subject = subject,
      .plan = [subject, candidate = std::move(candidate), verbose = call.flag("verbose")](
                  const State& state, const ReservedIds&) -> Result<Plan> {
        MILL_TRY(const auto reasons, check_compatibility(state, subject, candidate, std::nullopt));
        return Plan{.answer = verdict(reasons, verbose)};
      },
      .answer = {}};
}

constexpr std::array kRoutes = {
    Route{"GET", "/subjects", list_subjects},
    Route{"POST", "/subjects/{}", look_up_schema},
    Route{"DELETE", "/subjects/{}", delete_subject},
    Route{"GET", "/subjects/{}/metadata", find_by_metadata},
    Route{"GET", "/subjects/{}/versions", list_versions},
    Route{"POST", "/subjects/{}/versions", register_schema},
    Route{"GET", "/subjects/{}/versions/{}", get_version},
    Route{"DELETE", "/subjects/{}/versions/{}", delete_version},
    Route{"GET", "/subjects/{}/versions/{}/schema", get_version_text},
    Route{"GET", "/subjects/{}/versions/{}/referencedby", list_referrers},
    Route{"POST", "/compatibility/subjects/{}/versions", test_with_all},
    Route{"POST", "/compatibility/subjects/{}/versions/{}", test_with_version},
};

}  // namespace

std::span<const Route> subject_routes() { return kRoutes; }

}  // namespace millrace::registry::rest
