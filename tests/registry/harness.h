// Verbs for the tests of the registry: a registry on a broker in memory, asked as by HTTP.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "embed/broker_impl.h"
#include "json/text.h"
#include "registry/registry.h"
#include "registry/rest/rest.h"

namespace millrace::registry {

struct Reply {
  int status = 0;
  std::string body;

  json::Value json() const;
  /// The member of that name, as JSON text; "" where there is none.
  std::string member(std::string_view name) const;
  int error_code() const;
};

class RegistryTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// The registry ends and is opened once more on the same log.
  void restart();
  void serve(rest::RestOptions options = {});

  using Headers = std::vector<std::pair<std::string, std::string>>;
  /// The path may have a query.
  Reply ask(std::string_view method, std::string_view path, const json::Value& body = {},
            Headers headers = {});
  Reply ask_with_body(std::string_view method, std::string_view path, std::string body,
                      Headers headers = {});
  Reply get(std::string_view path) { return ask("GET", path); }
  Reply put(std::string_view path, const json::Value& body) { return ask("PUT", path, body); }
  Reply post(std::string_view path, const json::Value& body) { return ask("POST", path, body); }
  Reply erase(std::string_view path) { return ask("DELETE", path); }
  Reply register_avro(std::string_view subject, std::string_view schema);

  embed::BrokerImpl& broker() { return *broker_; }

  std::shared_ptr<embed::BrokerImpl> broker_;
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<rest::Rest> rest_;
};

/// An Avro record named `name` with int fields.
std::string record_schema(std::string_view name, const std::vector<std::string>& fields);

}  // namespace millrace::registry
