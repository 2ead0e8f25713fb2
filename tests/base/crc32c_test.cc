#include "base/crc32c.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

// Test vectors of RFC 3720, appendix B.4.
TEST(Crc32c, MatchesTheVectorsOfTheRfc) {
  EXPECT_EQ(crc32c(Bytes(32)), 0x8a9136aaU);
  EXPECT_EQ(crc32c(Bytes(32, std::byte{0xff})), 0x62a8ab43U);
  Bytes rising;
  for (int i = 0; i < 32; ++i) rising.push_back(static_cast<std::byte>(i));
  EXPECT_EQ(crc32c(rising), 0x46dd794eU);
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);
}

TEST(Crc32c, OfPartsEqualsThatOfTheWhole) {
  const ByteView whole = as_bytes("the log that turns the mill");
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    EXPECT_EQ(crc32c(whole.subspan(cut), crc32c(whole.first(cut))), crc32c(whole));
  }
}

TEST(Crc32c, OfNothingIsZero) { EXPECT_EQ(crc32c({}), 0U); }

}  // namespace
}  // namespace millrace
