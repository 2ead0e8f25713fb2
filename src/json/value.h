// A JSON document (RFC 8259) as a tree of values.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace millrace::json {

class Value;
struct Member;
using Array = std::vector<Value>;

/// A number as it was written: no digit is lost, whatever its size.
struct Number {
  std::string text;

  /// Nothing where it has a fraction, an exponent or does not fit.
  std::optional<int64_t> to_int64() const;
  /// The nearest double; infinite where it is too large for one.
  double to_double() const;
  /// By value: 1, 1.0 and 10e-1 are one number.
  bool operator==(const Number& other) const;
};

/// Members in the order in which their names first came. A name is there once.
class Object {
 public:
  Object();
  Object(std::initializer_list<Member> members);
  // Defined where a Member is known, which holds a Value, which holds an Object.
  Object(const Object& other);
  Object(Object&& other) noexcept;
  Object& operator=(const Object& other);
  Object& operator=(Object&& other) noexcept;
  ~Object();

  /// Null where there is no such member.
  const Value* find(std::string_view name) const;
  Value* find(std::string_view name);
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// The member's text; nothing where it is missing or is no text.
  std::optional<std::string_view> text(std::string_view name) const;
  /// Replaces the value where the name is there, in its place; otherwise adds it at the end.
  void set(std::string name, Value value);
  /// False where there was none.
  bool erase(std::string_view name);

  const std::vector<Member>& members() const { return members_; }
  std::vector<Member>::const_iterator begin() const;
  std::vector<Member>::const_iterator end() const;
  std::vector<Member>::iterator begin();
  std::vector<Member>::iterator end();
  size_t size() const;
  bool empty() const;
  /// In any order.
  bool operator==(const Object& other) const;

 private:
  std::optional<size_t> index_of(std::string_view name) const;
  void note_name(size_t index);

  std::vector<Member> members_;
  /// Of large objects: where a name with that hash stands.
  std::unordered_multimap<size_t, size_t> by_hash_;
};

/// A value type. Reading from many threads is safe.
class Value {
 public:
  Value() = default;  // null
  Value(std::nullptr_t) {}
  Value(bool value) : state_(value) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Value(T value) : state_(Number{std::to_string(value)}) {}
  Value(double value);
  Value(Number value) : state_(std::move(value)) {}
  Value(std::string value) : state_(std::move(value)) {}
  Value(std::string_view value) : state_(std::string(value)) {}
  Value(const char* value) : state_(std::string(value)) {}
  Value(Array value) : state_(std::move(value)) {}
  Value(Object value) : state_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(state_); }
  /// Null where the value is of another kind.
  const bool* boolean() const { return std::get_if<bool>(&state_); }
  const Number* number() const { return std::get_if<Number>(&state_); }
  const std::string* string() const { return std::get_if<std::string>(&state_); }
  const Array* array() const { return std::get_if<Array>(&state_); }
  const Object* object() const { return std::get_if<Object>(&state_); }
  Array* array() { return std::get_if<Array>(&state_); }
  Object* object() { return std::get_if<Object>(&state_); }
  /// "null", "boolean", "number", "string", "array" or "object", for messages.
  std::string_view kind() const;

  bool operator==(const Value& other) const { return state_ == other.state_; }

 private:
  std::variant<std::monostate, bool, Number, std::string, Array, Object> state_;
};

struct Member {
  std::string name;
  Value value;

  bool operator==(const Member&) const = default;
};

inline std::vector<Member>::const_iterator Object::begin() const { return members_.begin(); }
inline std::vector<Member>::const_iterator Object::end() const { return members_.end(); }
inline std::vector<Member>::iterator Object::begin() { return members_.begin(); }
inline std::vector<Member>::iterator Object::end() { return members_.end(); }
inline size_t Object::size() const { return members_.size(); }
inline bool Object::empty() const { return members_.empty(); }

}  // namespace millrace::json
