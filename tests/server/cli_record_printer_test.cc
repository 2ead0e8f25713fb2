// Records as text: by name, by template, as JSON.
#include <gtest/gtest.h>

#include "cli/common.h"
#include "cli/record_printer.h"
#include "cli/text_encoding.h"

namespace millrace::server {
namespace {

std::string printed(PrintedRecord record, std::string_view format,
                    std::string_view separator = "\t", std::string_view null_text = "") {
  record.topic = "t";
  record.partition = 3;
  record.offset = 7;
  record.timestamp_ms = 1000;
  const auto style = parse_style(format, separator, null_text);
  EXPECT_TRUE(style) << style.error().to_string();
  std::string out;
  if (style) append_record(out, *style, record);
  return out;
}

/// As records have them: lengths as zigzag varints. h=x, empty=null.
const Headers kHeaders(
    "\x02h\x02x\x0a"
    "empty\x01",
    2);

TEST(RecordPrinter, ValueAloneIsALine) {
  EXPECT_EQ(printed({.key = "k", .value = "v"}, "value"), "v\n");
}

TEST(RecordPrinter, KeyAndValueStandAroundTheSeparator) {
  EXPECT_EQ(printed({.key = "k", .value = "v"}, "key-value", " = "), "k = v\n");
}

TEST(RecordPrinter, NullsArePrintedAsAsked) {
  EXPECT_EQ(printed({}, "key-value", "\t", "NULL"), "NULL\tNULL\n");
}

TEST(RecordPrinter, JsonHasAllThereIs) {
  EXPECT_EQ(printed({.value = "a\"\n\x01", .headers = kHeaders}, "json"),
            "{\"topic\":\"t\",\"partition\":3,\"offset\":7,\"timestamp\":1000,\"key\":null,"
            "\"value\":\"a\\\"\\n\\u0001\",\"headers\":[{\"key\":\"h\",\"value\":\"x\"},"
            "{\"key\":\"empty\",\"value\":null}]}\n");
}

TEST(RecordPrinter, BytesThatAreNoTextStandAsBase64) {
  EXPECT_NE(printed({.value = "\xff\xfe"}, "json").find("\"value_base64\":\"//4=\""),
            std::string::npos);
}

TEST(RecordPrinter, WhatASchemaDecodedStandsThereAsJson) {
  const PrintedRecord record{
      .key = "7", .value = R"({"a":1})", .key_schema_id = 3, .value_schema_id = 12};
  const std::string line = printed(record, "json");
  EXPECT_NE(line.find(R"("key":7,"key_schema_id":3,"value":{"a":1},"value_schema_id":12,)"),
            std::string::npos)
      << line;
  EXPECT_EQ(printed(record, "key-value"), "7\t{\"a\":1}\n");
}

TEST(RecordPrinter, ATemplateSaysWhatIsPrinted) {
  EXPECT_EQ(printed({.key = "k", .value = "value"}, "%t[%p]@%o %T %k(%K)=%s(%S)\\n"),
            "t[3]@7 1000 k(1)=value(5)\n");
  EXPECT_EQ(printed({.headers = kHeaders}, "%h|%K|%k|100%%", "", "-"), "h=x,empty=-|-1|-|100%");
}

TEST(RecordPrinter, AnUnknownFormatIsAUsageError) {
  for (const char* format : {"xml", "%x", "%", "%s%"}) {
    const auto style = parse_style(format, "", "");
    ASSERT_FALSE(style) << format;
    EXPECT_EQ(exit_code_of(style.error()), kExitUsage);
  }
}

TEST(Base64, PadsToFours) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace millrace::server
