// The runner of compatibility cases itself, with a format whose schemas are numbers: a reader reads
// what is not greater.
#include "schema/compatibility_cases.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace millrace::schema {
namespace {

class Limit : public Schema {
 public:
  explicit Limit(int64_t limit) : limit_(limit) {}

  Format format() const override { return Format::avro; }
  std::string canonical() const override { return std::to_string(limit_); }
  std::string normalized() const override { return canonical(); }
  std::vector<Incompatibility> misfits(const Schema& writer) const override {
    if (static_cast<const Limit&>(writer).limit_ <= limit_) return {};
    return {{.rule = "GREATER", .path = "/", .message = "raise it to " + writer.canonical()}};
  }

 private:
  int64_t limit_;
};

Result<std::shared_ptr<const Schema>> parse_limit(const Source& source) {
  return std::shared_ptr<const Schema>(
      std::make_shared<Limit>(parse_int64(source.text).value_or(-1)));
}

std::string violations_at(const std::string& level, std::vector<std::string> old_texts,
                          const std::string& new_text) {
  CompatibilityCase one;
  one.level = level;
  one.old_texts = std::move(old_texts);
  one.new_text = new_text;
  return violations(one, parse_limit);
}

TEST(CompatibilityCases, BackwardMeansTheNewReadsTheOld) {
  EXPECT_EQ(violations_at("BACKWARD", {"1"}, "2"), "");
  EXPECT_EQ(violations_at("BACKWARD", {"2"}, "1"), "  GREATER at /: raise it to 2\n");
}

TEST(CompatibilityCases, ForwardMeansTheOldReadsTheNew) {
  EXPECT_EQ(violations_at("FORWARD", {"2"}, "1"), "");
  EXPECT_EQ(violations_at("FORWARD", {"1"}, "2"), "  GREATER at /: raise it to 2\n");
}

TEST(CompatibilityCases, FullMeansBoth) {
  EXPECT_EQ(violations_at("FULL", {"2"}, "2"), "");
  EXPECT_NE(violations_at("FULL", {"1"}, "2"), "");
  EXPECT_NE(violations_at("FULL", {"2"}, "1"), "");
}

TEST(CompatibilityCases, TransitiveMeansEveryOlderVersion) {
  EXPECT_EQ(violations_at("BACKWARD_TRANSITIVE", {"3", "1"}, "2"),
            "  GREATER at /: raise it to 3\n");
}

TEST(CompatibilityCases, TakesASchemaAsTextOrAsJson) {
  EXPECT_EQ(text_of(json::Value("{ }")), "{ }");
  EXPECT_EQ(text_of(json::Value(json::Object{{"type", "int"}})), R"({"type":"int"})");
}

}  // namespace
}  // namespace millrace::schema
