// A linked file as .proto text.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

#include "schema/protobuf/option_text.h"

namespace millrace::schema::protobuf {

/// In the form of Confluent's registry, without comments: README.md has the order and where it
/// differs.
std::string file_text(const google::protobuf::FileDescriptor& file, Spelling spelling);

}  // namespace millrace::schema::protobuf
