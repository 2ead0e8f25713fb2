#include "schema/protobuf/field_kind.h"

#include "base/text.h"

namespace millrace::schema::protobuf {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

Kind kind_of(const FieldDescriptor& field) {
  if (field.is_map()) return Kind::map;
  if (field.type() == FieldDescriptor::TYPE_GROUP) return Kind::group;
  return field.type() == FieldDescriptor::TYPE_MESSAGE ? Kind::message : Kind::scalar;
}

ScalarGroup scalar_group_of(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_SINT32:
    case FieldDescriptor::TYPE_SINT64: return ScalarGroup::zigzag;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES: return ScalarGroup::string_or_bytes;
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32: return ScalarGroup::fixed32;
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64: return ScalarGroup::fixed64;
    case FieldDescriptor::TYPE_FLOAT: return ScalarGroup::single_real;
    case FieldDescriptor::TYPE_DOUBLE: return ScalarGroup::real;
    default: return ScalarGroup::varint;
  }
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::scalar: return "a scalar";
    case Kind::message: return "a message";
    case Kind::map: return "a map";
    case Kind::group: break;
  }
  return "a group";
}

std::string_view types_of(ScalarGroup group) {
  switch (group) {
    case ScalarGroup::varint: return "int32, uint32, int64, uint64, bool or an enum";
    case ScalarGroup::zigzag: return "sint32 or sint64";
    case ScalarGroup::string_or_bytes: return "string or bytes";
    case ScalarGroup::fixed32: return "fixed32 or sfixed32";
    case ScalarGroup::fixed64: return "fixed64 or sfixed64";
    case ScalarGroup::single_real: return "float";
    case ScalarGroup::real: break;
  }
  return "double";
}

std::string name_of_type(const FieldDescriptor& field) {
  if (field.is_map()) {
    const Descriptor& entry = *field.message_type();
    return cat("map<", name_of_type(*entry.map_key()), ", ", name_of_type(*entry.map_value()), ">");
  }
  if (field.message_type()) return field.message_type()->full_name();
  return field.enum_type() ? field.enum_type()->full_name() : field.type_name();
}

std::string local_name(const Descriptor& message) {
  const std::string& package = message.file()->package();
  return package.empty() ? message.full_name() : message.full_name().substr(package.size() + 1);
}

}  // namespace millrace::schema::protobuf
