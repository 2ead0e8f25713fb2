#include "storage/leader_epochs.h"

#include <gtest/gtest.h>

#include "io/memory_file_system.h"

namespace millrace::storage {
namespace {

LeaderEpochs history() {
  LeaderEpochs epochs;
  epochs.assign(LeaderEpoch(2), Offset(10));
  epochs.assign(LeaderEpoch(4), Offset(20));
  epochs.assign(LeaderEpoch(5), Offset(30));
  return epochs;
}

void expect_end(const LeaderEpochs& epochs, int32_t asked, int32_t epoch, int64_t end) {
  const auto found = epochs.end_of(LeaderEpoch(asked), Offset(40));
  ASSERT_TRUE(found) << asked;
  EXPECT_EQ(found->epoch, LeaderEpoch(epoch)) << asked;
  EXPECT_EQ(found->end_offset, Offset(end)) << asked;
}

TEST(LeaderEpochs, EpochEndsWhereTheNextBegins) {
  expect_end(history(), 2, 2, 20);
  expect_end(history(), 4, 4, 30);
  expect_end(history(), 5, 5, 40);
}

TEST(LeaderEpochs, UnknownEpochIsAnsweredByTheOneBelow) {
  expect_end(history(), 3, 2, 20);
  expect_end(history(), 1, 1, 10);
  EXPECT_FALSE(history().end_of(LeaderEpoch(6), Offset(40)));
  EXPECT_FALSE(LeaderEpochs().end_of(LeaderEpoch(0), Offset(0)));
}

TEST(LeaderEpochs, OffsetsBelongToTheEpochThatWroteThem) {
  EXPECT_EQ(history().epoch_of(Offset(19)), LeaderEpoch(2));
  EXPECT_EQ(history().epoch_of(Offset(20)), LeaderEpoch(4));
  EXPECT_EQ(history().epoch_of(Offset(99)), LeaderEpoch(5));
  EXPECT_FALSE(history().epoch_of(Offset(9)));
}

TEST(LeaderEpochs, OlderOrEqualEpochIsIgnored) {
  LeaderEpochs epochs = history();
  EXPECT_FALSE(epochs.assign(LeaderEpoch(5), Offset(50)));
  EXPECT_FALSE(epochs.assign(LeaderEpoch(1), Offset(50)));
  EXPECT_EQ(epochs.entries(), history().entries());
}

TEST(LeaderEpochs, EpochWithoutRecordsIsReplaced) {
  LeaderEpochs epochs = history();
  EXPECT_TRUE(epochs.assign(LeaderEpoch(9), Offset(30)));
  EXPECT_EQ(epochs.entries().size(), 3U);
  EXPECT_EQ(epochs.last()->epoch, LeaderEpoch(9));
}

TEST(LeaderEpochs, CuttingTheEndKeepsTheNewestEpoch) {
  LeaderEpochs epochs = history();
  epochs.truncate_from_end(Offset(15));
  const std::vector<EpochStart> expected = {{LeaderEpoch(2), Offset(10)},
                                            {LeaderEpoch(5), Offset(15)}};
  EXPECT_EQ(epochs.entries(), expected);
}

TEST(LeaderEpochs, CuttingTheFrontMovesTheFirstStart) {
  LeaderEpochs epochs = history();
  epochs.truncate_from_start(Offset(25));
  const std::vector<EpochStart> expected = {{LeaderEpoch(4), Offset(25)},
                                            {LeaderEpoch(5), Offset(30)}};
  EXPECT_EQ(epochs.entries(), expected);
}

TEST(LeaderEpochs, FileHasKafkasFormat) {
  io::MemoryFileSystem fs;
  ASSERT_TRUE(fs.create_directories("d"));
  ASSERT_TRUE(history().write(fs, "d/leader-epoch-checkpoint"));
  const Bytes bytes = *io::read_file(fs, "d/leader-epoch-checkpoint", 1000);
  EXPECT_EQ(as_text(bytes), "0\n3\n2 10\n4 20\n5 30\n");
  EXPECT_EQ(LeaderEpochs::read(fs, "d/leader-epoch-checkpoint")->entries(), history().entries());
}

TEST(LeaderEpochs, MalformedFileIsAnError) {
  io::MemoryFileSystem fs;
  for (const char* text :
       {"", "1\n0\n", "0\n2\n0 0\n", "0\n1\n0\n", "0\n2\n3 0\n2 5\n", "0\n1\n-1 0\n"}) {
    const auto file = *fs.open("f", io::OpenMode::truncate);
    ASSERT_TRUE(file->write_at(Position(0), as_bytes(text)));
    EXPECT_FALSE(LeaderEpochs::read(fs, "f")) << text;
  }
}

}  // namespace
}  // namespace millrace::storage
