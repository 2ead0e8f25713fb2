#include "schema/json_schema/canonical.h"

#include <algorithm>
#include <vector>

#include "json/text.h"
#include "schema/json_schema/decimal.h"

namespace millrace::schema::json_schema {
namespace {

/// UTF-16 has the characters beyond U+FFFF, four bytes in UTF-8, before U+E000 to U+FFFF.
int rank_in_utf16(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0xEE || byte == 0xEF ? byte + 0x10 : byte;
}

bool before_in_java(std::string_view left, std::string_view right) {
  return std::ranges::lexicographical_compare(left, right, {}, rank_in_utf16, rank_in_utf16);
}

enum class Members { in_order, sorted };
using Spelling = std::string (*)(const json::Number&);

/// Recurses as deep as the value, which the parser limits.
class Writer {
 public:
  Writer(Members members, Spelling spelling) : members_(members), spelling_(spelling) {}

  void write(const json::Value& value) {
    if (const json::Object* object = value.object()) {
      write_object(*object);
    } else if (const json::Array* array = value.array()) {
      out_ += '[';
      for (const json::Value& element : *array) {
        if (&element != array->data()) out_ += ',';
        write(element);
      }
      out_ += ']';
    } else if (const json::Number* number = value.number()) {
      out_ += spelling_(*number);
    } else {
      out_ += json::write(value);
    }
  }

  std::string take() && { return std::move(out_); }

 private:
  void write_object(const json::Object& object) {
    std::vector<const json::Member*> members;
    members.reserve(object.size());
    for (const json::Member& member : object) members.push_back(&member);
    if (members_ == Members::sorted) {
      std::ranges::sort(members, before_in_java,
                        [](const auto* m) -> std::string_view { return m->name; });
    }
    out_ += '{';
    for (const json::Member* member : members) {
      if (member != members.front()) out_ += ',';
      out_ += json::quote(member->name);
      out_ += ':';
      write(member->value);
    }
    out_ += '}';
  }

  const Members members_;
  const Spelling spelling_;
  std::string out_;
};

std::string written(const json::Value& value, Members members, Spelling spelling) {
  Writer writer(members, spelling);
  writer.write(value);
  return std::move(writer).take();
}

}  // namespace

std::string canonical_text(const json::Value& schema) {
  return written(schema, Members::in_order, java_spelling);
}

std::string normalized_text(const json::Value& schema) {
  return written(schema, Members::sorted, java_spelling);
}

std::string value_key(const json::Value& value) {
  return written(value, Members::sorted,
                 [](const json::Number& number) { return Decimal(number).to_string(); });
}

}  // namespace millrace::schema::json_schema
