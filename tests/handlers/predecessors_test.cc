#include "handlers/predecessors.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::handlers {
namespace {

class PredecessorsTest : public ::testing::Test {
 protected:
  void run_after(char name) {
    predecessors_.run_after([this, name] { ran_ += name; });
  }

  Predecessors predecessors_;
  std::string ran_;
};

TEST_F(PredecessorsTest, WithoutAnyWorkRunsAtOnce) {
  run_after('a');
  EXPECT_EQ(ran_, "a");
  predecessors_.end(predecessors_.begin());
  run_after('b');
  EXPECT_EQ(ran_, "ab");
}

TEST_F(PredecessorsTest, WorkWaitsForAllThatBeganBeforeInWhateverOrderTheyEnd) {
  const auto first = predecessors_.begin();
  const auto second = predecessors_.begin();
  run_after('a');
  predecessors_.end(second);
  EXPECT_EQ(ran_, "");
  predecessors_.end(first);
  EXPECT_EQ(ran_, "a");
}

TEST_F(PredecessorsTest, WorkDoesNotWaitForThoseThatBeganLater) {
  const auto first = predecessors_.begin();
  run_after('a');
  const auto later = predecessors_.begin();
  run_after('b');
  predecessors_.end(first);
  EXPECT_EQ(ran_, "a");
  predecessors_.end(later);
  EXPECT_EQ(ran_, "ab");
}

}  // namespace
}  // namespace millrace::handlers
