#include "schema/avro/normal_form.h"

#include <algorithm>

#include "schema/avro/default_check.h"
#include "schema/avro/number_text.h"

namespace millrace::schema::avro {
namespace {

json::Value sorted_value(const json::Value& value) {
  if (const json::Object* object = value.object()) return sorted(*object);
  const json::Array* array = value.array();
  if (array == nullptr) return with_java_numbers(value);
  json::Array made;
  for (const json::Value& item : *array) made.push_back(sorted_value(item));
  return made;
}

std::vector<const json::Member*> by_name(const json::Object& object) {
  std::vector<const json::Member*> members;
  for (const json::Member& member : object) members.push_back(&member);
  std::ranges::sort(members, {}, [](const json::Member* member) { return member->name; });
  return members;
}

const Type* branch_of(const Type& type, const json::Value& value, DefaultCheck& check) {
  for (const Type* branch : type.types) {
    if (check.fits(*branch, value)) return branch;
  }
  return nullptr;
}

json::Value floating(const Type& type, const json::Value& value) {
  if (!value.number()) return value;
  const double number = value.number()->to_double();
  if (type.kind == Kind::float64) return double_value(number);
  const std::string text = number_text(static_cast<float>(number));
  return is_number_word(text) ? json::Value(text) : json::Value(json::Number{text});
}

json::Value normal_members(const Type& type, const json::Object& object, DefaultCheck& check) {
  json::Object made;
  for (const json::Member* member : by_name(object)) {
    const Field* field = type.field(member->name);
    const Type* inner = type.kind == Kind::map ? type.types.front() : field ? field->type : nullptr;
    made.set(member->name,
             inner ? normal_default(*inner, member->value, check) : sorted_value(member->value));
  }
  return made;
}

}  // namespace

json::Object sorted(const json::Object& properties) {
  json::Object made;
  for (const json::Member* member : by_name(properties)) {
    made.set(member->name, sorted_value(member->value));
  }
  return made;
}

json::Object normal_properties(const Type& type) {
  json::Object made;
  if (type.logical) {
    made.set("logicalType", type.logical->name);
    if (type.logical->name == "decimal") made.set("precision", type.logical->precision);
    if (type.logical->scale != 0) made.set("scale", type.logical->scale);
  }
  for (json::Member& member : sorted(type.properties)) {
    if (!made.contains(member.name)) made.set(member.name, std::move(member.value));
  }
  return made;
}

json::Value normal_default(const Type& type, const json::Value& value, DefaultCheck& check) {
  switch (type.kind) {
    case Kind::float32:
    case Kind::float64: return floating(type, value);
    case Kind::record:
    case Kind::map: return value.object() ? normal_members(type, *value.object(), check) : value;
    case Kind::one_of: {
      const Type* branch = branch_of(type, value, check);
      return branch ? normal_default(*branch, value, check) : sorted_value(value);
    }
    case Kind::array: break;
    default: return value;
  }
  json::Array made;
  if (!value.array()) return value;
  for (const json::Value& item : *value.array()) {
    made.push_back(normal_default(*type.types.front(), item, check));
  }
  return made;
}

}  // namespace millrace::schema::avro
