// What the fetcher may ask for while a poll takes what has come.
#include "client/consumer/partition_states.h"

#include <gtest/gtest.h>

#include "client/scripted_partitions.h"

namespace millrace::client {
namespace {

const TopicPartition kPartition{.topic = "t", .partition = 3};

class PartitionStatesTest : public testing::Test {
 protected:
  /// The one partition as a pass sees it.
  PartitionStates::View look() {
    SteadyTime look_again = SteadyTime::max();
    auto views = states_.look(SteadyTime::min() + std::chrono::seconds(1), look_again);
    EXPECT_EQ(views.size(), 1U);
    return std::move(views.front());
  }

  void deliver(Bytes bytes, int64_t from) {
    io::Chunks chunks;
    chunks.emplace_back(SharedBytes(std::move(bytes)));
    const auto view = look();
    states_.begin(view);
    states_.deliver(
        view, std::make_unique<FetchedData>(std::move(chunks), std::vector<record::AbortedRange>{},
                                            Position{.offset = from}, FetchedData::Terms{}));
  }

  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  PartitionStates states_{mailbox_, 1 << 20};
};

TEST_F(PartitionStatesTest, NothingIsAskedForFromAnOldPlaceWhileTheNextOneIsNotKnown) {
  states_.add({kPartition});
  states_.seek(kPartition, {.offset = 0});
  EXPECT_FALSE(look().is_full);
  deliver(batch_of(0, {"a", "b"}), 0);
  EXPECT_TRUE(look().is_full);

  auto turn = states_.take_turn(true);
  ASSERT_TRUE(turn);
  EXPECT_TRUE(look().is_full);
  ASSERT_TRUE(turn->data->open());
  EXPECT_TRUE(look().is_full);
  states_.note_opened(*turn);
  EXPECT_FALSE(look().is_full);
  EXPECT_EQ(look().from.offset, 2);
}

TEST_F(PartitionStatesTest, DataThatCannotBeOpenedAreAskedForOnceMore) {
  states_.add({kPartition});
  states_.seek(kPartition, {.offset = 0});
  Bytes cut = batch_of(0, {"a", "b"});
  cut.resize(20);
  deliver(std::move(cut), 0);
  auto turn = states_.take_turn(true);
  ASSERT_TRUE(turn);
  EXPECT_FALSE(turn->data->open());
  states_.end_turn(*std::move(turn), true);
  EXPECT_FALSE(look().is_full);
  EXPECT_EQ(look().from.offset, 0);
}

}  // namespace
}  // namespace millrace::client
