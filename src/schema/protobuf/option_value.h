// The value of an option, or of a field within one, as .proto text.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "schema/protobuf/option_text.h"

namespace millrace::schema::protobuf {

/// One text an element of a repeated field, one text of any other. Messages take several lines.
std::vector<std::string> value_texts(const google::protobuf::Message& message,
                                     const google::protobuf::FieldDescriptor& field,
                                     Spelling spelling);

}  // namespace millrace::schema::protobuf
