#include "registry/deletion.h"

#include <algorithm>
#include <ranges>

#include "base/text.h"
#include "base/try.h"
#include "registry/error.h"
#include "registry/scope.h"

namespace millrace::registry {
namespace {

Error reference_exists(const std::string& subject, int32_t version, const SubjectVersion& by) {
  return registry_error(
      RegistryErrc::reference_exists,
      cat("One or more references exist to the schema {subject=", subject, ",version=", version,
          "}: ", by.first, " version ", by.second, " has one; delete that first"));
}

/// The subject's own settings go with its last version.
void forget_settings(const State& state, const std::string& subject, std::vector<Record>& records) {
  if (state.mode(subject) != nullptr) {
    records.push_back(ModeChange{.subject = subject, .mode = std::nullopt});
  }
  if (state.config(subject) != nullptr) {
    records.push_back(ConfigChange{.subject = subject, .config = std::nullopt});
  }
}

Result<void> check_version(const Version& version, const std::string& subject, int32_t number,
                           bool permanent) {
  if (permanent && !version.deleted) {
    return registry_error(RegistryErrc::version_not_soft_deleted,
                          cat("Subject '", subject, "' Version ", number,
                              " was not deleted first before being permanently deleted"));
  }
  if (!permanent && version.deleted) {
    return registry_error(RegistryErrc::version_soft_deleted,
                          cat("Subject '", subject, "' Version ", number,
                              " was soft deleted. Set permanent=true to delete permanently"));
  }
  return {};
}

Result<void> check_subject(const State& state, const std::string& subject, bool permanent) {
  if (!state.latest(subject, Deleted::with)) return subject_not_found(subject);
  const bool is_alive = state.latest(subject, Deleted::without).has_value();
  if (permanent && is_alive) {
    return registry_error(
        RegistryErrc::subject_not_soft_deleted,
        cat("Subject '", subject, "' was not deleted first before being permanently deleted"));
  }
  if (!permanent && !is_alive) {
    return registry_error(
        RegistryErrc::subject_soft_deleted,
        cat("Subject '", subject, "' was soft deleted. Set permanent=true to delete permanently"));
  }
  return {};
}

/// Its associations stand for schemas: at least one version of the subject stays.
Result<void> check_associations(const State& state, const std::string& subject, int32_t number) {
  if (state.associations().of_subject(subject).empty()) return {};
  const auto alive = state.version_numbers(subject, Deleted::without);
  if (std::ranges::any_of(alive, [&](int32_t other) { return other != number; })) return {};
  return registry_error(RegistryErrc::no_active_version,
                        cat("No active (non-deleted) version exists for subject '", subject,
                            "' behind this one, and it has associations; delete those first"));
}

/// Of others than the subject itself.
Result<void> check_not_referred(const State& state, const std::string& subject,
                                const std::vector<int32_t>& numbers, Deleted referrers) {
  for (const int32_t number : numbers) {
    for (const SubjectVersion& by : state.references_to(subject, number, referrers)) {
      if (by.first != subject) return reference_exists(subject, number, by);
    }
  }
  return {};
}

/// Those versions, for good; all that is there of the subject.
void add_tombstones(const State& state, const std::string& subject,
                    const std::vector<int32_t>& numbers, std::vector<Record>& records) {
  // The newest first: it may refer to older ones.
  for (const int32_t number : std::views::reverse(numbers)) {
    records.push_back(SchemaTombstone{.subject = subject, .version = number});
  }
  records.push_back(id_floor(state));
  forget_settings(state, subject, records);
}

}  // namespace

IdFloor id_floor(const State& state) {
  IdFloor floor;
  for (const auto& [context, id_max] : state.id_max_by_context()) {
    floor.id_max_by_context.set(context, id_max);
  }
  return floor;
}

Result<Plan> plan_version_deletion(const State& state, const std::string& subject,
                                   std::optional<int32_t> wanted, bool permanent) {
  MILL_CHECK(check_not_read_only(state, subject));
  if (!state.latest(subject, Deleted::with)) return subject_not_found(subject);
  const auto latest = state.latest(subject, Deleted::without);
  if (!wanted && !latest) return subject_not_found(subject);
  const int32_t number = wanted ? *wanted : *latest;
  const Version* version = state.version(subject, number, Deleted::with);
  if (version == nullptr) return version_not_found(number);
  MILL_CHECK(check_version(*version, subject, number, permanent));
  if (!permanent) MILL_CHECK(check_associations(state, subject, number));
  const auto referrers =
      state.references_to(subject, number, permanent ? Deleted::with : Deleted::without);
  if (!referrers.empty()) return reference_exists(subject, number, referrers.front());

  Plan plan{.answer = number};
  if (!permanent) {
    plan.records.push_back(SchemaEntry{
        .subject = subject, .version = number, .schema = version->schema, .deleted = true});
    return plan;
  }
  plan.records.push_back(SchemaTombstone{.subject = subject, .version = number});
  plan.records.push_back(id_floor(state));
  if (state.versions(subject)->size() == 1) forget_settings(state, subject, plan.records);
  return plan;
}

Result<Plan> plan_subject_deletion(const State& state, const std::string& subject, bool permanent) {
  MILL_CHECK(check_not_read_only(state, subject));
  MILL_CHECK(check_subject(state, subject, permanent));
  if (!state.associations().of_subject(subject).empty()) {
    return registry_error(
        RegistryErrc::association_for_subject_exists,
        cat("An association already exists for subject '", subject, "'; delete that first"));
  }
  const Deleted deleted = permanent ? Deleted::with : Deleted::without;
  const auto numbers = state.version_numbers(subject, deleted);
  MILL_CHECK(check_not_referred(state, subject, numbers, deleted));
  Plan plan{.answer = json::Array(numbers.begin(), numbers.end())};
  if (!permanent) {
    plan.records.push_back(SubjectDeletion{.subject = subject, .up_to = numbers.back()});
    return plan;
  }
  add_tombstones(state, subject, numbers, plan.records);
  return plan;
}

Result<void> add_whole_deletion(const State& state, const std::string& subject,
                                std::vector<Record>& records) {
  const auto numbers = state.version_numbers(subject, Deleted::with);
  if (numbers.empty()) return {};
  MILL_CHECK(check_not_referred(state, subject, numbers, Deleted::with));
  records.push_back(SubjectDeletion{.subject = subject, .up_to = numbers.back()});
  add_tombstones(state, subject, numbers, records);
  return {};
}

}  // namespace millrace::registry
