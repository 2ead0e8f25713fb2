#include "schema/json_schema/decimal.h"

#include <gtest/gtest.h>

namespace millrace::schema::json_schema {
namespace {

Decimal decimal(const char* text) { return Decimal(json::Number{text}); }

bool divides(const char* divisor, const char* number) {
  return decimal(number).is_multiple_of(decimal(divisor));
}

TEST(Decimal, ComparesByValueAndExactly) {
  EXPECT_EQ(decimal("1.50"), decimal("15e-1"));
  EXPECT_LT(decimal("9007199254740992"), decimal("9007199254740993"));
  EXPECT_LT(decimal("-2"), decimal("-1.5"));
  EXPECT_LT(decimal("-1"), decimal("0"));
  EXPECT_LT(decimal("0"), decimal("0.0001"));
  EXPECT_LT(decimal("0.99"), decimal("1"));
  EXPECT_LT(decimal("99"), decimal("1e2"));
  EXPECT_EQ(decimal("-0.0"), decimal("0"));
}

TEST(Decimal, HugeExponentsCostNothing) {
  EXPECT_LT(decimal("1e999999999999999999999"), decimal("2e999999999999999999999"));
  EXPECT_LT(decimal("1e-99999999999"), decimal("1e-9999"));
  EXPECT_TRUE(divides("7", "7e999999999999"));
  EXPECT_FALSE(divides("7", "1e999999999999"));
}

TEST(Decimal, KnowsWholeNumbers) {
  EXPECT_TRUE(decimal("1.0").is_integer());
  EXPECT_TRUE(decimal("12e3").is_integer());
  EXPECT_TRUE(decimal("0").is_integer());
  EXPECT_FALSE(decimal("1.5").is_integer());
  EXPECT_FALSE(decimal("1e-1").is_integer());
}

TEST(Decimal, CountsAreWholeAndNotNegative) {
  EXPECT_EQ(decimal("120.0").to_count(), 120u);
  EXPECT_EQ(decimal("0").to_count(), 0u);
  EXPECT_EQ(decimal("1e400").to_count(), uint64_t{INT64_MAX});
  EXPECT_EQ(decimal("99999999999999999999999").to_count(), uint64_t{INT64_MAX});
  EXPECT_FALSE(decimal("-1").to_count());
  EXPECT_FALSE(decimal("0.5").to_count());
}

TEST(Decimal, WritesOneTextForAValue) {
  EXPECT_EQ(decimal("1.50").to_string(), "1.5");
  EXPECT_EQ(decimal("-15e-4").to_string(), "-0.0015");
  EXPECT_EQ(decimal("1e1").to_string(), "10");
  EXPECT_EQ(decimal("120").to_string(), "120");
  EXPECT_EQ(decimal("0.0").to_string(), "0");
  EXPECT_EQ(decimal("5e300").to_string(), "5e300");
  EXPECT_EQ(decimal("50e-300").to_string(), "5e-299");
}

TEST(Decimal, MultiplesAreExact) {
  EXPECT_TRUE(divides("0.1", "0.3"));
  EXPECT_TRUE(divides("0.01", "19.99"));
  EXPECT_TRUE(divides("3", "0"));
  EXPECT_TRUE(divides("2.5", "10"));
  EXPECT_TRUE(divides("300", "900"));
  EXPECT_TRUE(divides("9007199254740993", "18014398509481986"));
  EXPECT_FALSE(divides("300", "450"));
  EXPECT_FALSE(divides("0.1", "0.35"));
  EXPECT_FALSE(divides("10", "2.5"));
  EXPECT_FALSE(divides("9007199254740993", "18014398509481984"));
}

}  // namespace
}  // namespace millrace::schema::json_schema
