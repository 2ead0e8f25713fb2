#include <gtest/gtest.h>

#include "cli/record_printer.h"
#include "record/batch_builder.h"
#include "record/record_reader.h"

namespace millrace::server {
namespace {

struct Sample {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<record::HeaderView> headers = {};
};

std::string printed(const Sample& sample, const RecordStyle& style) {
  record::BatchBuilder builder({.base_offset = Offset(7)});
  const auto view = [](const std::optional<std::string>& text) {
    return text ? std::optional(as_bytes(*text)) : std::nullopt;
  };
  builder.add({.timestamp = 1000,
               .key = view(sample.key),
               .value = view(sample.value),
               .headers = sample.headers});
  const Bytes bytes = *builder.build();
  std::string out;
  const auto read =
      record::for_each_record(*record::BatchView::parse(bytes), [&](const record::RecordView& r) {
        append_record(out, style, {.topic = "t", .partition = 3}, r);
      });
  EXPECT_TRUE(read);
  return out;
}

TEST(RecordPrinter, ValueAloneIsALine) {
  EXPECT_EQ(printed({.key = "k", .value = "v"}, {}), "v\n");
}

TEST(RecordPrinter, KeyAndValueStandAroundTheSeparator) {
  EXPECT_EQ(printed({.key = "k", .value = "v"},
                    {.format = RecordFormat::key_value, .key_separator = " = "}),
            "k = v\n");
}

TEST(RecordPrinter, NullsArePrintedAsAsked) {
  EXPECT_EQ(printed({}, {.format = RecordFormat::key_value, .null_text = "NULL"}), "NULL\tNULL\n");
}

TEST(RecordPrinter, JsonHasAllThereIs) {
  EXPECT_EQ(printed({.value = "a\"\n\x01", .headers = {{.key = "h", .value = as_bytes("x")}}},
                    {.format = RecordFormat::json}),
            "{\"topic\":\"t\",\"partition\":3,\"offset\":7,\"timestamp\":1000,\"key\":null,"
            "\"value\":\"a\\\"\\n\\u0001\",\"headers\":[{\"key\":\"h\",\"value\":\"x\"}]}\n");
}

TEST(RecordPrinter, BytesThatAreNoTextStandAsBase64) {
  EXPECT_NE(printed({.value = "\xff\xfe"}, {.format = RecordFormat::json})
                .find("\"value_base64\":\"//4=\""),
            std::string::npos);
}

TEST(Utf8, KnowsWholeAndBrokenSequences) {
  for (const char* good : {"", "abc", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  // Cut short, lone continuation, overlong, surrogate, beyond Unicode.
  for (const char* bad : {"\xc3", "\x80", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
    EXPECT_FALSE(is_utf8(bad));
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
