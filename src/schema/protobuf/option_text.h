// Options of a schema as text, custom ones included.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "schema/protobuf/type_name.h"

namespace millrace::schema::protobuf {

/// How a schema's text is written.
enum class Spelling {
  /// As it would be registered: options in the order of their definition, names as people write.
  canonical,
  /// One text for all that mean the same: sorted, with full names.
  normalized,
};

struct OptionText {
  /// "java_package", "acme.sensitive": what normalizing sorts by.
  std::string name;
  /// "java_package = \"com.acme\"", "(acme.sensitive) = true".
  std::string assignment;
};

/// `options` is any of the messages *Options of descriptor.proto. Those that no file of the pool
/// defines have no name to write them by and are left out; so does Confluent's registry.
std::vector<OptionText> option_texts(const google::protobuf::Message& options,
                                     const NameScope& scope, Spelling spelling);

/// Sorted by name where the spelling asks for it.
std::vector<std::string> assignments(std::vector<OptionText> options, Spelling spelling);

}  // namespace millrace::schema::protobuf
