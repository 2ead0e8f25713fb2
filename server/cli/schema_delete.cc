#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/registry_flags.h"
#include "cli/schema_commands.h"
#include "cli/schema_name.h"
#include "registry/error.h"

namespace millrace::server {
namespace {

using registry::RegistryErrc;

struct Flags {
  RegistryFlags registry;
  std::vector<std::string> names;
  bool permanent = false;
};

Result<std::vector<int32_t>> erase(registry::RemoteRegistry& registry, const SubjectVersion& name,
                                   bool permanent) {
  if (!name.version) return registry.erase_subject(name.subject, permanent);
  MILL_TRY(const int32_t gone, registry.erase_version(name.subject, *name.version, permanent));
  return std::vector{gone};
}

bool is_deleted_already(const Error& error) {
  return error.is(RegistryErrc::subject_soft_deleted) ||
         error.is(RegistryErrc::version_soft_deleted);
}

std::string numbers_text(const std::vector<int32_t>& numbers) {
  std::string out = numbers.size() == 1 ? "version" : "versions";
  for (size_t i = 0; i < numbers.size(); ++i) out += cat(i == 0 ? " " : ", ", numbers[i]);
  return out;
}

/// A registry deletes for good only what was deleted softly; that is done first where it was not.
Result<void> erase_permanently(registry::RemoteRegistry& registry, const SubjectVersion& name) {
  const auto softly = erase(registry, name, false);
  if (!softly && !is_deleted_already(softly.error())) return softly.error();
  MILL_TRY(const auto gone, erase(registry, name, true));
  tell(cat("deleted ", name.subject, ' ', numbers_text(gone), " for good"));
  return {};
}

Result<void> erase_softly(registry::RemoteRegistry& registry, const SubjectVersion& name) {
  MILL_TRY(const auto gone, erase(registry, name, false));
  tell(cat("deleted ", name.subject, ' ', numbers_text(gone),
           "; readers still find it by its id, until it is deleted with --permanent"));
  return {};
}

Result<void> run(const Flags& flags) {
  std::vector<SubjectVersion> names;
  for (const auto& text : flags.names) {
    MILL_TRY(auto name, parse_subject_version(text));
    if (name.is_latest) return usage_error(cat("'", text, "': name the version by its number"));
    names.push_back(std::move(name));
  }
  MILL_TRY(auto registry, open_registry(flags.registry));
  for (const auto& name : names) {
    MILL_CHECK(flags.permanent ? erase_permanently(registry, name) : erase_softly(registry, name));
  }
  return {};
}

}  // namespace

void add_schema_delete(Command schema) {
  auto flags = std::make_shared<Flags>();
  const auto command = schema.add("delete", "Delete versions, or subjects with all their versions");
  command.option("subject", flags->names, "SUBJECT:VERSION, or SUBJECT for all of its versions")
      .required();
  command.flag("--permanent", flags->permanent,
               "For good: records written with the schema can be read no more");
  add_registry_flags(command, flags->registry);
  command.example("millrace schema delete orders-value:1");
  command.does([flags] { return finish(run(*flags)); });
}

}  // namespace millrace::server
