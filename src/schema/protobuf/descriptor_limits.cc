#include "schema/protobuf/descriptor_limits.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/try.h"
#include "schema/protobuf/invalid.h"
#include "schema/protobuf/limits.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

/// "package.Outer.Inner" and how many messages that is within each other.
struct Scope {
  std::string name;
  size_t depth = 0;

  Scope below(const std::string& part) const {
    return {.name = name.empty() ? part : name + "." + part, .depth = depth + 1};
  }
};

Result<void> check_scope(const Scope& scope) {
  if (scope.name.size() <= kScopeNameSizeMax) return {};
  return invalid(cat("the name ", scope.name.substr(0, 100), "... has ", scope.name.size(),
                     " characters, at most ", kScopeNameSizeMax, " are taken"));
}

Result<void> check_ranges(const Scope& scope, int range_count, int element_count) {
  const auto ranges = static_cast<uint64_t>(range_count);
  if (ranges * (ranges + static_cast<uint64_t>(element_count)) <= kRangeComparisonsMax) return {};
  return invalid(cat(scope.name, " has ", range_count, " reserved numbers and ranges, too many"));
}

Result<void> check_enum(const pb::EnumDescriptorProto& type, const Scope& scope) {
  MILL_CHECK(check_scope(scope));
  return check_ranges(scope, type.reserved_range_size(), type.value_size());
}

Result<void> check_message(const pb::DescriptorProto& message, const Scope& scope) {
  MILL_CHECK(check_scope(scope));
  if (scope.depth > kMessageNestingMax) {
    return invalid(cat(scope.name.substr(0, 100), "... is nested deeper than ", kMessageNestingMax,
                       " messages"));
  }
  const int ranges = message.reserved_range_size() + message.extension_range_size();
  MILL_CHECK(check_ranges(scope, ranges, message.field_size()));
  for (const pb::EnumDescriptorProto& type : message.enum_type()) {
    MILL_CHECK(check_enum(type, scope.below(type.name())));
  }
  for (const pb::DescriptorProto& nested : message.nested_type()) {
    MILL_CHECK(check_message(nested, scope.below(nested.name())));
  }
  return {};
}

}  // namespace

Result<void> check_limits(const pb::FileDescriptorProto& file) {
  if (const int options = uninterpreted_option_count(file); options > kOptionCountMax) {
    return invalid(cat(options, " options of one thing, at most ", kOptionCountMax, " are taken"));
  }
  const Scope package = {.name = file.package(), .depth = 0};
  MILL_CHECK(check_scope(package));
  for (const pb::EnumDescriptorProto& type : file.enum_type()) {
    MILL_CHECK(check_enum(type, package.below(type.name())));
  }
  for (const pb::DescriptorProto& message : file.message_type()) {
    MILL_CHECK(check_message(message, package.below(message.name())));
  }
  for (const pb::ServiceDescriptorProto& service : file.service()) {
    MILL_CHECK(check_scope(package.below(service.name())));
  }
  return {};
}

int uninterpreted_option_count(const pb::Message& descriptor) {
  const pb::Reflection& reflection = *descriptor.GetReflection();
  std::vector<const pb::FieldDescriptor*> fields;
  reflection.ListFields(descriptor, &fields);
  int count = 0;
  for (const pb::FieldDescriptor* field : fields) {
    if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int size = field->is_repeated() ? reflection.FieldSize(descriptor, field) : 1;
    if (field->message_type() == pb::UninterpretedOption::descriptor()) {
      count = std::max(count, size);
      continue;
    }
    for (int i = 0; i < size; ++i) {
      const pb::Message& part = field->is_repeated()
                                    ? reflection.GetRepeatedMessage(descriptor, field, i)
                                    : reflection.GetMessage(descriptor, field);
      count = std::max(count, uninterpreted_option_count(part));
    }
  }
  return count;
}

}  // namespace millrace::schema::protobuf
