// Reserved numbers and names, and extension ranges, as .proto text.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

#include "schema/protobuf/option_text.h"

namespace millrace::schema::protobuf {

/// A line "reserved ...;" for each range, then for each name; sorted where they are normalized.
std::string reserved_lines(const google::protobuf::Descriptor& message, Spelling spelling);
std::string reserved_lines(const google::protobuf::EnumDescriptor& type, Spelling spelling);

/// A line "extensions ...;" for each range; sorted where they are normalized.
std::string extension_range_lines(const google::protobuf::Descriptor& message, Spelling spelling);

}  // namespace millrace::schema::protobuf
