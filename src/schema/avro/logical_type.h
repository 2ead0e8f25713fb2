// Logical types (specification 1.11, "Logical Types").
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace millrace::schema::avro {

struct Type;

struct LogicalType {
  /// "decimal", "timestamp-millis" ...
  std::string name;
  /// Digits of a decimal, and how many of them are behind the point.
  int32_t precision = 0;
  int32_t scale = 0;
};

/// What the type's properties say; nothing where the specification has it ignored: an unknown name,
/// a type that cannot carry it, a decimal that does not fit its bytes.
std::optional<LogicalType> logical_type_of(const Type& type);

}  // namespace millrace::schema::avro
