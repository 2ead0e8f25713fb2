// Reaching a schema registry: the flags about it, and what its errors mean for people.
#pragma once

#include <string>

#include "command_line.h"
#include "registry/remote_registry.h"

namespace millrace::server {

inline constexpr const char* kDefaultRegistry = "http://127.0.0.1:8081";

struct RegistryFlags {
  /// Empty: none was named.
  std::string url;
  /// "NAME:PASSWORD", or empty.
  std::string user = {};
  std::string ca_file = {};
  int64_t timeout_ms = 30'000;
};

/// For commands about schemas: --registry with its default, --user, --registry-ca, --timeout-ms.
void add_registry_flags(Command command, RegistryFlags& flags);
/// For commands that talk to a broker, too: --registry, --registry-user, --registry-ca.
Option add_registry_address_flags(Command command, RegistryFlags& flags, std::string help);

/// Asks nothing yet. A usage error where the URL is none.
Result<registry::RemoteRegistry> open_registry(const RegistryFlags& flags);

}  // namespace millrace::server
