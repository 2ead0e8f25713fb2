#include "cli/registry_flags.h"

#include <algorithm>

#include "base/text.h"
#include "cli/common.h"

namespace millrace::server {
namespace {

void add_who(Command command, RegistryFlags& flags, const char* user_names) {
  command.option(user_names, flags.user, "NAME:PASSWORD, where the registry asks for them");
  command.option("--registry-ca", flags.ca_file,
                 "PEM file of the authorities to trust for https, in place of the system's");
}

}  // namespace

void add_registry_flags(Command command, RegistryFlags& flags) {
  flags.url = kDefaultRegistry;
  command.option("--registry", flags.url, "URL of the schema registry, with its path")
      .with_default();
  add_who(command, flags, "--user,--registry-user");
  command.option("--timeout-ms", flags.timeout_ms, "How long one request may take")
      .between(1, 3'600'000)
      .with_default();
}

Option add_registry_address_flags(Command command, RegistryFlags& flags, std::string help) {
  const auto registry = command.option("--registry", flags.url, std::move(help));
  add_who(command, flags, "--registry-user");
  return registry;
}

Result<registry::RemoteRegistry> open_registry(const RegistryFlags& flags) {
  http::ClientOptions options{
      .url = flags.url, .credentials = flags.user, .ca_file = flags.ca_file};
  options.timeout = milliseconds(flags.timeout_ms);
  options.connect_timeout = std::min(options.timeout, options.connect_timeout);
  auto client = http::Client::open(std::move(options));
  if (!client) return usage_error(cat("--registry: ", client.error().message()));
  return registry::RemoteRegistry(*std::move(client));
}

}  // namespace millrace::server
