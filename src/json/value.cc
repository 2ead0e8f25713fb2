#include "json/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <functional>

namespace millrace::json {
namespace {

/// Below it, looking at every name is faster than a table.
constexpr size_t kIndexedSize = 16;

size_t hash_of(std::string_view name) { return std::hash<std::string_view>()(name); }

}  // namespace

std::optional<int64_t> Number::to_int64() const {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

double Number::to_double() const { return std::strtod(text.c_str(), nullptr); }

bool Number::operator==(const Number& other) const {
  if (text == other.text) return true;
  const auto mine = to_int64();
  const auto others = other.to_int64();
  if (mine && others) return mine == others;
  return to_double() == other.to_double();
}

Object::Object() = default;
Object::Object(const Object& other) = default;
Object::Object(Object&& other) noexcept = default;
Object& Object::operator=(const Object& other) = default;
Object& Object::operator=(Object&& other) noexcept = default;
Object::~Object() = default;

Object::Object(std::initializer_list<Member> members) {
  for (const Member& member : members) set(member.name, member.value);
}

std::optional<size_t> Object::index_of(std::string_view name) const {
  if (by_hash_.empty()) {
    const auto found = std::ranges::find(members_, name, &Member::name);
    if (found == members_.end()) return std::nullopt;
    return static_cast<size_t>(found - members_.begin());
  }
  const auto [first, last] = by_hash_.equal_range(hash_of(name));
  const auto found = std::find_if(
      first, last, [&](const auto& entry) { return members_[entry.second].name == name; });
  if (found == last) return std::nullopt;
  return found->second;
}

void Object::note_name(size_t index) { by_hash_.emplace(hash_of(members_[index].name), index); }

const Value* Object::find(std::string_view name) const {
  const auto index = index_of(name);
  return index ? &members_[*index].value : nullptr;
}

Value* Object::find(std::string_view name) {
  const auto index = index_of(name);
  return index ? &members_[*index].value : nullptr;
}

std::optional<std::string_view> Object::text(std::string_view name) const {
  const Value* value = find(name);
  if (value == nullptr || value->string() == nullptr) return std::nullopt;
  return *value->string();
}

void Object::set(std::string name, Value value) {
  if (const auto index = index_of(name)) {
    members_[*index].value = std::move(value);
    return;
  }
  members_.push_back({.name = std::move(name), .value = std::move(value)});
  if (!by_hash_.empty()) {
    note_name(members_.size() - 1);
  } else if (members_.size() > kIndexedSize) {
    for (size_t i = 0; i < members_.size(); ++i) note_name(i);
  }
}

bool Object::erase(std::string_view name) {
  const auto index = index_of(name);
  if (!index) return false;
  members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(*index));
  if (!by_hash_.empty()) {
    by_hash_.clear();
    for (size_t i = 0; i < members_.size(); ++i) note_name(i);
  }
  return true;
}

bool Object::operator==(const Object& other) const {
  return size() == other.size() && std::ranges::all_of(members_, [&](const Member& member) {
           const Value* others = other.find(member.name);
           return others != nullptr && *others == member.value;
         });
}

Value::Value(double value) {
  if (!std::isfinite(value)) return;  // JSON has no other word for it
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  state_ = Number{std::string(text.data(), end)};
}

std::string_view Value::kind() const {
  constexpr std::array<std::string_view, 6> kKinds = {"null",   "boolean", "number",
                                                      "string", "array",   "object"};
  return kKinds[state_.index()];
}

}  // namespace millrace::json
