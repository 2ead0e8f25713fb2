#include "schema/avro/logical_type.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "schema/avro/type.h"

namespace millrace::schema::avro {
namespace {

constexpr int32_t kUuidSize = 16;
constexpr int32_t kDurationSize = 12;

struct Carrier {
  std::string_view name;
  Kind kind;
  /// Of a fixed.
  int32_t size = 0;
};

constexpr std::array<Carrier, 13> kCarriers = {{{"big-decimal", Kind::bytes},
                                                {"uuid", Kind::string},
                                                {"uuid", Kind::fixed, kUuidSize},
                                                {"date", Kind::int32},
                                                {"time-millis", Kind::int32},
                                                {"time-micros", Kind::int64},
                                                {"timestamp-millis", Kind::int64},
                                                {"timestamp-micros", Kind::int64},
                                                {"timestamp-nanos", Kind::int64},
                                                {"local-timestamp-millis", Kind::int64},
                                                {"local-timestamp-micros", Kind::int64},
                                                {"local-timestamp-nanos", Kind::int64},
                                                {"duration", Kind::fixed, kDurationSize}}};

/// Nothing where the property is no 32-bit number.
std::optional<int32_t> whole_number(const json::Object& properties, std::string_view name) {
  const json::Value* value = properties.find(name);
  if (value == nullptr || value->number() == nullptr) return std::nullopt;
  const auto number = value->number()->to_int64();
  if (!number || *number < INT32_MIN || *number > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(*number);
}

/// Decimal digits that every two's complement number of so many bytes can hold.
double digits_max(const Type& type) {
  if (type.kind == Kind::bytes) return INT32_MAX;
  return std::floor(std::log10(2) * (8.0 * type.size - 1));
}

std::optional<LogicalType> decimal_of(const Type& type) {
  if (type.kind != Kind::bytes && type.kind != Kind::fixed) return std::nullopt;
  const auto precision = whole_number(type.properties, "precision");
  const auto scale = type.properties.contains("scale") ? whole_number(type.properties, "scale") : 0;
  if (!precision || !scale) return std::nullopt;
  if (*precision <= 0 || *precision > digits_max(type)) return std::nullopt;
  if (*scale < 0 || *scale > *precision) return std::nullopt;
  return LogicalType{.name = "decimal", .precision = *precision, .scale = *scale};
}

}  // namespace

std::optional<LogicalType> logical_type_of(const Type& type) {
  const auto name = type.properties.text("logicalType");
  if (!name) return std::nullopt;
  if (*name == "decimal") return decimal_of(type);
  const bool carried = std::ranges::any_of(kCarriers, [&](const Carrier& carrier) {
    return carrier.name == *name && carrier.kind == type.kind && carrier.size == type.size;
  });
  if (!carried) return std::nullopt;
  return LogicalType{.name = std::string(*name)};
}

}  // namespace millrace::schema::avro
