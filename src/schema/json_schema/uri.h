// URI references (RFC 3986) and JSON pointers (RFC 6901), as far as `$id` and `$ref` need them.
#pragma once

#include <string>
#include <string_view>

#include "json/value.h"

namespace millrace::schema::json_schema {

/// A URI at its '#'. Views of the text it was made of.
struct SplitUri {
  std::string_view document;
  /// Empty where there is none.
  std::string_view fragment;
};

SplitUri split_uri(std::string_view uri);

/// `reference` as it is meant in a document at `base` (RFC 3986, 5.2). `base` is absolute and has
/// no fragment; one without a hierarchy (urn:...) is replaced but for its fragment.
std::string resolve_uri(std::string_view base, std::string_view reference);

/// %41 becomes A; what is no such escape stays.
std::string percent_decoded(std::string_view text);

/// What a pointer ("/definitions/user", percent-decoded) leads to; null where there is nothing.
const json::Value* at_pointer(const json::Value& document, std::string_view pointer);

}  // namespace millrace::schema::json_schema
