#include "client/partitioner.h"

#include <gtest/gtest.h>

namespace millrace::client {
namespace {

// The values of Kafka's own test of its murmur2 (UtilsTest.testMurmur2).
TEST(Partitioner, HashIsKafkas) {
  const std::pair<const char*, int32_t> cases[] = {
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107},
  };
  for (const auto& [text, hash] : cases) {
    EXPECT_EQ(static_cast<int32_t>(murmur2(as_bytes(text))), hash) << text;
  }
}

TEST(Partitioner, EveryKeyHasAPartitionBelowTheCount) {
  for (int i = 0; i < 1000; ++i) {
    const int32_t partition = partition_of_key(as_bytes(std::to_string(i)), 7);
    ASSERT_GE(partition, 0);
    ASSERT_LT(partition, 7);
  }
}

}  // namespace
}  // namespace millrace::client
