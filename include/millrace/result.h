// How every fallible function of Millrace answers: Result<T>, a value or an Error.
//
// Member names follow std::expected (C++23, P0323), which the supported compilers do not have yet.
// Exceptions do not leave the library.
#pragma once

#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#include "millrace/error_code.h"

namespace millrace {

/// What went wrong: a code that programs act on and a sentence for people that says what, where and
/// what to do.
///
/// The code belongs to a small domain: Kafka's codes (ErrorCode), errno (std::generic_category), or
/// a layer's own enum. A value type; copying is allowed and allocates.
class Error {
 public:
  /// `code` must not mean success. `message` need not repeat the code's name.
  Error(std::error_code code, std::string message) : code_(code), message_(std::move(message)) {}

  const std::error_code& code() const { return code_; }
  const std::string& message() const { return message_; }

  /// True if the code equals `code`, an enumerator of any error domain.
  template <class E>
  bool is(E code) const {
    return code_ == make_error_code(code);
  }

  /// Kafka's code, or nothing where the error is of another domain.
  std::optional<ErrorCode> kafka_code() const {
    if (code_.category() != kafka_category()) return std::nullopt;
    return static_cast<ErrorCode>(code_.value());
  }

  /// True where trying the same again later may succeed (Kafka's retriable codes; false in other
  /// domains).
  bool retriable() const {
    const auto code = kafka_code();
    return code && is_retriable(*code);
  }

  /// The same error with "`context`: " in front of its message.
  Error with_context(std::string_view context) && {
    message_.insert(0, ": ").insert(0, context);
    return std::move(*this);
  }

  /// "message (CODE_NAME)" where the code is Kafka's; in other domains the message says it all.
  std::string to_string() const {
    return kafka_code() ? message_ + " (" + code_.message() + ")" : message_;
  }

 private:
  std::error_code code_;
  std::string message_;
};

/// A value of type T or an Error. [[nodiscard]]: an ignored failure is a compiler warning.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = Error;

  // Implicit on purpose: `return value;` and `return error;` are how functions answer.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  /// The value. Undefined (asserted by the standard library) when this holds an error.
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// The value, or `fallback` where this holds an error.
  T value_or(T fallback) && { return has_value() ? std::move(*this).value() : std::move(fallback); }

  /// The error. Undefined when this holds a value.
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error. `return {};` is success.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  using error_type = Error;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit as above

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }

  const Error& error() const& { return *error_; }
  Error&& error() && { return *std::move(error_); }

 private:
  std::optional<Error> error_;
};

/// An Error of Kafka's domain.
inline Error kafka_error(ErrorCode code, std::string message) {
  return {make_error_code(code), std::move(message)};
}

}  // namespace millrace
