#include "registry/rest/body_part.h"

#include "base/text.h"
#include "base/try.h"
#include "registry/error.h"
#include "registry/records.h"

namespace millrace::registry::rest {

const json::Value* BodyPart::find(std::string_view name) const {
  const json::Value* value = object_->find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<std::optional<std::string>> BodyPart::text(std::string_view name) const {
  const json::Value* value = find(name);
  if (value == nullptr) return std::optional<std::string>();
  if (value->string() == nullptr) return bad_member(name, "text");
  return std::optional(*value->string());
}

Result<std::optional<std::string>> BodyPart::filled_text(std::string_view name) const {
  MILL_TRY(auto text, this->text(name));
  if (text && text->empty()) text.reset();
  return text;
}

Result<std::optional<bool>> BodyPart::flag(std::string_view name) const {
  const json::Value* value = find(name);
  if (value == nullptr) return std::optional<bool>();
  if (value->boolean() == nullptr) return bad_member(name, "true or false");
  return std::optional(*value->boolean());
}

Result<std::optional<int32_t>> BodyPart::positive_number(std::string_view name) const {
  const json::Value* value = find(name);
  if (value == nullptr) return std::optional<int32_t>();
  const auto number = int32_of(*value);
  if (!number || *number < -1) return bad_member(name, "number of 32 bits");
  return *number <= 0 ? std::nullopt : number;
}

Result<json::Value> BodyPart::object_or_null(std::string_view name) const {
  const json::Value* value = find(name);
  if (value == nullptr) return json::Value();
  if (value->object() == nullptr) return bad_member(name, "object");
  return *value;
}

Result<std::vector<std::string>> BodyPart::texts(std::string_view name) const {
  std::vector<std::string> texts;
  const json::Value* value = find(name);
  if (value == nullptr) return texts;
  if (value->array() == nullptr) return bad_member(name, "list of texts");
  for (const json::Value& element : *value->array()) {
    if (element.string() == nullptr) return bad_member(name, "list of texts");
    texts.push_back(*element.string());
  }
  return texts;
}

Result<std::vector<BodyPart>> BodyPart::parts(std::string_view name) const {
  std::vector<BodyPart> parts;
  const json::Value* value = find(name);
  if (value == nullptr) return parts;
  if (value->array() == nullptr) return bad_member(name, "list of objects");
  for (const json::Value& element : *value->array()) {
    const std::string at = cat(name, '[', parts.size(), ']');
    if (element.object() == nullptr) return bad_member(at, "object");
    parts.emplace_back(*element.object(), cat(path_, at, '.'));
  }
  return parts;
}

Result<std::optional<BodyPart>> BodyPart::part(std::string_view name) const {
  const json::Value* value = find(name);
  if (value == nullptr) return std::optional<BodyPart>();
  if (value->object() == nullptr) return bad_member(name, "object");
  return std::optional(BodyPart(*value->object(), cat(path_, name, '.')));
}

Error BodyPart::bad_member(std::string_view name, std::string_view wanted) const {
  return registry_error(RegistryErrc::bad_request, cat('"', path_, name, "\" is no ", wanted));
}

}  // namespace millrace::registry::rest
