#include "schema/avro/type.h"

#include <algorithm>
#include <array>

namespace millrace::schema::avro {
namespace {

constexpr std::array<std::string_view, 14> kWords = {
    "null",   "boolean", "int",  "long",  "float", "double", "bytes",
    "string", "record",  "enum", "fixed", "array", "map",    "union"};
constexpr auto kPrimitives = static_cast<size_t>(Kind::record);
constexpr std::array<std::string_view, 3> kOrders = {"ascending", "descending", "ignore"};

}  // namespace

std::string_view word_of(Kind kind) { return kWords[static_cast<size_t>(kind)]; }
std::string_view word_of(Order order) { return kOrders[static_cast<size_t>(order)]; }

std::optional<Kind> primitive_of(std::string_view word) {
  for (size_t i = 0; i < kPrimitives; ++i) {
    if (kWords[i] == word) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

bool is_type_word(std::string_view word) { return std::ranges::find(kWords, word) != kWords.end(); }

bool is_named(Kind kind) {
  return kind == Kind::record || kind == Kind::enumeration || kind == Kind::fixed;
}

std::optional<size_t> Type::position(std::string_view member) const {
  const auto found = positions.find(member);
  if (found == positions.end()) return std::nullopt;
  return found->second;
}

const Field* Type::field(std::string_view field_name) const {
  const auto at = position(field_name);
  return at ? &fields[*at] : nullptr;
}

std::string_view Type::title() const { return is_named(kind) ? name.full() : word_of(kind); }

}  // namespace millrace::schema::avro
