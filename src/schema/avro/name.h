// Full names of Avro's named types (specification 1.11, "Names").
#pragma once

#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::schema::avro {

/// Characters of a full name, which the specification leaves open: it is repeated wherever a name
/// stands in full, so without a bound a short text could ask for much memory.
inline constexpr size_t kNameSizeMax = 1'000;

/// What may be a name: check_name's, or any text (Source::is_known).
enum class NameRule { strict, any };

/// A name and the namespace that it lives in, which may be empty. A value type.
class Name {
 public:
  /// No name.
  Name() = default;
  /// `text` in `space`; a text with a dot brings its namespace along. Errors (invalid_request): a
  /// part that is no name, a full name that is too long; without a place.
  static Result<Name> parse(std::string_view text, std::string_view space, NameRule rule);

  /// "com.example.Order".
  const std::string& full() const { return full_; }
  /// "com.example", or empty.
  std::string_view space() const;
  /// "Order".
  std::string_view simple() const;

  bool operator==(const Name&) const = default;

 private:
  Name(std::string full, size_t simple_at) : full_(std::move(full)), simple_at_(simple_at) {}

  std::string full_;
  size_t simple_at_ = 0;
};

/// A letter or underscore, then letters, digits and underscores, all of ASCII: what the
/// specification says and Confluent's registry asks of new schemas.
Result<void> check_name(std::string_view text, NameRule rule);

/// `text` as a name in `space` would be looked up, unchecked.
std::string full_name(std::string_view text, std::string_view space);

}  // namespace millrace::schema::avro
