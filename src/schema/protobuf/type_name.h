// How a schema's text refers to a type.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

namespace millrace::schema::protobuf {

/// Where a name stands: the full name of the message around it, or the package.
struct NameScope {
  const google::protobuf::FileDescriptor& file;
  std::string name;
};

/// The scope that a thing of that full name stands in.
NameScope scope_around(const std::string& full_name, const google::protobuf::FileDescriptor& file);

/// As people write it: within a package relative to the scope, from another package the full name,
/// and with a leading dot where either would mean something else or nothing.
std::string readable_type_name(const google::protobuf::Descriptor& type, const NameScope& scope);
std::string readable_type_name(const google::protobuf::EnumDescriptor& type,
                               const NameScope& scope);
/// The same for an extension in an option's name; without the parentheses.
std::string readable_extension_name(const google::protobuf::FieldDescriptor& extension,
                                    const NameScope& scope);

}  // namespace millrace::schema::protobuf
