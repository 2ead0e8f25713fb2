// How schemas are named on a command line.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/common.h"
#include "cli/schema_name.h"

namespace millrace::server {
namespace {

TEST(SubjectVersion, IsASubjectWithOrWithoutAVersion) {
  const auto parsed = [](std::string_view text) { return parse_subject_version(text).value(); };
  EXPECT_EQ(parsed("orders-value"), (SubjectVersion{.subject = "orders-value"}));
  EXPECT_EQ(parsed("orders-value:12"), (SubjectVersion{.subject = "orders-value", .version = 12}));
  EXPECT_EQ(parsed("orders-value:latest"),
            (SubjectVersion{.subject = "orders-value", .is_latest = true}));
  EXPECT_EQ(parsed("a:b"), (SubjectVersion{.subject = "a:b"}));
  EXPECT_EQ(parsed("google/type/date.proto:1"),
            (SubjectVersion{.subject = "google/type/date.proto", .version = 1}));
}

TEST(SubjectVersion, TheColonsOfAContextSeparateNoVersion) {
  EXPECT_EQ(parse_subject_version(":.staging:7").value(),
            (SubjectVersion{.subject = ":.staging:7"}));
  EXPECT_EQ(parse_subject_version(":.staging:orders:7").value(),
            (SubjectVersion{.subject = ":.staging:orders", .version = 7}));
}

TEST(SubjectVersion, IsWrittenAsItWasRead) {
  for (const char* text : {"a", "a:3", "a:latest", ":.c:a:3"}) {
    EXPECT_EQ(parse_subject_version(text).value().to_string(), text);
  }
}

TEST(SubjectVersion, NoSubjectAndNoVersionAreUsageErrors) {
  for (const char* text : {"", ":3", ":latest", "a:0", "a:2147483648", "a:99999999999999999999"}) {
    const auto parsed = parse_subject_version(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(exit_code_of(parsed.error()), kExitUsage);
  }
}

TEST(SchemaName, IsAnIdOrAFileOrASubject) {
  const auto file = std::filesystem::path(testing::TempDir()) / "millrace_schema_name.avsc";
  std::ofstream(file) << "{}";
  EXPECT_EQ(parse_schema_name("id:7").value(), SchemaName(SchemaId{.id = 7}));
  EXPECT_EQ(parse_schema_name("-").value(), SchemaName(SchemaPath{.path = "-"}));
  EXPECT_EQ(parse_schema_name(file.string()).value(),
            SchemaName(SchemaPath{.path = file.string()}));
  EXPECT_EQ(parse_registered_name(file.string()).value(),
            SchemaName(SubjectVersion{.subject = file.string()}));
  std::filesystem::remove(file);
  EXPECT_EQ(parse_schema_name(file.string()).value(),
            SchemaName(SubjectVersion{.subject = file.string()}));
  EXPECT_EQ(parse_schema_name("id:x").value(), SchemaName(SubjectVersion{.subject = "id:x"}));
  EXPECT_FALSE(parse_schema_name("id:0"));
}

TEST(Reference, IsANameAndAVersionOfASubject) {
  const auto reference = parse_reference("common/a=b.proto=common:3");
  ASSERT_TRUE(reference);
  EXPECT_EQ(*reference,
            (schema::Reference{.name = "common/a=b.proto", .subject = "common", .version = 3}));
  for (const char* text : {"", "a", "a=", "=b:1", "a=b", "a=b:latest", "a=b:0"}) {
    EXPECT_FALSE(parse_reference(text)) << text;
  }
}

}  // namespace
}  // namespace millrace::server
