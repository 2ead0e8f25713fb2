// TypeParser: the fields of records.
#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/text.h"
#include "base/try.h"
#include "json/text.h"
#include "schema/avro/number_text.h"
#include "schema/avro/parser_step.h"
#include "schema/avro/type_parser.h"

namespace millrace::schema::avro {
namespace {

/// Of a default in a message.
constexpr size_t kShownSizeMax = 100;

bool is_field_attribute(std::string_view name) {
  constexpr std::array<std::string_view, 6> kAttributes = {"aliases", "default", "doc",
                                                           "name",    "order",   "type"};
  return std::ranges::find(kAttributes, name) != kAttributes.end();
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return made;
}

/// In any case of letters, as Avro's Java library takes it.
std::optional<Order> order_of(std::string_view word) {
  for (const Order order : {Order::ascending, Order::descending, Order::ignore}) {
    if (word_of(order) == lower(word)) return order;
  }
  return std::nullopt;
}

std::string shown(const json::Value& value) {
  std::string text = json::write(value);
  if (text.size() <= kShownSizeMax) return text;
  return cat("a ", value.kind(), " of ", text.size(), " bytes");
}

}  // namespace

Result<void> TypeParser::parse_fields(const json::Object& object, Type& record) {
  const json::Value* fields = object.find("fields");
  if (fields == nullptr || !fields->array()) {
    return error(cat("the record \"", record.name.full(), "\" needs \"fields\", an array"));
  }
  const Step step(*this, "fields");
  std::vector<Field> parsed;
  parsed.reserve(fields->array()->size());
  for (const json::Value& value : *fields->array()) {
    const Step place(*this, parsed.size());
    MILL_TRY(Field field, parse_field(value, record.name.space()));
    parsed.push_back(std::move(field));
    if (!record.positions.emplace(parsed.back().name, parsed.size() - 1).second) {
      return error(cat("the record \"", record.name.full(), "\" has the field \"",
                       parsed.back().name, "\" twice"));
    }
  }
  record.fields = std::move(parsed);
  return {};
}

Result<Field> TypeParser::parse_field(const json::Value& value, std::string_view space) {
  const json::Object* object = value.object();
  if (object == nullptr) return error(cat("a field is an object, not a ", value.kind()));
  Field field;
  field.name = object->text("name").value_or("");
  if (!object->text("name")) return error("a field needs a \"name\" that is a text");
  if (const auto legal = check_name(field.name, names_); !legal)
    return error(legal.error().message());
  const json::Value* type = object->find("type");
  if (type == nullptr) return error(cat("the field \"", field.name, "\" needs a \"type\""));
  {
    const Step step(*this, "type");
    MILL_TRY(field.type, parse(*type, space));
  }
  if (const auto doc = object->text("doc")) field.doc = *doc;
  if (const json::Value* order = object->find("order")) {
    const auto known = order->string() ? order_of(*order->string()) : std::nullopt;
    if (!known) return error("\"order\" is \"ascending\", \"descending\" or \"ignore\"");
    field.order = *known;
  }
  if (const json::Value* given = object->find("default")) {
    MILL_CHECK(parse_default(*given, field));
  }
  MILL_CHECK(parse_field_aliases(*object, field));
  for (const json::Member& member : *object) {
    if (!is_field_attribute(member.name)) field.properties.set(member.name, member.value);
  }
  return field;
}

Result<void> TypeParser::parse_default(const json::Value& value, Field& field) {
  const Step step(*this, "default");
  const bool floating = field.type->kind == Kind::float32 || field.type->kind == Kind::float64;
  const auto spelled = floating && value.string() ? number_of(*value.string()) : std::nullopt;
  field.default_value = spelled ? double_value(*spelled) : value;
  if (!checks_defaults_ || defaults_.fits(*field.type, *field.default_value)) return {};
  if (defaults_.exhausted()) {
    return error("the defaults of this schema take too long to check; make them smaller");
  }
  return error(cat("the field \"", field.name, "\" has the default ", shown(value),
                   ", which is no value of its type ", field.type->title()));
}

Result<void> TypeParser::parse_field_aliases(const json::Object& object, Field& field) {
  const json::Value* aliases = object.find("aliases");
  if (aliases == nullptr) return {};
  const Step step(*this, "aliases");
  if (!aliases->array()) return error("aliases are an array of names");
  std::unordered_set<std::string_view> seen;
  for (const json::Value& alias : *aliases->array()) {
    if (!alias.string()) return error(cat("an alias is a text, not a ", alias.kind()));
    if (seen.insert(*alias.string()).second) field.aliases.push_back(*alias.string());
  }
  return {};
}

}  // namespace millrace::schema::avro
