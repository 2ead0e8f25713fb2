#include "schema/protobuf/type_name.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

/// What the parser takes for something else where a type's name could begin.
constexpr std::array<std::string_view, 28> kWords = {
    "bool",     "bytes",    "double",   "enum",     "extend",   "extensions", "fixed32",
    "fixed64",  "float",    "group",    "int32",    "int64",    "map",        "message",
    "oneof",    "option",   "optional", "repeated", "required", "reserved",   "returns",
    "sfixed32", "sfixed64", "sint32",   "sint64",   "stream",   "string",     "uint32"};

bool is_word(std::string_view name) {
  return name == "uint64" || std::find(kWords.begin(), kWords.end(), name) != kWords.end();
}

/// What a name is to somebody who looks for a type (protobuf: "Packages and Name Resolution").
enum class Meaning { nothing, value, extension, type, outer };

Meaning meaning_of(const std::string& name, const pb::DescriptorPool& pool) {
  if (!pool.FindFileContainingSymbol(name)) return Meaning::nothing;
  if (pool.FindMessageTypeByName(name) || pool.FindEnumTypeByName(name)) return Meaning::type;
  if (pool.FindExtensionByName(name)) return Meaning::extension;
  if (pool.FindFieldByName(name) || pool.FindOneofByName(name) || pool.FindEnumValueByName(name) ||
      pool.FindMethodByName(name)) {
    return Meaning::value;
  }
  return Meaning::outer;  // a package or a service
}

std::string joined(std::string_view scope, std::string_view name) {
  std::string full(scope);
  if (!full.empty()) full += '.';
  return full.append(name);
}

/// The scope around `scope`; empty at the end.
std::string_view around(std::string_view scope) {
  const size_t dot = scope.rfind('.');
  return dot == scope.npos ? std::string_view() : scope.substr(0, dot);
}

/// Whether `name`, written in `scope`, leads to `target`: the innermost scope that knows its first
/// part decides.
bool leads_to(std::string_view name, const NameScope& scope, std::string_view target,
              Meaning wanted) {
  const std::string_view first = name.substr(0, name.find('.'));
  if (is_word(first)) return false;
  for (std::string_view outer = scope.name;; outer = around(outer)) {
    const Meaning found = meaning_of(joined(outer, first), *scope.file.pool());
    const bool decides = first.size() == name.size()
                             ? found == wanted
                             : found == Meaning::type || found == Meaning::outer;
    if (decides) return joined(outer, name) == target;
    if (outer.empty()) return false;
  }
}

/// `target` without the scopes that it shares with `scope`.
std::string_view without_shared_scopes(std::string_view target, std::string_view scope) {
  for (; !scope.empty(); scope = around(scope)) {
    const bool inside =
        target.size() > scope.size() && target.starts_with(scope) && target[scope.size()] == '.';
    if (inside) return target.substr(scope.size() + 1);
  }
  return target;
}

std::string readable_name(const std::string& target, const pb::FileDescriptor& target_file,
                          const NameScope& scope, Meaning wanted) {
  if (target_file.package() == scope.file.package()) {
    const std::string_view relative = without_shared_scopes(target, scope.name);
    if (leads_to(relative, scope, target, wanted)) return std::string(relative);
  }
  if (leads_to(target, scope, target, wanted)) return target;
  return "." + target;
}

}  // namespace

NameScope scope_around(const std::string& full_name, const pb::FileDescriptor& file) {
  return {.file = file, .name = std::string(around(full_name))};
}

std::string readable_type_name(const pb::Descriptor& type, const NameScope& scope) {
  return readable_name(type.full_name(), *type.file(), scope, Meaning::type);
}

std::string readable_type_name(const pb::EnumDescriptor& type, const NameScope& scope) {
  return readable_name(type.full_name(), *type.file(), scope, Meaning::type);
}

std::string readable_extension_name(const pb::FieldDescriptor& extension, const NameScope& scope) {
  return readable_name(extension.full_name(), *extension.file(), scope, Meaning::extension);
}

}  // namespace millrace::schema::protobuf
