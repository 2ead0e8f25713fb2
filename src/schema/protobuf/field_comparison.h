// Whether values of one field can be read as values of its later self.
#pragma once

#include <google/protobuf/descriptor.h>

#include <optional>
#include <string>

#include "schema/protobuf/misfits.h"

namespace millrace::schema::protobuf {

/// Two versions of a message that both fields are of.
struct MessageVersions {
  const google::protobuf::Descriptor* read = nullptr;
  const google::protobuf::Descriptor* written = nullptr;
};

/// "#/Order/3", or "#/Order/payment/3" within a oneof, as Confluent's registry tells them.
std::string path_of_field(const std::string& message_path,
                          const google::protobuf::FieldDescriptor& field);

/// Two fields of one number. Answers the messages that decide the rest: the fields' own, or those
/// of the maps' values.
std::optional<MessageVersions> compare_fields(const google::protobuf::FieldDescriptor& read,
                                              const google::protobuf::FieldDescriptor& written,
                                              const std::string& path, Misfits& misfits);

}  // namespace millrace::schema::protobuf
