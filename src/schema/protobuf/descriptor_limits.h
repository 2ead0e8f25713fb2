// What of a descriptor has to be known before libprotobuf links it.
#pragma once

#include <google/protobuf/descriptor.pb.h>

#include "millrace/result.h"

namespace millrace::schema::protobuf {

/// Errors (invalid_request): which message or enum is past which limit of limits.h. A descriptor
/// that libprotobuf has parsed is nested a hundred levels at most, so this may recurse.
Result<void> check_limits(const google::protobuf::FileDescriptorProto& file);

/// How many options of one thing, at most, are still text for libprotobuf to interpret. What a
/// compiler writes has none.
int uninterpreted_option_count(const google::protobuf::Message& descriptor);

}  // namespace millrace::schema::protobuf
