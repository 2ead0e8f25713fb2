#include <gtest/gtest.h>

#include "schema/schema.h"

namespace millrace::schema {
namespace {

TEST(Format, HasTheRegistrysNameInAnyCase) {
  for (const Format format : {Format::avro, Format::json, Format::protobuf}) {
    EXPECT_EQ(format_of(name_of(format)), format);
  }
  EXPECT_EQ(format_of("ProtoBuf"), Format::protobuf);
  EXPECT_EQ(format_of("XML"), std::nullopt);
  EXPECT_EQ(format_of(""), std::nullopt);
}

}  // namespace
}  // namespace millrace::schema
