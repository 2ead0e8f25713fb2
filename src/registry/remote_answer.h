// What a registry answers over HTTP, read with suspicion.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "json/value.h"
#include "millrace/result.h"
#include "registry/remote_registry.h"

namespace millrace::registry {

/// The JSON of a 2xx answer. Errors: what a registry says in {"error_code","message"}, by
/// RegistryErrc; the status where it says no such thing; protocol_error where a 2xx has no JSON.
Result<json::Value> read_answer(const std::string& url, const http::Response& response);

/// An answer and how its parts are read. Errors (protocol_error): the server at that URL answered
/// something else. Holds references.
class Answered {
 public:
  Answered(const std::string& url, const json::Value& value) : url_(url), value_(value) {}

  Result<std::vector<std::string>> texts() const;
  Result<std::vector<int32_t>> numbers() const;
  Result<int32_t> number() const;
  /// Of an object's member.
  Result<int32_t> number(std::string_view name) const;
  Result<std::string> text(std::string_view name) const;

  /// {"schema","schemaType","references"}, as schemas by id come; without a type it is Avro.
  Result<RemoteSchema> schema() const;
  /// The same with {"subject","version","id"}.
  Result<RemoteSchema> version() const;
  /// {"is_compatible","messages"}
  Result<Verdict> verdict() const;

 private:
  const json::Value* member(std::string_view name) const;
  Result<std::vector<schema::Reference>> references() const;
  Error unexpected(std::string_view wanted) const;

  const std::string& url_;
  const json::Value& value_;
};

}  // namespace millrace::registry
