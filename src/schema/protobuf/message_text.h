// Messages and enums as .proto text.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "schema/protobuf/option_text.h"

namespace millrace::schema::protobuf {

/// "message User {" and so on. It calls itself for what is nested.
std::string message_text(const google::protobuf::Descriptor& message, Spelling spelling);
/// What stands behind the name, " {" included: a group has it, too.
std::string message_body(const google::protobuf::Descriptor& message, Spelling spelling);

std::string enum_text(const google::protobuf::EnumDescriptor& type, Spelling spelling);

/// Blocks "extend Extendee {", one for each extendee in the order in which they first come.
std::string extend_texts(const std::vector<const google::protobuf::FieldDescriptor*>& extensions,
                         const NameScope& scope, Spelling spelling);

/// A line "option name = value;" for each.
std::string option_lines(const google::protobuf::Message& options, const NameScope& scope,
                         Spelling spelling);

}  // namespace millrace::schema::protobuf
