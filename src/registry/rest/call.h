// Call: one request of the REST API, taken apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"
#include "json/value.h"
#include "millrace/result.h"
#include "registry/candidate.h"
#include "registry/rest/body_part.h"
#include "registry/state.h"

namespace millrace::registry::rest {

/// A stretch of a list.
struct Page {
  size_t from = 0;
  size_t count = 0;
};

class Call {
 public:
  /// `context` is what a path below /contexts/{context} says; `arguments` are the path's own parts.
  Call(http::Request request, std::string context, std::vector<std::string> arguments);

  const std::string& context() const { return context_; }
  const std::string& argument(size_t index) const { return arguments_.at(index); }
  /// The argument as a subject, in its one spelling; "" and ":.context:" stand for everything.
  std::string scope(size_t index) const;
  /// As scope, for what is to be written; invalid_subject where no record could name it.
  Result<std::string> changed_scope(size_t index) const;
  /// As scope, but no context; invalid_subject where it is none.
  Result<std::string> subject(size_t index) const;
  /// Nothing for "latest" and -1. invalid_version.
  Result<std::optional<int32_t>> version(size_t index) const;
  /// not_found where it is no number of 32 bits.
  Result<int32_t> id(size_t index) const;

  std::optional<std::string_view> parameter(std::string_view name) const;
  /// All of that name, in their order.
  std::vector<std::string> parameters(std::string_view name) const;
  /// The first of one name with the first of the other, the second with the second.
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view names,
                                                         std::string_view values) const;
  /// "true" in any case of letters.
  bool flag(std::string_view name) const;
  /// By the parameters deleted and deletedOnly.
  Deleted deleted() const;

  /// The part of a list of that size that offset and limit ask for. unprocessable.
  Result<Page> page_of(size_t size) const;
  /// That part of the list. unprocessable.
  Result<json::Array> page(json::Array all) const;

  /// bad_request: no JSON object; unsupported_media_type.
  Result<json::Object> body() const;
  /// The body as a schema; without one the schema's text is empty. bad_request: a member of the
  /// wrong kind; invalid_schema: an unknown type.
  Result<Candidate> candidate() const;

 private:
  Result<int64_t> number(std::string_view name, int64_t fallback) const;

  const http::Request request_;
  const std::string context_;
  const std::vector<std::string> arguments_;
};

/// A schema in a body. bad_request: a member of the wrong kind; invalid_schema: an unknown type.
Result<Candidate> candidate_of(const BodyPart& body, bool normalize);

}  // namespace millrace::registry::rest
