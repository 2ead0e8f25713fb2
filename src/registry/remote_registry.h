// RemoteRegistry: a schema registry asked over HTTP, ours or anybody's that speaks Confluent's API.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"
#include "json/value.h"
#include "millrace/result.h"
#include "schema/schema.h"

namespace millrace::registry {

/// A schema that is to be registered, found or compared.
struct Draft {
  schema::Format format = schema::Format::avro;
  std::string text;
  std::vector<schema::Reference> references;
  bool normalize = false;
};

/// A schema as a registry knows it.
struct RemoteSchema {
  /// Empty, and version 0, where it was asked for by id.
  std::string subject;
  int32_t version = 0;
  int32_t id = 0;
  schema::Format format = schema::Format::avro;
  std::string text;
  std::vector<schema::Reference> references;
};

struct Registered {
  int32_t id = 0;
  /// Nothing where the registry does not tell it.
  std::optional<int32_t> version;
};

struct Verdict {
  bool is_compatible = false;
  /// Why not; a registry may have none.
  std::vector<std::string> reasons;
};

/// Blocks while it asks. Errors are RegistryErrc with the registry's own error_code and message, or
/// those of http::Client; one that answers what is no registry's is a protocol_error. One thread at
/// a time.
class RemoteRegistry {
 public:
  explicit RemoteRegistry(http::Client client) : client_(std::move(client)) {}

  const std::string& url() const { return client_.url(); }

  /// Whether it is there, is a registry and lets us in.
  Result<void> check();

  /// Sorted. `deleted` adds what is softly deleted, here and below.
  Result<std::vector<std::string>> subjects(bool deleted);
  /// Ascending. subject_not_found.
  Result<std::vector<int32_t>> versions(std::string_view subject, bool deleted);
  /// The latest version without a number. subject_not_found, version_not_found.
  Result<RemoteSchema> version(std::string_view subject, std::optional<int32_t> number,
                               bool deleted);
  /// `subject` tells the context whose id is meant; it may be empty. schema_not_found.
  Result<RemoteSchema> by_id(int32_t id, std::string_view subject);
  /// The version of the subject that has the schema. subject_not_found, schema_not_found.
  Result<RemoteSchema> look_up(std::string_view subject, const Draft& draft);

  /// Answers the same again where the subject has the schema already. invalid_schema,
  /// incompatible_schema.
  Result<Registered> register_schema(std::string_view subject, const Draft& draft);
  /// With that version, or, without a number, with those that the subject's level asks about.
  Result<Verdict> compare(std::string_view subject, std::optional<int32_t> number,
                          const Draft& draft);
  /// The level that counts for the subject, by its name.
  Result<std::string> level(std::string_view subject);

  /// Which versions are gone. Permanently only what was deleted softly before.
  Result<std::vector<int32_t>> erase_subject(std::string_view subject, bool permanent);
  Result<int32_t> erase_version(std::string_view subject, int32_t number, bool permanent);

  /// The schema with all that it refers to.
  Result<schema::Source> source_of(const RemoteSchema& schema);

 private:
  using Query = std::vector<std::pair<std::string, std::string>>;

  Result<json::Value> get(std::string path, Query query);
  Result<json::Value> post(std::string path, Query query, const json::Value& body);
  Result<json::Value> erase(std::string path, bool permanent);
  Result<json::Value> ask(const http::Request& request);

  http::Client client_;
};

}  // namespace millrace::registry
