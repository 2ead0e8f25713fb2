#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/registry_flags.h"
#include "cli/schema_commands.h"
#include "cli/schema_draft.h"

namespace millrace::server {
namespace {

struct Flags {
  RegistryFlags registry;
  DraftFlags draft;
  std::string subject;
  std::string file;
};

Result<std::string> run(const Flags& flags) {
  MILL_TRY(auto registry, open_registry(flags.registry));
  MILL_TRY(const auto draft, read_draft(flags.file, flags.draft));
  MILL_TRY(auto registered, registry.register_schema(flags.subject, draft));
  if (!registered.version) {
    MILL_TRY(const auto found, registry.look_up(flags.subject, draft));
    registered.version = found.version;
  }
  tell(cat(flags.subject, " version ", *registered.version, " has it, id ", registered.id));
  return cat(registered.id, '\n');
}

}  // namespace

void add_schema_register(Command schema) {
  auto flags = std::make_shared<Flags>();
  const auto command =
      schema.add("register",
                 "Register a schema as a version of a subject and print its id; one that the "
                 "subject has already stays as it is");
  command.option("subject", flags->subject, "The subject: TOPIC-value for most serializers")
      .required();
  command.option("file", flags->file, "The schema; - is standard input").required();
  add_draft_flags(command, flags->draft);
  add_normalize_flag(command, flags->draft);
  add_registry_flags(command, flags->registry);
  command.example("millrace schema register orders-value order.avsc");
  command.does([flags] {
    const auto text = run(*flags);
    return text ? print(*text) : fail(text.error());
  });
}

}  // namespace millrace::server
