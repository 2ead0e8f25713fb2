// What a message is made of, in the order in which its text has it.
#pragma once

#include <google/protobuf/descriptor.h>

#include <vector>

#include "schema/protobuf/option_text.h"

namespace millrace::schema::protobuf {

/// A field outside of oneofs, or a oneof with its fields.
struct Member {
  const google::protobuf::FieldDescriptor* field = nullptr;
  const google::protobuf::OneofDescriptor* oneof = nullptr;
};

/// As Confluent's registry prints them: fields, then oneofs. By number, with groups last, where
/// they are normalized.
std::vector<Member> members_of(const google::protobuf::Descriptor& message, Spelling spelling);
/// Groups last.
std::vector<const google::protobuf::FieldDescriptor*> fields_of(
    const google::protobuf::OneofDescriptor& oneof, Spelling spelling);
/// By number, then name, where they are normalized.
std::vector<const google::protobuf::EnumValueDescriptor*> values_of(
    const google::protobuf::EnumDescriptor& type, Spelling spelling);
/// By number where they are normalized.
std::vector<const google::protobuf::FieldDescriptor*> in_order(
    std::vector<const google::protobuf::FieldDescriptor*> fields, Spelling spelling);

/// A map's entry or a group's message: a field declares it, so it is not written on its own.
bool comes_with_field(const google::protobuf::Descriptor& message);
/// The index, among the messages nested in the member's message, of the first that comes with the
/// member; 0 where none does.
int first_type_index(const Member& member);

}  // namespace millrace::schema::protobuf
