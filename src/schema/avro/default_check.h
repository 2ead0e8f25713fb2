// Whether a JSON value is a default of a type.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "json/value.h"
#include "schema/avro/type.h"

namespace millrace::schema::avro {

/// Attempts that the defaults of one schema may take.
inline constexpr int64_t kDefaultChecksMax = 10'000'000;

/// As Apache Avro's Java library checks defaults: by the kind of the JSON value and the range of
/// whole numbers; a union's may be of any branch; what a record's default leaves out needs a
/// default of its own. Symbols of enums and sizes of fixed are not looked at.
///
/// Unions within unions' records may ask for a great many attempts; past `checks_max` values
/// nothing fits any more.
class DefaultCheck {
 public:
  using Types = std::unordered_set<const Type*>;

  /// `open`: records whose fields are not known yet; nothing is a default of them. Must outlive
  /// this.
  DefaultCheck(const Types& open, int64_t checks_max) : open_(open), checks_left_(checks_max) {}

  bool fits(const Type& type, const json::Value& value);
  /// Whether it gave up. What it said since is no verdict.
  bool exhausted() const { return checks_left_ < 0; }

 private:
  bool fits_record(const Type& type, const json::Value& value);
  bool fits_all(const Type& type, const json::Value& value);

  const Types& open_;
  int64_t checks_left_;
};

}  // namespace millrace::schema::avro
