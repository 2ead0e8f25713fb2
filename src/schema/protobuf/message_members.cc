#include "schema/protobuf/message_members.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

bool is_group(const pb::FieldDescriptor& field) {
  return field.type() == pb::FieldDescriptor::TYPE_GROUP;
}

bool declares(const pb::FieldDescriptor* field, const pb::Descriptor& message) {
  return field && is_group(*field) && field->message_type() == &message;
}

/// A group's field has the name of its message, in small letters.
std::string lowercase(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

int type_index(const pb::FieldDescriptor& field) {
  return field.is_map() || is_group(field) ? field.message_type()->index() : 0;
}

void groups_last(std::vector<const pb::FieldDescriptor*>& fields) {
  const auto is_one = [](const pb::FieldDescriptor* field) { return is_group(*field); };
  std::vector<const pb::FieldDescriptor*> groups;
  std::ranges::copy_if(fields, std::back_inserter(groups), is_one);
  std::erase_if(fields, is_one);
  fields.insert(fields.end(), groups.begin(), groups.end());
}

/// By the number of the first field where they are normalized: oneofs have none themselves.
std::vector<const pb::OneofDescriptor*> oneofs_of(const pb::Descriptor& message,
                                                  Spelling spelling) {
  std::vector<const pb::OneofDescriptor*> oneofs;
  for (int i = 0; i < message.real_oneof_decl_count(); ++i) {
    oneofs.push_back(message.oneof_decl(i));
  }
  if (spelling == Spelling::normalized) {
    std::ranges::sort(oneofs, {}, [&](const pb::OneofDescriptor* oneof) {
      return fields_of(*oneof, spelling).front()->number();
    });
  }
  return oneofs;
}

}  // namespace

std::vector<const pb::FieldDescriptor*> in_order(std::vector<const pb::FieldDescriptor*> fields,
                                                 Spelling spelling) {
  if (spelling == Spelling::normalized) {
    // Extensions of several messages may have one number.
    std::ranges::sort(fields, {}, [](const pb::FieldDescriptor* field) {
      return std::pair(field->number(), field->index());
    });
  }
  return fields;
}

std::vector<Member> members_of(const pb::Descriptor& message, Spelling spelling) {
  std::vector<const pb::FieldDescriptor*> outside;
  for (int i = 0; i < message.field_count(); ++i) {
    if (!message.field(i)->real_containing_oneof()) outside.push_back(message.field(i));
  }
  outside = in_order(std::move(outside), spelling);
  const bool groups_apart = spelling == Spelling::normalized;
  std::vector<Member> members;
  for (const auto* field : outside) {
    if (!groups_apart || !is_group(*field)) members.push_back({.field = field});
  }
  for (const auto* oneof : oneofs_of(message, spelling)) members.push_back({.oneof = oneof});
  for (const auto* field : outside) {
    if (groups_apart && is_group(*field)) members.push_back({.field = field});
  }
  return members;
}

std::vector<const pb::FieldDescriptor*> fields_of(const pb::OneofDescriptor& oneof,
                                                  Spelling spelling) {
  std::vector<const pb::FieldDescriptor*> fields;
  for (int i = 0; i < oneof.field_count(); ++i) fields.push_back(oneof.field(i));
  fields = in_order(std::move(fields), spelling);
  groups_last(fields);
  return fields;
}

std::vector<const pb::EnumValueDescriptor*> values_of(const pb::EnumDescriptor& type,
                                                      Spelling spelling) {
  std::vector<const pb::EnumValueDescriptor*> values;
  for (int i = 0; i < type.value_count(); ++i) values.push_back(type.value(i));
  if (spelling == Spelling::normalized) {
    std::sort(values.begin(), values.end(), [](const auto* a, const auto* b) {
      return std::tuple(a->number(), std::string_view(a->name())) <
             std::tuple(b->number(), std::string_view(b->name()));
    });
  }
  return values;
}

bool comes_with_field(const pb::Descriptor& message) {
  if (message.options().map_entry()) return true;
  const std::string group = lowercase(message.name());
  const pb::Descriptor* outer = message.containing_type();
  if (!outer) return declares(message.file()->FindExtensionByLowercaseName(group), message);
  return declares(outer->FindFieldByLowercaseName(group), message) ||
         declares(outer->FindExtensionByLowercaseName(group), message);
}

int first_type_index(const Member& member) {
  if (member.field) return type_index(*member.field);
  for (int i = 0; i < member.oneof->field_count(); ++i) {
    if (const int index = type_index(*member.oneof->field(i)); index > 0) return index;
  }
  return 0;
}

}  // namespace millrace::schema::protobuf
