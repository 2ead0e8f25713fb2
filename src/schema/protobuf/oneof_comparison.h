// Whether the oneofs of a message still mean what they meant when data was written.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

#include "schema/protobuf/misfits.h"

namespace millrace::schema::protobuf {

/// ONEOF_FIELD_REMOVED, MULTIPLE_FIELDS_MOVED_TO_ONEOF, FIELD_MOVED_TO_EXISTING_ONEOF. `path` is
/// the message's.
void compare_oneofs(const google::protobuf::Descriptor& read,
                    const google::protobuf::Descriptor& written, const std::string& path,
                    Misfits& misfits);

}  // namespace millrace::schema::protobuf
