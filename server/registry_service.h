// RegistryService: the schema registry of a serving broker, on an address of its own.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "embed/broker_impl.h"
#include "http/server.h"
#include "registry/registry.h"
#include "registry/rest/rest.h"

namespace millrace::server {

/// Where the registry is served and to whom.
struct RegistryChoice {
  net::Endpoint endpoint;
  registry::rest::RestOptions rest = {};
};

/// "HOST:PORT" or "HOST:PORT/BASE/PATH", with the file of those who may ask; an empty name asks
/// nobody. Tells what is wrong with which.
Result<RegistryChoice> parse_registry(std::string_view address, const std::string& auth_file);

class RegistryService {
 public:
  /// Serves when it returns; every schema is known. The broker must live as long. The system's
  /// error where the address cannot be had.
  static Result<std::unique_ptr<RegistryService>> start(embed::BrokerImpl& broker,
                                                        RegistryChoice choice);
  RegistryService(const RegistryService&) = delete;
  RegistryService& operator=(const RegistryService&) = delete;
  /// Requests under way are answered or cut off after `grace`.
  void stop(std::chrono::milliseconds grace);

  /// With the real port and the base path.
  std::string address() const;

 private:
  RegistryService() = default;

  // In the order of their making; destroyed in reverse.
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<registry::rest::Rest> rest_;
  std::unique_ptr<http::Server> server_;
  std::string base_path_;
};

}  // namespace millrace::server
