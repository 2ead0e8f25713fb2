#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/registry_flags.h"
#include "cli/schema_commands.h"
#include "cli/schema_draft.h"
#include "cli/schema_name.h"

namespace millrace::server {
namespace {

struct Flags {
  RegistryFlags registry;
  DraftFlags draft;
  std::string name;
  std::string file;
};

/// A reason a line, whatever the registry puts into one.
std::string lines_of(const std::vector<std::string>& reasons) {
  std::string out;
  for (const std::string& reason : reasons) {
    for (const char c : reason) out += c == '\n' || c == '\r' ? ' ' : c;
    out += '\n';
  }
  return out;
}

Result<int> run(const Flags& flags) {
  MILL_TRY(auto name, parse_subject_version(flags.name));
  MILL_TRY(auto registry, open_registry(flags.registry));
  MILL_TRY(const auto draft, read_draft(flags.file, flags.draft));
  // A registry may find everything compatible with a subject that is not there, or misspelt.
  MILL_TRY(const auto versions, registry.versions(name.subject, false));
  if (name.is_latest && !versions.empty()) name.version = versions.back();
  MILL_TRY(const auto level, registry.level(name.subject));
  MILL_TRY(const auto verdict, registry.compare(name.subject, name.version, draft));
  const std::string with = cat(name.to_string(), " (", level, ")");
  if (verdict.is_compatible) {
    tell(cat(flags.file, " is compatible with ", with));
    return kExitOk;
  }
  if (const int printed = print(lines_of(verdict.reasons)); printed != kExitOk) return printed;
  tell(cat(flags.file, " is not compatible with ", with));
  return kExitBadData;
}

}  // namespace

void add_schema_check(Command schema) {
  auto flags = std::make_shared<Flags>();
  const auto command = schema.add(
      "check", "Tell whether a schema could be registered: exit code 0, or 4 with the reasons");
  command
      .option("subject", flags->name,
              "SUBJECT: with the versions that its compatibility level asks about; "
              "SUBJECT:VERSION: with that one")
      .required();
  command.option("file", flags->file, "The schema; - is standard input").required();
  add_draft_flags(command, flags->draft);
  add_normalize_flag(command, flags->draft);
  add_registry_flags(command, flags->registry);
  command.example("millrace schema check orders-value order.avsc");
  command.does([flags] {
    const auto code = run(*flags);
    return code ? *code : fail(code.error());
  });
}

}  // namespace millrace::server
