#include "schema/protobuf/field_text.h"

#include <google/protobuf/descriptor.pb.h>

#include "base/text.h"
#include "schema/protobuf/message_text.h"
#include "schema/protobuf/text_lines.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

std::string label_text(const pb::FieldDescriptor& field) {
  if (field.is_map()) return {};
  if (field.is_repeated()) return "repeated ";
  if (field.is_required()) return "required ";
  return field.has_optional_keyword() ? "optional " : "";
}

std::string element_type(const pb::FieldDescriptor& field, const NameScope& scope,
                         Spelling spelling) {
  if (field.enum_type()) return type_reference(*field.enum_type(), scope, spelling);
  if (field.message_type()) return type_reference(*field.message_type(), scope, spelling);
  return field.type_name();
}

std::string type_text(const pb::FieldDescriptor& field, Spelling spelling) {
  const NameScope scope = scope_around(field.full_name(), *field.file());
  if (!field.is_map()) return element_type(field, scope, spelling);
  const pb::Descriptor& entry = *field.message_type();
  return cat("map<", entry.map_key()->type_name(), ", ",
             element_type(*entry.map_value(), scope, spelling), ">");
}

std::string default_text(const pb::FieldDescriptor& field) {
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
    return quoted(field.default_value_string());
  }
  pb::FieldDescriptorProto proto;
  field.CopyTo(&proto);
  return proto.default_value();
}

/// The name that JSON has for the field where the schema says none: "user_id" is "userId".
std::string implied_json_name(std::string_view name) {
  std::string json_name;
  bool capital = false;
  for (const char c : name) {
    const bool lower = c >= 'a' && c <= 'z';
    if (c != '_') json_name += capital && lower ? static_cast<char>(c - 'a' + 'A') : c;
    capital = c == '_';
  }
  return json_name;
}

std::vector<OptionText> field_options(const pb::FieldDescriptor& field, Spelling spelling) {
  std::vector<OptionText> options =
      option_texts(field.options(), scope_around(field.full_name(), *field.file()), spelling);
  if (field.has_default_value()) {
    options.push_back({.name = "default", .assignment = "default = " + default_text(field)});
  }
  if (field.has_json_name() && field.json_name() != implied_json_name(field.name())) {
    options.push_back(
        {.name = "json_name", .assignment = "json_name = " + quoted(field.json_name())});
  }
  return options;
}

}  // namespace

std::string field_text(const pb::FieldDescriptor& field, Spelling spelling) {
  const bool group = field.type() == pb::FieldDescriptor::TYPE_GROUP;
  std::string text = label_text(field);
  text += group ? "group " + field.message_type()->name()
                : type_text(field, spelling) + " " + field.name();
  text += cat(" = ", field.number());
  if (auto options = assignments(field_options(field, spelling), spelling); !options.empty()) {
    text += " " + bracketed(options);
  }
  return text + (group ? message_body(*field.message_type(), spelling) : ";\n");
}

std::string type_reference(const pb::Descriptor& type, const NameScope& scope, Spelling spelling) {
  return spelling == Spelling::normalized ? "." + type.full_name()
                                          : readable_type_name(type, scope);
}

std::string type_reference(const pb::EnumDescriptor& type, const NameScope& scope,
                           Spelling spelling) {
  return spelling == Spelling::normalized ? "." + type.full_name()
                                          : readable_type_name(type, scope);
}

}  // namespace millrace::schema::protobuf
