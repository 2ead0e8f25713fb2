#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/lag_view.h"
#include "cli/output.h"
#include "cli/registry_flags.h"
#include "cli/schema_commands.h"
#include "json/text.h"

namespace millrace::server {
namespace {

struct Flags {
  RegistryFlags registry;
  std::vector<std::string> subjects;
  bool deleted = false;
  std::string format = "table";
};

bool contains(const auto& sorted, const auto& wanted) {
  return std::ranges::binary_search(sorted, wanted);
}

/// Names alone: one request, or two where deleted ones are to be told apart.
Result<std::string> list_subjects(registry::RemoteRegistry& registry, const Flags& flags) {
  MILL_TRY(const auto all, registry.subjects(flags.deleted));
  std::vector<std::string> living = all;
  if (flags.deleted) {
    MILL_TRY(living, registry.subjects(false));
  }
  std::string out;
  for (const auto& subject : all) {
    if (flags.format == "table") {
      out += subject + '\n';
      continue;
    }
    json::Object line{{"subject", subject}};
    if (flags.deleted) line.set("deleted", !contains(living, subject));
    out += json::write(line) + '\n';
  }
  return out;
}

struct Listed {
  registry::RemoteSchema schema;
  bool deleted = false;
};

Result<void> add_versions(registry::RemoteRegistry& registry, const std::string& subject,
                          bool deleted, std::vector<Listed>& out) {
  MILL_TRY(const auto all, registry.versions(subject, deleted));
  std::vector<int32_t> living = all;
  if (deleted) {
    auto found = registry.versions(subject, false);
    living = found ? *std::move(found) : std::vector<int32_t>();  // the whole subject is deleted
  }
  for (const int32_t number : all) {
    MILL_TRY(auto schema, registry.version(subject, number, deleted));
    out.push_back({.schema = std::move(schema), .deleted = !contains(living, number)});
  }
  return {};
}

std::string references_text(const std::vector<schema::Reference>& references) {
  std::string out;
  for (const auto& [name, subject, version] : references) {
    out += cat(out.empty() ? "" : ",", name, '=', subject, ':', version);
  }
  return out.empty() ? "-" : out;
}

std::string table_of(const std::vector<Listed>& versions, bool deleted) {
  std::vector<std::vector<std::string>> rows = {{"SUBJECT", "VERSION", "ID", "TYPE"}};
  if (deleted) rows[0].push_back("DELETED");
  rows[0].push_back("REFERENCES");
  for (const auto& [schema, is_deleted] : versions) {
    auto& row = rows.emplace_back(std::vector{schema.subject, cat(schema.version), cat(schema.id),
                                              std::string(schema::name_of(schema.format))});
    if (deleted) row.push_back(is_deleted ? "yes" : "no");
    row.push_back(references_text(schema.references));
  }
  return format_table(rows);
}

std::string json_of(const std::vector<Listed>& versions, bool deleted) {
  std::string out;
  for (const auto& [schema, is_deleted] : versions) {
    json::Array references;
    for (const auto& [name, subject, version] : schema.references) {
      references.push_back(
          json::Object{{"name", name}, {"subject", subject}, {"version", version}});
    }
    json::Object line{{"subject", schema.subject},
                      {"version", schema.version},
                      {"id", schema.id},
                      {"type", schema::name_of(schema.format)},
                      {"references", std::move(references)}};
    if (deleted) line.set("deleted", is_deleted);
    out += json::write(line) + '\n';
  }
  return out;
}

Result<std::string> run(const Flags& flags) {
  MILL_TRY(auto registry, open_registry(flags.registry));
  if (flags.subjects.empty()) return list_subjects(registry, flags);
  std::vector<Listed> versions;
  for (const auto& subject : flags.subjects) {
    MILL_CHECK(add_versions(registry, subject, flags.deleted, versions));
  }
  return flags.format == "json" ? json_of(versions, flags.deleted)
                                : table_of(versions, flags.deleted);
}

}  // namespace

void add_schema_list(Command schema) {
  auto flags = std::make_shared<Flags>();
  const auto command =
      schema.add("list", "Print the names of all subjects, or the versions of some");
  command.option("subject", flags->subjects, "Subjects whose versions are wanted");
  command.flag("--deleted", flags->deleted, "Softly deleted ones too");
  add_format_flag(command, flags->format);
  add_registry_flags(command, flags->registry);
  command.example("millrace schema list orders-value");
  command.does([flags] {
    const auto text = run(*flags);
    return text ? print(*text) : fail(text.error());
  });
}

}  // namespace millrace::server
