#include "base/words.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(SameWord, IgnoresTheCaseOfLettersAlone) {
  EXPECT_TRUE(same_word("Content-Type", "content-TYPE"));
  EXPECT_TRUE(same_word("", ""));
  EXPECT_FALSE(same_word("content", "content-type"));
  EXPECT_FALSE(same_word("a_b", "a-b"));
}

}  // namespace
}  // namespace millrace
