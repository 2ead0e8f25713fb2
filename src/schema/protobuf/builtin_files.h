// The files that every schema may import without a reference to them: what Confluent's registry
// brings along.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string_view>

namespace millrace::schema::protobuf {

/// The .proto text of confluent/*.proto or google/type/*.proto; empty where `name` is none.
std::string_view builtin_text(std::string_view name);

/// The well-known types, google/protobuf/*.proto, as libprotobuf has them; null where `name` is
/// none.
const google::protobuf::FileDescriptor* well_known_file(std::string_view name);

}  // namespace millrace::schema::protobuf
