#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/registry_flags.h"
#include "cli/schema_commands.h"
#include "cli/schema_text.h"
#include "json/text.h"

namespace millrace::server {
namespace {

struct Flags {
  RegistryFlags registry;
  std::string name;
  bool deleted = false;
  std::string format = "pretty";
};

std::string json_of(const registry::RemoteSchema& schema) {
  json::Object object;
  if (!schema.subject.empty()) object = {{"subject", schema.subject}, {"version", schema.version}};
  object.set("id", schema.id);
  object.set("type", schema::name_of(schema.format));
  json::Array references;
  for (const auto& [name, subject, version] : schema.references) {
    references.push_back(json::Object{{"name", name}, {"subject", subject}, {"version", version}});
  }
  object.set("references", std::move(references));
  object.set("schema", schema.text);
  return json::write(object) + '\n';
}

/// What the text itself does not say.
void tell_about(const registry::RemoteSchema& schema) {
  std::string line;
  if (!schema.subject.empty()) line = cat(schema.subject, " version ", schema.version, ", ");
  tell(cat(line, "id ", schema.id, ", ", schema::name_of(schema.format)));
  for (const auto& [name, subject, version] : schema.references) {
    tell(cat("refers to ", name, ": ", subject, " version ", version));
  }
}

Result<std::string> run(const Flags& flags) {
  MILL_TRY(const auto name, parse_registered_name(flags.name));
  MILL_TRY(auto registry, open_registry(flags.registry));
  MILL_TRY(const auto schema, fetch(registry, name, flags.deleted));
  if (flags.format == "json") return json_of(schema);
  if (flags.format == "raw") return schema.text;
  tell_about(schema);
  return pretty_text(schema.format, schema.text);
}

}  // namespace

void add_schema_get(Command schema) {
  auto flags = std::make_shared<Flags>();
  const auto command = schema.add("get", "Print a schema");
  command
      .option(
          "schema", flags->name,
          "SUBJECT for its latest version, SUBJECT:VERSION, or id:N for the schema with that id")
      .required();
  command.flag("--deleted", flags->deleted, "A softly deleted version too");
  command
      .option("--format", flags->format,
              "pretty, raw (the very bytes that are registered), or json: all there is in a line")
      .one_of({"pretty", "raw", "json"})
      .with_default();
  add_registry_flags(command, flags->registry);
  command.example("millrace schema get orders-value:2");
  command.does([flags] {
    const auto text = run(*flags);
    return text ? print(*text) : fail(text.error());
  });
}

}  // namespace millrace::server
