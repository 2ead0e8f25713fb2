// Fields as .proto text.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

#include "schema/protobuf/option_text.h"

namespace millrace::schema::protobuf {

/// "repeated string tags = 4 [deprecated = true];\n". A group takes several lines.
std::string field_text(const google::protobuf::FieldDescriptor& field, Spelling spelling);

/// How a field, method or extension in `scope` refers to a message or enum.
std::string type_reference(const google::protobuf::Descriptor& type, const NameScope& scope,
                           Spelling spelling);
std::string type_reference(const google::protobuf::EnumDescriptor& type, const NameScope& scope,
                           Spelling spelling);

}  // namespace millrace::schema::protobuf
