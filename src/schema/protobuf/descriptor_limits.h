// What of a descriptor has to be known before libprotobuf links it.
#pragma once

#include <google/protobuf/descriptor.pb.h>

#include "millrace/result.h"

namespace millrace::schema::protobuf {

/// Errors (invalid_request): which message or enum is past which limit of limits.h. A descriptor
/// that libprotobuf has parsed is nested a hundred levels at most, so this may recurse.
Result<void> check_limits(const google::protobuf::FileDescriptorProto& file);

/// Whether any option is still text for a compiler to interpret. Such text is nested as deep as
/// its author likes; no compiler leaves any in what it writes.
bool has_uninterpreted_option(const google::protobuf::Message& descriptor);

}  // namespace millrace::schema::protobuf
