// What libprotobuf would not tell of a record before it has read it.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string_view>

namespace millrace::schema::protobuf {

/// Why `bytes` should not be read as `message`; empty where nothing speaks against it. That they
/// would take more than expanded_size_max: two bytes may stand for a message with room for
/// thousands of fields. That a text in them is not UTF-8: libprotobuf writes lines to stderr, and
/// proto2's texts would come out empty. Bytes that are no message at all are left to libprotobuf.
std::string_view flaw_of(const google::protobuf::Descriptor& message, std::string_view bytes);

}  // namespace millrace::schema::protobuf
