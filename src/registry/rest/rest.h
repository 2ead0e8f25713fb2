// Rest: Confluent's REST API on a registry.
#pragma once

#include <string>
#include <vector>

#include "http/message.h"
#include "registry/registry.h"
#include "registry/rest/credentials.h"
#include "registry/rest/routes.h"

namespace millrace::registry::rest {

struct RestOptions {
  /// In front of every path, as "/apis/ccompat/v7"; empty: none.
  std::string base_path = {};
  /// Nothing: whatever a client sends as Authorization is ignored, as clients send it even where
  /// nobody asked them to.
  std::optional<Credentials> credentials = std::nullopt;
};

/// Answers requests. Questions that are answered from memory are answered before handle returns;
/// the rest on the registry's thread. Thread-safe; the registry must live as long.
class Rest {
 public:
  Rest(Registry& registry, RestOptions options);
  void handle(http::Request request, const http::Respond& respond);

 private:
  /// A route with its path taken apart.
  struct Entry {
    std::vector<std::string> parts;
    const Route* route;
  };
  struct Match {
    const Route* route = nullptr;
    std::string context;
    std::vector<std::string> arguments;
  };

  /// not_found, method_not_allowed, unauthorized.
  Result<Match> match(const http::Request& request) const;
  /// In place of a subject that is an alias the one behind it.
  void follow_alias(Match& match, http::Request& request);
  /// The path's parts without what every path begins with; not_found.
  Result<std::vector<std::string>> parts_of(const http::Request& request) const;

  Registry& registry_;
  const RestOptions options_;
  std::vector<Entry> entries_;
};

}  // namespace millrace::registry::rest
