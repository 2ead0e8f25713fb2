#include "schema/protobuf/message_text.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "schema/protobuf/field_text.h"
#include "schema/protobuf/message_members.h"
#include "schema/protobuf/ranges_text.h"
#include "schema/protobuf/text_lines.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

/// The text of a body, in sections that an empty line sets apart.
class Body {
 public:
  enum class Section {
    none,
    reserved,
    options,
    fields,
    oneofs,
    groups,
    extensions,
    extends,
    types
  };

  void add(Section section, const std::string& text) {
    if (text.empty()) return;
    if (section != last_) text_ += '\n';
    last_ = section;
    append_indented(text_, text);
  }
  std::string finish() && { return std::move(text_) + "}\n"; }

 private:
  std::string text_ = " {";
  Section last_ = Section::none;
};

std::string oneof_text(const pb::OneofDescriptor& oneof, Spelling spelling) {
  Body body;
  body.add(
      Body::Section::options,
      option_lines(oneof.options(),
                   scope_around(oneof.full_name(), *oneof.containing_type()->file()), spelling));
  for (const pb::FieldDescriptor* field : fields_of(oneof, spelling)) {
    const bool group = field->type() == pb::FieldDescriptor::TYPE_GROUP;
    body.add(group ? Body::Section::groups : Body::Section::fields, field_text(*field, spelling));
  }
  return "oneof " + oneof.name() + std::move(body).finish();
}

std::string member_text(const Member& member, Spelling spelling) {
  return member.oneof ? oneof_text(*member.oneof, spelling) : field_text(*member.field, spelling);
}

Body::Section section_of(const Member& member) {
  if (member.oneof) return Body::Section::oneofs;
  const bool group = member.field->type() == pb::FieldDescriptor::TYPE_GROUP;
  return group ? Body::Section::groups : Body::Section::fields;
}

/// Fields, and the nested messages that have to come before one of them: the order of all nested
/// messages, those of maps and groups included, is what message indexes in records count.
/// Returns how many nested messages are accounted for.
int add_members(const pb::Descriptor& message, Spelling spelling, Body& body) {
  int next_nested = 0;
  const auto add_nested_before = [&](int index) {
    for (; next_nested < index; ++next_nested) {
      const pb::Descriptor& nested = *message.nested_type(next_nested);
      if (!comes_with_field(nested)) {
        body.add(Body::Section::types, message_text(nested, spelling));
      }
    }
  };
  for (const Member& member : members_of(message, spelling)) {
    if (spelling == Spelling::canonical) add_nested_before(first_type_index(member));
    body.add(section_of(member), member_text(member, spelling));
  }
  return next_nested;
}

std::vector<const pb::FieldDescriptor*> extensions_in(const pb::Descriptor& message) {
  std::vector<const pb::FieldDescriptor*> extensions;
  for (int i = 0; i < message.extension_count(); ++i) extensions.push_back(message.extension(i));
  return extensions;
}

std::string value_text(const pb::EnumValueDescriptor& value, Spelling spelling) {
  std::string text = cat(value.name(), " = ", value.number());
  const auto options =
      assignments(option_texts(value.options(),
                               scope_around(value.full_name(), *value.type()->file()), spelling),
                  spelling);
  if (!options.empty()) text += " " + bracketed(options);
  return text + ";\n";
}

}  // namespace

std::string message_text(const pb::Descriptor& message, Spelling spelling) {
  return "message " + message.name() + message_body(message, spelling);
}

std::string message_body(const pb::Descriptor& message, Spelling spelling) {
  const NameScope outside = scope_around(message.full_name(), *message.file());
  const NameScope inside = {.file = *message.file(), .name = message.full_name()};
  Body body;
  body.add(Body::Section::reserved, reserved_lines(message, spelling));
  body.add(Body::Section::options, option_lines(message.options(), outside, spelling));
  const int nested_done = add_members(message, spelling, body);
  body.add(Body::Section::extensions, extension_range_lines(message, spelling));
  body.add(Body::Section::extends, extend_texts(extensions_in(message), inside, spelling));
  for (int i = nested_done; i < message.nested_type_count(); ++i) {
    const pb::Descriptor& nested = *message.nested_type(i);
    if (!comes_with_field(nested)) body.add(Body::Section::types, message_text(nested, spelling));
  }
  for (int i = 0; i < message.enum_type_count(); ++i) {
    body.add(Body::Section::types, enum_text(*message.enum_type(i), spelling));
  }
  return std::move(body).finish();
}

std::string enum_text(const pb::EnumDescriptor& type, Spelling spelling) {
  std::string content = reserved_lines(type, spelling);
  content += option_lines(type.options(), scope_around(type.full_name(), *type.file()), spelling);
  for (const pb::EnumValueDescriptor* value : values_of(type, spelling)) {
    content += value_text(*value, spelling);
  }
  std::string text = "enum " + type.name() + " {\n";
  append_indented(text, content);
  return text + "}\n";
}

std::string extend_texts(const std::vector<const pb::FieldDescriptor*>& extensions,
                         const NameScope& scope, Spelling spelling) {
  std::string text;
  std::set<const pb::Descriptor*> done;
  for (const pb::FieldDescriptor* first : extensions) {
    const pb::Descriptor* extendee = first->containing_type();
    if (!done.insert(extendee).second) continue;
    Body body;
    for (const pb::FieldDescriptor* field : in_order(extensions, spelling)) {
      if (field->containing_type() == extendee) {
        body.add(Body::Section::fields, field_text(*field, spelling));
      }
    }
    text += "extend " + type_reference(*extendee, scope, spelling) + std::move(body).finish();
  }
  return text;
}

std::string option_lines(const pb::Message& options, const NameScope& scope, Spelling spelling) {
  std::string lines;
  for (const std::string& option : assignments(option_texts(options, scope, spelling), spelling)) {
    lines += "option " + option + ";\n";
  }
  return lines;
}

}  // namespace millrace::schema::protobuf
