// Whether a reader with one schema understands what was written with another.
#pragma once

#include <google/protobuf/descriptor.h>

#include <vector>

#include "schema/schema.h"

namespace millrace::schema::protobuf {

/// By the rules of Confluent's registry: README.md lists them. Compares the types that the two
/// files declare, by name, and imported ones where fields use them. Work is linear in the schemas;
/// after kMisfitCountMax reasons one more says that there may be others.
std::vector<Incompatibility> compare(const google::protobuf::FileDescriptor& reader,
                                     const google::protobuf::FileDescriptor& writer);

}  // namespace millrace::schema::protobuf
