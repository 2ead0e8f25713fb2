#include "schema/protobuf/option_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "schema/protobuf/text_lines.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

/// The shortest text that reads back as the same number.
template <class Real>
std::string real_text(Real value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char text[64];
  const auto written = std::to_chars(std::begin(text), std::end(text), value);
  return std::string(std::begin(text), written.ptr);
}

/// Element `index` of a repeated field, or the one value of another.
class Element {
 public:
  Element(const pb::Message& message, const pb::FieldDescriptor& field, int index)
      : message_(message), field_(field), index_(index) {}

  bool boolean() const { return get(&pb::Reflection::GetBool, &pb::Reflection::GetRepeatedBool); }
  int32_t int32() const {
    return get(&pb::Reflection::GetInt32, &pb::Reflection::GetRepeatedInt32);
  }
  int64_t int64() const {
    return get(&pb::Reflection::GetInt64, &pb::Reflection::GetRepeatedInt64);
  }
  uint32_t uint32() const {
    return get(&pb::Reflection::GetUInt32, &pb::Reflection::GetRepeatedUInt32);
  }
  uint64_t uint64() const {
    return get(&pb::Reflection::GetUInt64, &pb::Reflection::GetRepeatedUInt64);
  }
  float single() const { return get(&pb::Reflection::GetFloat, &pb::Reflection::GetRepeatedFloat); }
  double real() const {
    return get(&pb::Reflection::GetDouble, &pb::Reflection::GetRepeatedDouble);
  }
  int enum_number() const {
    return get(&pb::Reflection::GetEnumValue, &pb::Reflection::GetRepeatedEnumValue);
  }
  std::string text() const {
    return get(&pb::Reflection::GetString, &pb::Reflection::GetRepeatedString);
  }
  const pb::Message& submessage() const {
    const pb::Reflection& reflection = *message_.GetReflection();
    return index_ < 0 ? reflection.GetMessage(message_, &field_)
                      : reflection.GetRepeatedMessage(message_, &field_, index_);
  }

 private:
  template <class Value>
  Value get(Value (pb::Reflection::*one)(const pb::Message&, const pb::FieldDescriptor*) const,
            Value (pb::Reflection::*of_many)(const pb::Message&, const pb::FieldDescriptor*, int)
                const) const {
    const pb::Reflection& reflection = *message_.GetReflection();
    return index_ < 0 ? (reflection.*one)(message_, &field_)
                      : (reflection.*of_many)(message_, &field_, index_);
  }

  const pb::Message& message_;
  const pb::FieldDescriptor& field_;
  int index_;
};

/// A value that descriptor.proto's own enums lack is written as its number.
std::string enum_text(const pb::EnumDescriptor& type, int number) {
  const pb::EnumValueDescriptor* value = type.FindValueByNumber(number);
  return value ? value->name() : std::to_string(number);
}

std::string message_literal(const pb::Message& message, Spelling spelling);

std::string element_text(const pb::FieldDescriptor& field, const Element& element,
                         Spelling spelling) {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_BOOL: return element.boolean() ? "true" : "false";
    case pb::FieldDescriptor::CPPTYPE_INT32: return std::to_string(element.int32());
    case pb::FieldDescriptor::CPPTYPE_INT64: return std::to_string(element.int64());
    case pb::FieldDescriptor::CPPTYPE_UINT32: return std::to_string(element.uint32());
    case pb::FieldDescriptor::CPPTYPE_UINT64: return std::to_string(element.uint64());
    case pb::FieldDescriptor::CPPTYPE_FLOAT: return real_text(element.single());
    case pb::FieldDescriptor::CPPTYPE_DOUBLE: return real_text(element.real());
    case pb::FieldDescriptor::CPPTYPE_STRING: return quoted(element.text());
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return enum_text(*field.enum_type(), element.enum_number());
    case pb::FieldDescriptor::CPPTYPE_MESSAGE: break;
  }
  return message_literal(element.submessage(), spelling);
}

std::string field_key(const pb::FieldDescriptor& field) {
  if (field.is_extension()) return "[" + field.full_name() + "]";
  // Text format names a group by its type.
  return field.type() == pb::FieldDescriptor::TYPE_GROUP ? field.message_type()->name()
                                                         : field.name();
}

std::string list_text(const std::vector<std::string>& values, Spelling spelling) {
  if (values.size() == 1 && spelling == Spelling::normalized) return values.front();
  std::string out = "[\n";
  for (size_t i = 0; i < values.size(); ++i) {
    append_indented(out, i + 1 < values.size() ? values[i] + "," : values[i]);
  }
  return out += "]";
}

/// "{", a line or more a field, "}".
std::string message_literal(const pb::Message& message, Spelling spelling) {
  std::vector<const pb::FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  if (spelling == Spelling::normalized) {
    std::sort(fields.begin(), fields.end(),
              [](const auto* a, const auto* b) { return field_key(*a) < field_key(*b); });
  }
  std::string out = "{\n";
  for (const pb::FieldDescriptor* field : fields) {
    const std::vector<std::string> values = value_texts(message, *field, spelling);
    const std::string value = field->is_repeated() ? list_text(values, spelling) : values.front();
    append_indented(out, field_key(*field) + ": " + value + (field == fields.back() ? "" : ","));
  }
  return out += "}";
}

}  // namespace

std::vector<std::string> value_texts(const pb::Message& message, const pb::FieldDescriptor& field,
                                     Spelling spelling) {
  if (!field.is_repeated()) return {element_text(field, Element(message, field, -1), spelling)};
  std::vector<std::string> texts;
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) {
    texts.push_back(element_text(field, Element(message, field, i), spelling));
  }
  // A map has no order; its text needs one.
  if (field.is_map()) std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace millrace::schema::protobuf
