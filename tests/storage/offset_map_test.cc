#include "storage/offset_map.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::storage {
namespace {

bool put(OffsetMap& map, std::string_view key, int64_t offset) {
  return map.put(map.hash(as_bytes(key)), Offset(offset));
}

std::optional<Offset> find(const OffsetMap& map, std::string_view key) {
  return map.find(map.hash(as_bytes(key)));
}

TEST(OffsetMap, AnswersTheLatestOffsetOfAKey) {
  OffsetMap map({}, 100);
  EXPECT_FALSE(find(map, "a"));
  EXPECT_TRUE(put(map, "a", 0));
  EXPECT_TRUE(put(map, "b", 1));
  EXPECT_TRUE(put(map, "a", 7));
  EXPECT_EQ(find(map, "a"), Offset(7));
  EXPECT_EQ(find(map, "b"), Offset(1));
  EXPECT_FALSE(find(map, ""));
  EXPECT_EQ(map.size(), 2U);
  EXPECT_EQ(map.reached(), Offset(8));
}

TEST(OffsetMap, KeepsWithinItsMemoryAndStillKnowsItsKeys) {
  const OffsetMapLimits limits{.bytes_max = 1000 * 24, .load_factor = 0.9};
  OffsetMap map(limits, 1'000'000);
  int64_t count = 0;
  while (put(map, std::to_string(count), count)) ++count;
  EXPECT_EQ(count, 900);
  EXPECT_EQ(map.size(), 900U);
  EXPECT_EQ(map.reached(), Offset(900));
  for (int64_t i = 0; i < count; ++i) {
    EXPECT_EQ(find(map, std::to_string(i)), Offset(i));
  }
  EXPECT_FALSE(find(map, "unknown"));
  EXPECT_TRUE(put(map, "5", 1000)) << "a known key needs no room";
}

TEST(OffsetMap, HasRoomForAtLeastOneKey) {
  OffsetMap map({.bytes_max = 0}, 10);
  EXPECT_TRUE(put(map, "a", 0));
  EXPECT_FALSE(put(map, "b", 1));
}

TEST(KeyHasher, IsSipHashOf128Bits) {
  // The first results of the reference implementation, for the key 00 01 .. 0f.
  const KeyHasher hasher(0x0706050403020100, 0x0f0e0d0c0b0a0908);
  EXPECT_EQ(hasher({}), (KeyHash{.high = 0x930255c71472f66d, .low = 0xe6a825ba047f81a3}));
  const std::byte zero{0};
  EXPECT_EQ(hasher({&zero, 1}), (KeyHash{.high = 0x45fc229b11597634, .low = 0x44af996bd8c187da}));
}

}  // namespace
}  // namespace millrace::storage
