#include "client/producer/batch_memory.h"

#include <gtest/gtest.h>

namespace millrace::client {
namespace {

TEST(BatchMemory, ComesBackEmptyWithTheLastWhoUsesIt) {
  const auto memory = std::make_shared<BatchMemory>();
  EXPECT_EQ(memory->take().capacity(), 0U);
  auto first = memory->share(Bytes(1'000));
  const std::byte* const place = first->data();
  auto second = first;
  first.reset();
  EXPECT_EQ(memory->take().capacity(), 0U) << "somebody reads it still";
  second.reset();
  Bytes again = memory->take();
  again.resize(1);
  EXPECT_EQ(again.data(), place);
}

TEST(BatchMemory, KeepsAFewOnly) {
  const auto memory = std::make_shared<BatchMemory>();
  for (int i = 0; i < 100; ++i) memory->give(Bytes(10));
  int kept = 0;
  while (memory->take().capacity() > 0) ++kept;
  EXPECT_EQ(kept, 8);
}

TEST(BatchMemory, MayBeGoneBeforeWhatItShared) {
  auto memory = std::make_shared<BatchMemory>();
  const auto shared = memory->share(Bytes(3));
  memory.reset();
  EXPECT_EQ(shared->size(), 3U);
}

}  // namespace
}  // namespace millrace::client
