#include "schema/avro/union_choice.h"

#include "base/text.h"

namespace millrace::schema::avro {
namespace {

/// Of branches in a message.
constexpr size_t kShownBranchesMax = 10;

bool has_json_kind(const Type& type, const json::Value& value) {
  switch (type.kind) {
    case Kind::null: return value.is_null();
    case Kind::boolean: return value.boolean() != nullptr;
    case Kind::int32:
    case Kind::int64:
    case Kind::float32:
    case Kind::float64: return value.number() != nullptr;
    case Kind::bytes:
    case Kind::string:
    case Kind::enumeration:
    case Kind::fixed: return value.string() != nullptr;
    case Kind::record:
    case Kind::map: return value.object() != nullptr;
    case Kind::array: return value.array() != nullptr;
    case Kind::one_of: break;
  }
  return false;
}

std::string titles(const Type& type) {
  std::string text;
  for (size_t i = 0; i < type.types.size() && i < kShownBranchesMax; ++i) {
    text.append(i == 0 ? "\"" : ", \"").append(type.types[i]->title()).append("\"");
  }
  return type.types.size() > kShownBranchesMax ? text + " ..." : text;
}

Error no_choice(std::string_view what) {
  return kafka_error(ErrorCode::invalid_request, std::string(what));
}

}  // namespace

Result<UnionChoice> choose_branch(const Type& type, const json::Value& value) {
  if (const json::Object* object = value.object(); object && object->size() == 1) {
    const json::Member& only = object->members().front();
    if (const auto named = type.position(only.name)) {
      return UnionChoice{.branch = *named, .value = &only.value};
    }
  }
  std::optional<size_t> found;
  for (size_t i = 0; i < type.types.size(); ++i) {
    if (!has_json_kind(*type.types[i], value)) continue;
    if (found) {
      return no_choice(cat("more than one branch of the union takes a ", value.kind(),
                           "; write {\"branch\": value} with one of ", titles(type)));
    }
    found = i;
  }
  if (found) return UnionChoice{.branch = *found, .value = &value};
  return no_choice(cat("no branch of the union takes a ", value.kind(), "; there are ",
                       type.types.empty() ? "none" : titles(type)));
}

Result<UnionChoice> choose_default_branch(const Type& type, const json::Value& value,
                                          DefaultCheck& check) {
  for (size_t i = 0; i < type.types.size(); ++i) {
    if (check.fits(*type.types[i], value)) return UnionChoice{.branch = i, .value = &value};
  }
  return no_choice("the default of the schema is of no branch of the union; write the value");
}

}  // namespace millrace::schema::avro
