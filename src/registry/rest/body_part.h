// BodyPart: an object in a request's body, asked for its members by name and kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"
#include "millrace/result.h"

namespace millrace::registry::rest {

/// A member that is null counts as missing, as with Confluent's registry. One of another kind than
/// asked for is bad_request, by its path: "associations[0].frozen". The body must live as long.
class BodyPart {
 public:
  /// `path` is what its members' paths begin with, "" for the body itself.
  explicit BodyPart(const json::Object& object, std::string path = {})
      : object_(&object), path_(std::move(path)) {}

  /// Begins the paths of its members: "" or "associations[0].".
  const std::string& path() const { return path_; }
  /// Null where it is missing.
  const json::Value* find(std::string_view name) const;

  Result<std::optional<std::string>> text(std::string_view name) const;
  /// As text, and an empty one counts as missing.
  Result<std::optional<std::string>> filled_text(std::string_view name) const;
  Result<std::optional<bool>> flag(std::string_view name) const;
  /// Of 32 bits; -1 and 0 mean none, as clients send them.
  Result<std::optional<int32_t>> positive_number(std::string_view name) const;
  /// Null where it is missing.
  Result<json::Value> object_or_null(std::string_view name) const;
  /// None where it is missing.
  Result<std::vector<std::string>> texts(std::string_view name) const;
  Result<std::vector<BodyPart>> parts(std::string_view name) const;
  Result<std::optional<BodyPart>> part(std::string_view name) const;

  /// bad_request: the member is none of what was wanted.
  Error bad_member(std::string_view name, std::string_view wanted) const;

 private:
  const json::Object* object_;
  std::string path_;
};

}  // namespace millrace::registry::rest
