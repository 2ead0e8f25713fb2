// Message indexes: which of a schema's messages a record has (Confluent's wire format for
// Protobuf). The index of the outermost message in the file, then of each in the one around it, as
// ZigZag varints behind their count; the first message of all is the one byte 0.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::schema::protobuf {

/// The bytes for `message`. Among nested messages the entries of maps count, as in descriptors.
std::string message_indexes(const google::protobuf::Descriptor& message);

/// Takes the indexes off the front of `bytes`. Errors (corrupt_message): they end early, or lead to
/// no message of `file`.
Result<const google::protobuf::Descriptor*> take_message(
    std::string_view& bytes, const google::protobuf::FileDescriptor& file);

}  // namespace millrace::schema::protobuf
