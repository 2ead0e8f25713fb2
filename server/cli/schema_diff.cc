#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/json_changes.h"
#include "cli/line_difference.h"
#include "cli/output.h"
#include "cli/registry_flags.h"
#include "cli/schema_commands.h"
#include "cli/schema_text.h"
#include "json/text.h"

namespace millrace::server {
namespace {

struct Flags {
  RegistryFlags registry;
  DraftFlags draft;
  std::string before;
  std::string after;
};

struct Side {
  LoadedSchema loaded;
  std::shared_ptr<const schema::Schema> schema;
};

Result<Side> load(registry::RemoteRegistry& registry, const SchemaName& name,
                  const DraftFlags& flags) {
  MILL_TRY(auto loaded, load_schema(registry, name, flags));
  auto parsed = schema::parse(loaded.format, loaded.source);
  if (!parsed) return bad_data(cat(loaded.label, ": ", parsed.error().message()));
  return Side{.loaded = std::move(loaded), .schema = *std::move(parsed)};
}

/// A subject alone stands for its last change: its latest version and the one before it.
Result<std::pair<SchemaName, SchemaName>> sides_of(registry::RemoteRegistry& registry,
                                                   const Flags& flags) {
  MILL_TRY(auto before, parse_schema_name(flags.before));
  if (!flags.after.empty()) {
    MILL_TRY(auto after, parse_schema_name(flags.after));
    return std::pair(std::move(before), std::move(after));
  }
  const auto* name = std::get_if<SubjectVersion>(&before);
  if (name == nullptr || name->version || name->is_latest) {
    return usage_error(cat("'", flags.before, "' is one schema; name another to compare it with"));
  }
  MILL_TRY(const auto versions, registry.versions(name->subject, false));
  if (versions.size() < 2) {
    return usage_error(cat("subject '", name->subject,
                           "' has one version alone; name a schema to "
                           "compare it with"));
  }
  const auto version = [&](int32_t number) {
    return SchemaName(SubjectVersion{.subject = name->subject, .version = number});
  };
  return std::pair(version(versions[versions.size() - 2]), version(versions.back()));
}

std::string changes_text(const Side& before, const Side& after) {
  std::string out;
  const auto old_value = json::parse(before.loaded.source.text);
  const auto new_value = json::parse(after.loaded.source.text);
  if (!old_value || !new_value) return out;
  for (const auto& line : json_changes(*old_value, *new_value)) out += line + '\n';
  return out.empty() ? out : out + '\n';
}

std::string reading_text(const Side& reader, const Side& writer, std::string_view level) {
  const auto misfits = reader.schema->misfits(*writer.schema);
  std::string out = cat(reader.loaded.label, misfits.empty() ? " reads" : " cannot read",
                        " what was written with ", writer.loaded.label, " (", level, ")\n");
  for (const auto& [rule, path, message] : misfits) {
    out += cat("  ", rule, " at ", path, ": ", message, '\n');
  }
  return out;
}

std::string difference_text(const Side& before, const Side& after) {
  const auto& [old_label, old_format, old_source, old_id] = before.loaded;
  const auto& [new_label, new_format, new_source, new_id] = after.loaded;
  if (old_format != new_format) {
    return cat(old_label, " is ", schema::name_of(old_format), ", ", new_label, " is ",
               schema::name_of(new_format), ": neither reads what the other wrote\n");
  }
  const std::string lines = line_difference(pretty_text(old_format, before.schema->canonical()),
                                            pretty_text(new_format, after.schema->canonical()));
  if (lines.empty()) return cat(old_label, " and ", new_label, " are the same\n");
  return cat(changes_text(before, after), "--- ", old_label, "\n+++ ", new_label, '\n', lines, '\n',
             reading_text(after, before, "BACKWARD"), reading_text(before, after, "FORWARD"));
}

Result<std::string> run(const Flags& flags) {
  MILL_TRY(auto registry, open_registry(flags.registry));
  MILL_TRY(const auto names, sides_of(registry, flags));
  MILL_TRY(const auto before, load(registry, names.first, flags.draft));
  MILL_TRY(const auto after, load(registry, names.second, flags.draft));
  return difference_text(before, after);
}

}  // namespace

void add_schema_diff(Command schema) {
  auto flags = std::make_shared<Flags>();
  const auto command = schema.add(
      "diff", "Print what differs between two schemas, and which of them reads the other's data");
  command
      .option("before", flags->before,
              "SUBJECT, SUBJECT:VERSION, id:N or a file; a subject alone: its last change")
      .required();
  command.option("after", flags->after, "What it is compared with, named the same way");
  add_draft_flags(command, flags->draft);
  add_registry_flags(command, flags->registry);
  command.example("millrace schema diff orders-value:1 order.avsc");
  command.does([flags] {
    const auto text = run(*flags);
    return text ? print(*text) : fail(text.error());
  });
}

}  // namespace millrace::server
