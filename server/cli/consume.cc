// millrace consume: records of topics become lines on standard output.
#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/consume_loop.h"
#include "cli/registry_flags.h"
#include "cli/schema_reader.h"
#include "millrace/client_error.h"

namespace millrace::server {
namespace {

const std::map<std::string, CommitMode> kCommitModes = {
    {"auto", CommitMode::automatic}, {"manual", CommitMode::manual}, {"never", CommitMode::never}};

struct Flags {
  ConnectionFlags connection;
  ConsumeOptions consume;
  std::string from = "beginning";
  std::string format = "value";
  std::string commit = "auto";
  std::string key_separator = "\\t";
  std::string null_text;
  RegistryFlags registry;
};

/// Nothing where no registry was named. One that does not answer is told before anything is read.
Result<std::unique_ptr<SchemaReader>> open_schemas(const Flags& flags) {
  if (flags.registry.url.empty()) return std::unique_ptr<SchemaReader>();
  RegistryFlags registry = flags.registry;
  registry.timeout_ms = flags.connection.timeout_ms;
  MILL_TRY(auto remote, open_registry(registry));
  MILL_CHECK(remote.check());
  return std::make_unique<SchemaReader>(std::move(remote));
}

int run(const Flags& flags) {
  ConsumeOptions options = flags.consume;
  auto style = parse_style(flags.format, unescape(flags.key_separator), flags.null_text);
  if (!style) return fail(std::move(style).error().with_context("--format"));
  options.style = *std::move(style);
  options.commit = kCommitModes.at(flags.commit);
  auto from = parse_start_point(flags.from);
  if (!from) return fail(std::move(from).error().with_context("--from"));
  options.from = *from;
  const auto schemas = open_schemas(flags);
  if (!schemas) return fail(schemas.error());
  options.schemas = schemas->get();
  const auto client = connect(flags.connection);
  if (!client) return fail(client.error());
  const auto outcome = consume(*client, options);
  if (outcome) return kExitOk;
  // Whoever follows ends by a signal, and has then had all of it.
  if (outcome.error().is(ClientErrc::interrupted) && options.follow) return kExitOk;
  return fail(outcome.error());
}

}  // namespace

void add_consume(Command program) {
  auto flags = std::make_shared<Flags>();
  auto& consume = flags->consume;
  const auto command = program.add("consume", "Print records, one a line");
  command.option("topic", consume.topics, "Topics to read").required();
  const auto from =
      command.option("-o,--from", flags->from, cat("Where to begin: ", kStartPointHelp));
  from.with_default();
  const auto partition =
      command.option("-p,--partition", consume.partitions, "Read only these partitions")
          .not_negative()
          .repeatable();
  const auto group = command.option(
      "-g,--group", consume.group,
      "Read as a member of this group, from its committed offsets; --from is for partitions that "
      "have none");
  group.excludes(partition);
  command
      .option("--commit", flags->commit,
              "Offsets of the group: auto every 5 s and at the end, manual after every batch "
              "once its lines are written, never")
      .one_of({"auto", "manual", "never"})
      .needs(group)
      .with_default();
  command.option("-n,--count", consume.count, "Stop after so many records").not_negative();
  command.flag("-f,--follow", consume.follow,
               "Go on waiting for records instead of stopping at the end");
  command
      .option("--format", flags->format,
              cat("value, key-value, json (an object with all there is), or a template; ",
                  kRecordTemplateHelp))
      .checked([](const std::string& text) {
        const auto style = parse_style(text, "", "");
        return style ? std::string() : style.error().message();
      })
      .with_default();
  command.option("-k,--key-separator", flags->key_separator, "Between key and value; \\t is a tab")
      .with_default();
  command.option("--null", flags->null_text, "Printed for a null key or value (JSON has null)");
  add_registry_address_flags(
      command, flags->registry,
      cat("URL of a schema registry, ", kDefaultRegistry,
          " for one: keys and values in Confluent's wire format are printed as JSON"));
  add_connection_flags(command, flags->connection);
  command.example("millrace consume orders --group billing --format json --follow");
  command.does([flags] { return run(*flags); });
}

}  // namespace millrace::server
