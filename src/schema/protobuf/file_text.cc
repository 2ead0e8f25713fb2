#include "schema/protobuf/file_text.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "schema/protobuf/field_text.h"
#include "schema/protobuf/message_members.h"
#include "schema/protobuf/message_text.h"
#include "schema/protobuf/text_lines.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

std::string syntax_line(const pb::FileDescriptor& file, Spelling spelling) {
  if (file.syntax() == pb::FileDescriptor::SYNTAX_PROTO3) return "syntax = \"proto3\";\n";
  return spelling == Spelling::normalized ? "" : "syntax = \"proto2\";\n";
}

/// One way of importing files, and the lines that do.
struct ImportLines {
  std::string_view keyword;
  std::vector<std::string> names;
};

std::string import_lines(const pb::FileDescriptor& file, Spelling spelling) {
  std::set<const pb::FileDescriptor*> of_public;
  std::set<const pb::FileDescriptor*> weak;
  for (int i = 0; i < file.public_dependency_count(); ++i) {
    of_public.insert(file.public_dependency(i));
  }
  for (int i = 0; i < file.weak_dependency_count(); ++i) weak.insert(file.weak_dependency(i));
  std::array<ImportLines, 3> kinds = {
      {{"import ", {}}, {"import public ", {}}, {"import weak ", {}}}};
  for (int i = 0; i < file.dependency_count(); ++i) {
    const pb::FileDescriptor* import = file.dependency(i);
    const size_t kind = of_public.contains(import) ? 1 : weak.contains(import) ? 2 : 0;
    kinds[kind].names.push_back(import->name());
  }
  std::string lines;
  for (ImportLines& kind : kinds) {
    if (spelling == Spelling::normalized) std::sort(kind.names.begin(), kind.names.end());
    for (const std::string& name : kind.names) {
      lines.append(kind.keyword).append(quoted(name)).append(";\n");
    }
  }
  return lines;
}

std::string type_texts(const pb::FileDescriptor& file, Spelling spelling) {
  std::string text;
  for (int i = 0; i < file.message_type_count(); ++i) {
    const pb::Descriptor& message = *file.message_type(i);
    if (!comes_with_field(message)) text += message_text(message, spelling);
  }
  for (int i = 0; i < file.enum_type_count(); ++i) text += enum_text(*file.enum_type(i), spelling);
  return text;
}

std::vector<const pb::FieldDescriptor*> extensions_in(const pb::FileDescriptor& file) {
  std::vector<const pb::FieldDescriptor*> extensions;
  for (int i = 0; i < file.extension_count(); ++i) extensions.push_back(file.extension(i));
  return extensions;
}

std::string method_text(const pb::MethodDescriptor& method, Spelling spelling) {
  const NameScope scope = scope_around(method.full_name(), *method.file());
  std::string text = "rpc " + method.name() + " (";
  if (method.client_streaming()) text += "stream ";
  text += type_reference(*method.input_type(), scope, spelling) + ") returns (";
  if (method.server_streaming()) text += "stream ";
  text += type_reference(*method.output_type(), scope, spelling) + ")";
  if (const auto options = option_lines(method.options(), scope, spelling); !options.empty()) {
    text += " {\n";
    append_indented(text, options);
    text += "}";
  }
  return text + ";\n";
}

std::string service_text(const pb::ServiceDescriptor& service, Spelling spelling) {
  std::string text = "service " + service.name() + " {";
  const NameScope scope = scope_around(service.full_name(), *service.file());
  if (const auto options = option_lines(service.options(), scope, spelling); !options.empty()) {
    text += '\n';
    append_indented(text, options);
  }
  if (service.method_count() > 0) text += '\n';
  for (int i = 0; i < service.method_count(); ++i) {
    append_indented(text, method_text(*service.method(i), spelling));
  }
  return text + "}\n";
}

std::string service_texts(const pb::FileDescriptor& file, Spelling spelling) {
  std::string text;
  for (int i = 0; i < file.service_count(); ++i) text += service_text(*file.service(i), spelling);
  return text;
}

}  // namespace

std::string file_text(const pb::FileDescriptor& file, Spelling spelling) {
  const NameScope scope = {.file = file, .name = file.package()};
  std::string text = syntax_line(file, spelling);
  if (!file.package().empty()) text += "package " + file.package() + ";\n";
  for (const std::string& section :
       {import_lines(file, spelling), option_lines(file.options(), scope, spelling),
        type_texts(file, spelling), extend_texts(extensions_in(file), scope, spelling),
        service_texts(file, spelling)}) {
    if (!section.empty()) text += "\n" + section;
  }
  return text;
}

}  // namespace millrace::schema::protobuf
