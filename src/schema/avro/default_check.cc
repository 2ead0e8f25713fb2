#include "schema/avro/default_check.h"

#include <algorithm>

#include "schema/avro/number_text.h"

namespace millrace::schema::avro {
namespace {

bool is_whole(const json::Value& value, int64_t lowest, int64_t highest) {
  if (value.number() == nullptr) return false;
  const auto number = value.number()->to_int64();
  return number && *number >= lowest && *number <= highest;
}

bool is_floating(const json::Value& value) {
  return value.number() || (value.string() && is_number_word(*value.string()));
}

}  // namespace

bool DefaultCheck::fits(const Type& type, const json::Value& value) {
  if (--checks_left_ < 0) return false;
  switch (type.kind) {
    case Kind::null: return value.is_null();
    case Kind::boolean: return value.boolean() != nullptr;
    case Kind::int32: return is_whole(value, INT32_MIN, INT32_MAX);
    case Kind::int64: return is_whole(value, INT64_MIN, INT64_MAX);
    case Kind::float32:
    case Kind::float64: return is_floating(value);
    case Kind::bytes:
    case Kind::string:
    case Kind::enumeration:
    case Kind::fixed: return value.string() != nullptr;
    case Kind::record: return fits_record(type, value);
    case Kind::array:
    case Kind::map: return fits_all(type, value);
    case Kind::one_of: break;
  }
  return std::ranges::any_of(type.types, [&](const Type* branch) { return fits(*branch, value); });
}

bool DefaultCheck::fits_record(const Type& type, const json::Value& value) {
  if (!value.object() || open_.contains(&type)) return false;
  return std::ranges::all_of(type.fields, [&](const Field& field) {
    const json::Value* given = value.object()->find(field.name);
    // Whether the field's own default fits was asked, or was not, when the field was parsed.
    return given ? fits(*field.type, *given) : field.default_value.has_value();
  });
}

bool DefaultCheck::fits_all(const Type& type, const json::Value& value) {
  const Type& each = *type.types.front();
  if (type.kind == Kind::array) {
    return value.array() && std::ranges::all_of(*value.array(), [&](const json::Value& item) {
             return fits(each, item);
           });
  }
  return value.object() && std::ranges::all_of(*value.object(), [&](const json::Member& member) {
           return fits(each, member.value);
         });
}

}  // namespace millrace::schema::avro
