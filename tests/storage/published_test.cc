// What a broker publishes for other processes: never torn, never of another partition, kept across
// starts that end anywhere.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"
#include "io/memory_file_system.h"
#include "storage/published_file.h"
#include "storage/published_reader.h"
#include "test_seed.h"

namespace millrace::storage {
namespace {

using Key = std::pair<Uuid, PartitionId>;

/// Offsets that show by themselves whether they were stored together.
PublishedOffsets numbered(int64_t number) {
  return {.log_start_offset = Offset(number),
          .last_stable_offset = Offset(number * 3),
          .high_watermark = Offset(number * 5),
          .log_end_offset = Offset(number * 7),
          .leader_epoch = LeaderEpoch(static_cast<int32_t>(number % 1'000))};
}

Uuid id_of(int64_t number) {
  Uuid id;
  for (size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<std::byte>(number >> (8 * i));
  id.bytes[15] = id.bytes[0];
  return id;
}

class PublishedFileTest : public ::testing::Test {
 protected:
  PublishedFileTest() : dir_(cat(::testing::TempDir(), "millrace-published-", ::getpid())) {
    EXPECT_TRUE(fs_->remove_all(dir_));
    EXPECT_TRUE(fs_->create_directories(dir_));
  }
  ~PublishedFileTest() override { EXPECT_TRUE(fs_->remove_all(dir_)); }

  std::unique_ptr<PublishedFile> open() {
    auto opened = PublishedFile::open(*fs_, dir_);
    EXPECT_TRUE(opened) << opened.error().to_string();
    return *std::move(opened);
  }
  std::unique_ptr<PublishedReader> read() {
    auto opened = PublishedReader::open(*fs_, dir_);
    EXPECT_TRUE(opened) << opened.error().to_string();
    return *std::move(opened);
  }
  static std::shared_ptr<Publisher> claim(PublishedFile& file, int64_t topic,
                                          int32_t partition = 0) {
    auto claimed = file.claim(id_of(topic), PartitionId(partition));
    EXPECT_TRUE(claimed) << claimed.error().to_string();
    return *std::move(claimed);
  }
  static std::optional<PublishedOffsets> find(PublishedReader& reader, int64_t topic,
                                              int32_t partition = 0) {
    const auto slot = reader.find(id_of(topic), PartitionId(partition));
    if (!slot) return std::nullopt;
    return reader.load(*slot)->offsets;
  }

  const std::unique_ptr<io::FileSystem> fs_ = io::make_posix_file_system();
  const std::string dir_;
};

TEST_F(PublishedFileTest, OffsetsAreSeenAtOnce) {
  const auto file = open();
  ASSERT_TRUE(file->begin_serving());
  const auto reader = read();
  const auto first = claim(*file, 1);
  first->publish(numbered(1));
  claim(*file, 1, 5)->publish(numbered(2));
  EXPECT_EQ(find(*reader, 1), numbered(1));
  EXPECT_EQ(find(*reader, 1, 5), numbered(2));
  EXPECT_EQ(find(*reader, 1, 6), std::nullopt);
  first->publish(numbered(3));
  EXPECT_EQ(find(*reader, 1), numbered(3));
}

TEST_F(PublishedFileTest, OffsetsAreNeverTorn) {
  constexpr int kChanges = 50'000;
  const auto file = open();
  const auto publisher = claim(*file, 1);
  publisher->publish(numbered(0));
  const auto look = [&] {
    const auto reader = read();
    const size_t slot = reader->find(id_of(1), PartitionId(0)).value();
    int64_t last = 0;
    for (int changes = 0; changes < kChanges;) {
      const auto found = reader->load(slot);
      const int64_t number = found->offsets.log_start_offset.value();
      if (found->offsets != numbered(number) || number < last) return false;
      changes += number > last ? 1 : 0;
      last = number;
    }
    return true;
  };
  std::atomic<int> ended = 0;
  std::atomic<int> right = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      right += look() ? 1 : 0;
      ++ended;
    });
  }
  for (int64_t number = 1; ended < 2; ++number) publisher->publish(numbered(number));
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(right, 2);
}

TEST_F(PublishedFileTest, AWriterThatIsKilledLeavesWhatIsWhole) {
  std::mt19937_64 random(test_seed());
  const auto reader = (open(), read());
  int64_t seen = 0;
  for (int round = 0; round < 20; ++round) {
    const pid_t writer = ::fork();
    if (writer == 0) {
      const auto publisher = claim(*open(), 1);
      for (int64_t number = 1;; ++number) publisher->publish(numbered(number));
    }
    std::optional<size_t> slot;
    while (!(slot = reader->find(id_of(1), PartitionId(0)))) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 2'000));
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
    const auto found = reader->load(*slot);
    ASSERT_TRUE(found);
    const int64_t number = found->offsets.log_start_offset.value();
    EXPECT_EQ(found->offsets, numbered(number)) << "round " << round;
    seen += number;
  }
  EXPECT_GT(seen, 20) << "the writers wrote";
}

TEST_F(PublishedFileTest, TheLastBrokersOffsetsCountUntilTheNextHasRecovered) {
  {
    const auto file = open();
    claim(*file, 1)->publish(numbered(1));
    claim(*file, 2)->publish(numbered(2));
    ASSERT_TRUE(file->begin_serving());
  }
  const auto reader = read();
  EXPECT_FALSE(reader->is_starting());
  const auto file = open();
  EXPECT_TRUE(reader->is_starting());
  EXPECT_EQ(find(*reader, 1), numbered(1));
  const auto publisher = claim(*file, 1);
  EXPECT_EQ(find(*reader, 1), numbered(1)) << "nothing newer is known";
  const size_t slot = reader->find(id_of(1), PartitionId(0)).value();
  const uint32_t run = reader->load(slot)->run;
  publisher->publish(numbered(3));
  EXPECT_EQ(find(*reader, 1), numbered(3));
  EXPECT_GT(reader->load(slot)->run, run);
  EXPECT_EQ(find(*reader, 2), numbered(2));
  ASSERT_TRUE(file->begin_serving());
  EXPECT_FALSE(reader->is_starting());
  EXPECT_EQ(find(*reader, 2), std::nullopt) << "there is no such partition any more";
}

TEST_F(PublishedFileTest, ASlotIsNotTakenForItsNextPartitions) {
  const auto file = open();
  ASSERT_TRUE(file->begin_serving());
  const auto reader = read();
  claim(*file, 1)->publish(numbered(1));
  const size_t slot = reader->find(id_of(1), PartitionId(0)).value();
  file->withdraw(id_of(1), PartitionId(0));
  EXPECT_FALSE(reader->load(slot));
  const auto next = claim(*file, 2);
  EXPECT_FALSE(reader->load(slot)) << "nothing is published yet";
  next->publish(numbered(2));
  EXPECT_EQ(reader->find(id_of(2), PartitionId(0)), slot) << "it is used again";
  EXPECT_EQ(reader->load(slot)->topic_id, id_of(2));
  EXPECT_EQ(find(*reader, 1), std::nullopt);
}

TEST_F(PublishedFileTest, TheFileGrowsUnderItsReaders) {
  const auto file = open();
  ASSERT_TRUE(file->begin_serving());
  const auto reader = read();
  constexpr int64_t kTopics = 2 * kSlotsPerChunk;
  for (int64_t topic = 0; topic < kTopics; ++topic) claim(*file, topic)->publish(numbered(topic));
  for (int64_t topic = 0; topic < kTopics; ++topic) {
    ASSERT_EQ(find(*reader, topic), numbered(topic)) << topic;
  }
  const auto next = open();
  for (int64_t topic = 0; topic < kTopics; ++topic) {
    ASSERT_EQ(find(*read(), topic), numbered(topic)) << topic;
    ASSERT_TRUE(next->claim(id_of(topic), PartitionId(0)));
  }
}

TEST_F(PublishedFileTest, WithoutRoomForMoreTheOthersGoOn) {
  const auto file = open();
  ASSERT_TRUE(file->begin_serving());
  for (int64_t topic = 0; topic + 1 < kSlotsPerChunk; ++topic) claim(*file, topic);
  // The file system answers as a full one does: no blocks, and no signal.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{.rlim_cur = kPublishedChunk, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  EXPECT_FALSE(file->claim(id_of(1'000'000), PartitionId(0)));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, handler);
  claim(*file, 7)->publish(numbered(7));
  claim(*file, 1'000'000)->publish(numbered(8));
  const auto reader = read();
  EXPECT_EQ(find(*reader, 7), numbered(7));
  EXPECT_EQ(find(*reader, 1'000'000), numbered(8));
}

TEST_F(PublishedFileTest, AFileOfSomethingElseIsReplaced) {
  const std::string path = io::join(dir_, kPublished);
  for (const std::string& contents : {std::string(), std::string("x"), std::string(1 << 17, 'x')}) {
    ASSERT_TRUE(io::replace_file(*fs_, path, as_bytes(contents)));
    EXPECT_EQ(PublishedReader::open(*fs_, dir_).error().kafka_code(),
              ErrorCode::kafka_storage_error);
    const auto file = open();
    claim(*file, 1)->publish(numbered(1));
    const auto reader = read();
    EXPECT_EQ(find(*reader, 1), numbered(1));
    EXPECT_TRUE(reader->is_current());
    ASSERT_TRUE(fs_->remove(path));
    open();
    EXPECT_FALSE(reader->is_current());
    EXPECT_FALSE(*fs_->exists(path + ".tmp"));
  }
}

TEST_F(PublishedFileTest, NothingIsMadeWhereMemoryCannotBeShared) {
  io::MemoryFileSystem memory;
  EXPECT_TRUE(PublishedFile::open(memory, "data").error().is(std::errc::operation_not_supported));
  EXPECT_FALSE(*memory.exists(io::join("data", kPublished)));
}

/// Random lives of many partitions and brokers, and what a reader that lives through them all must
/// see.
TEST_F(PublishedFileTest, FollowsAModel) {
  std::mt19937_64 random(test_seed());
  auto file = open();
  ASSERT_TRUE(file->begin_serving());
  const auto reader = read();
  std::map<Key, std::shared_ptr<Publisher>> publishers;
  std::map<Key, PublishedOffsets> expected;
  const auto restart = [&](bool is_finished) {
    file = open();
    publishers.clear();
    // Each partition is there again, or was deleted meanwhile.
    std::map<Key, PublishedOffsets> kept;
    for (const auto& [key, offsets] : expected) {
      if (random() % 4 == 0) continue;
      kept.emplace(key, offsets);
      if (is_finished || random() % 2 == 0) publishers[key] = *file->claim(key.first, key.second);
    }
    for (const auto& [key, publisher] : publishers) publisher->publish(kept[key] = numbered(1));
    if (is_finished) {
      ASSERT_TRUE(file->begin_serving());
      expected = std::move(kept);
    } else {
      for (const auto& [key, publisher] : publishers) expected[key] = kept[key];
    }
  };
  for (int step = 0; step < 5'000; ++step) {
    const Key key(id_of(static_cast<int64_t>(random() % 400)),
                  PartitionId(static_cast<int32_t>(random() % 3)));
    const uint64_t choice = random() % 1'000;
    if (choice < 5) {
      const bool is_finished = choice < 3;
      restart(is_finished);
      if (!is_finished) restart(true);
    } else if (choice < 300) {
      file->withdraw(key.first, key.second);
      publishers.erase(key);
      expected.erase(key);
    } else {
      auto& publisher = publishers[key];
      if (!publisher) publisher = *file->claim(key.first, key.second);
      publisher->publish(expected[key] = numbered(step));
    }
    const auto slot = reader->find(key.first, key.second);
    ASSERT_EQ(slot.has_value(), expected.contains(key)) << "step " << step;
    if (!slot) continue;
    ASSERT_EQ(reader->load(*slot)->offsets, expected[key]) << "step " << step;
  }
  EXPECT_GT(expected.size(), 100U);
  for (const auto& [key, offsets] : expected) {
    const auto slot = reader->find(key.first, key.second);
    ASSERT_TRUE(slot);
    EXPECT_EQ(reader->load(*slot)->offsets, offsets);
  }
}

}  // namespace
}  // namespace millrace::storage
