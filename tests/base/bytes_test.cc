#include "base/bytes.h"

#include <gtest/gtest.h>

#include <limits>

namespace millrace {
namespace {

TEST(ByteWriter, WritesIntegersBigEndian) {
  ByteWriter writer;
  writer.write<int16_t>(0x0102);
  writer.write<int32_t>(-2);
  writer.write<int64_t>(0x0102030405060708);
  const uint8_t expected[] = {1, 2, 0xff, 0xff, 0xff, 0xfe, 1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_TRUE(equal_bytes(writer.view(), std::as_bytes(std::span(expected))));
}

TEST(ByteReader, ReadsBackWhatTheWriterWrote) {
  ByteWriter writer;
  writer.write<int8_t>(-5);
  writer.write<int64_t>(std::numeric_limits<int64_t>::min());
  writer.varint(-1);
  writer.varint(std::numeric_limits<int64_t>::min());
  writer.uvarint(300);
  writer.text("end");
  ByteReader reader(writer.view());
  EXPECT_EQ(reader.read<int8_t>(), -5);
  EXPECT_EQ(reader.read<int64_t>(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(reader.varint64(), -1);
  EXPECT_EQ(reader.varint64(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(reader.uvarint32(), 300U);
  EXPECT_EQ(as_text(reader.rest()), "end");
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.at_end());
}

TEST(ByteReader, FailsAtTheFirstReadThatDoesNotFitAndStaysFailed) {
  const Bytes three(3);
  ByteReader reader(three);
  EXPECT_EQ(reader.read<int32_t>(), 0);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.read<int8_t>(), 0);
  EXPECT_EQ(reader.remaining(), 0U);
}

TEST(ByteReader, RefusesMoreBytesThanRemain) {
  const Bytes three(3);
  ByteReader reader(three);
  EXPECT_TRUE(reader.bytes(std::numeric_limits<size_t>::max()).empty());
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, RefusesVarintsThatAreTooLongOrTooLarge) {
  const uint8_t endless[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
  ByteReader long_reader(std::as_bytes(std::span(endless)));
  long_reader.uvarint64();
  EXPECT_FALSE(long_reader.ok());

  const uint8_t above_32_bits[] = {0xff, 0xff, 0xff, 0xff, 0x1f};
  ByteReader large_reader(std::as_bytes(std::span(above_32_bits)));
  large_reader.uvarint32();
  EXPECT_FALSE(large_reader.ok());
}

TEST(Varint, SizeIsWhatTheWriterWrites) {
  for (const int64_t value :
       {int64_t{0}, int64_t{-1}, int64_t{63}, int64_t{64}, int64_t{-64}, int64_t{-65},
        int64_t{1} << 20, std::numeric_limits<int64_t>::max()}) {
    ByteWriter writer;
    writer.varint(value);
    EXPECT_EQ(writer.size(), varint_size(value)) << value;
  }
}

TEST(SharedBytes, SliceKeepsTheOwnerAlive) {
  SharedBytes slice;
  {
    const SharedBytes whole(copy_of(as_bytes("hello world")));
    slice = whole.slice(6, 5);
  }
  EXPECT_EQ(as_text(slice.view()), "world");
}

}  // namespace
}  // namespace millrace
