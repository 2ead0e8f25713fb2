#include "registry_service.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "base/try.h"

namespace millrace::server {
namespace {

Result<registry::rest::Credentials> read_credentials(const std::string& file) {
  std::ifstream stream(file);
  std::string lines{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) {
    return kafka_error(ErrorCode::invalid_config,
                       cat("--registry-auth: ", file, " cannot be read"));
  }
  auto parsed = registry::rest::Credentials::parse(lines);
  if (!parsed) return std::move(parsed).error().with_context(cat("--registry-auth: ", file));
  return parsed;
}

}  // namespace

Result<RegistryChoice> parse_registry(std::string_view address, const std::string& auth_file) {
  RegistryChoice choice;
  const size_t slash = std::min(address.find('/'), address.size());
  auto endpoint = net::Endpoint::parse(address.substr(0, slash));
  if (!endpoint) return std::move(endpoint).error().with_context("--registry");
  choice.endpoint = *std::move(endpoint);
  choice.rest.base_path = address.substr(slash);
  while (choice.rest.base_path.ends_with('/')) choice.rest.base_path.pop_back();
  if (!auth_file.empty()) {
    MILL_TRY(choice.rest.credentials, read_credentials(auth_file));
  }
  return choice;
}

Result<std::unique_ptr<RegistryService>> RegistryService::start(embed::BrokerImpl& broker,
                                                                RegistryChoice choice) {
  std::unique_ptr<RegistryService> service(new RegistryService());
  service->base_path_ = choice.rest.base_path;
  MILL_TRY(service->registry_, registry::Registry::open(broker));
  service->rest_ =
      std::make_unique<registry::rest::Rest>(*service->registry_, std::move(choice.rest));
  MILL_TRY(service->server_,
           http::Server::listen(
               choice.endpoint,
               [rest = service->rest_.get()](http::Request request, const http::Respond& respond) {
                 rest->handle(std::move(request), respond);
               }));
  return service;
}

void RegistryService::stop(std::chrono::milliseconds grace) {
  server_->stop(grace);
  registry_->stop();
}

std::string RegistryService::address() const { return server_->bound().to_string() + base_path_; }

}  // namespace millrace::server
