// The enemy itself: it must lose what may be lost, and nothing that was synced.
#include "io/faulty_file_system.h"

#include <gtest/gtest.h>

#include <set>

namespace millrace::io {
namespace {

constexpr int kImages = 300;

class PowerLossOf : public ::testing::Test {
 protected:
  PowerLossOf() {
    EXPECT_TRUE(fs.create_directories("d"));
    EXPECT_TRUE(fs.sync_directory(""));
  }
  std::shared_ptr<File> durable_file(const std::string& path, const std::string& text) {
    auto file = *fs.open(path, OpenMode::create);
    EXPECT_TRUE(file->write_at(Position(0), as_bytes(text)));
    EXPECT_TRUE(file->sync());
    EXPECT_TRUE(fs.sync_directory("d"));
    return file;
  }
  /// What a file may hold after the power went, "<none>" where it may be missing.
  std::set<std::string> images(const std::string& path) {
    std::set<std::string> all;
    for (uint64_t seed = 0; seed < kImages; ++seed) {
      const auto image = fs.power_loss(seed);
      const auto bytes = read_file(*image, path, 1 << 20);
      all.insert(bytes ? std::string(as_text(*bytes)) : "<none>");
    }
    return all;
  }
  FaultyFileSystem fs;
};

using Contents = std::set<std::string>;

TEST_F(PowerLossOf, SyncedContentsAndNamesAlwaysStay) {
  durable_file("d/f", "kept");
  EXPECT_EQ(images("d/f"), Contents{"kept"});
}

TEST_F(PowerLossOf, ContentsWithoutSyncMayStayOrGo) {
  const auto file = durable_file("d/f", "old");
  ASSERT_TRUE(file->write_at(Position(0), as_bytes("new")));
  EXPECT_EQ(images("d/f"), (Contents{"old", "new"}));
}

TEST_F(PowerLossOf, NameWithoutDirectorySyncMayBeMissingThoughTheFileWasSynced) {
  const auto file = *fs.open("d/f", OpenMode::create);
  ASSERT_TRUE(file->write_at(Position(0), as_bytes("x")));
  ASSERT_TRUE(file->sync());
  EXPECT_EQ(images("d/f"), (Contents{"<none>", "x"}));
}

TEST_F(PowerLossOf, RenameIsWholeOrNotAtAll) {
  durable_file("d/a", "a");
  durable_file("d/b", "b");
  ASSERT_TRUE(fs.rename("d/a", "d/b"));
  for (uint64_t seed = 0; seed < kImages; ++seed) {
    const auto image = fs.power_loss(seed);
    const bool renamed = !*image->exists("d/a");
    EXPECT_EQ(as_text(*read_file(*image, "d/b", 10)), renamed ? "a" : "b");
  }
}

TEST_F(PowerLossOf, RemovedNameMayComeBack) {
  durable_file("d/f", "x");
  ASSERT_TRUE(fs.remove("d/f"));
  EXPECT_EQ(images("d/f"), (Contents{"<none>", "x"}));
  ASSERT_TRUE(fs.sync_directory("d"));
  EXPECT_EQ(images("d/f"), Contents{"<none>"});
}

TEST_F(PowerLossOf, UnsyncedSizeMayBeAnyInBetween) {
  const auto file = durable_file("d/f", "0123");
  ASSERT_TRUE(file->write_at(Position(4), as_bytes("456789")));
  std::set<size_t> sizes;
  for (const std::string& image : images("d/f")) sizes.insert(image.size());
  EXPECT_EQ(sizes, (std::set<size_t>{4, 5, 6, 7, 8, 9, 10}));
}

TEST_F(PowerLossOf, PagesAreLostApartAndTornAtSectors) {
  const auto file = durable_file("d/f", std::string(8192, 'o'));
  ASSERT_TRUE(file->write_at(Position(0), as_bytes(std::string(8192, 'n'))));
  bool only_second_page = false;
  bool torn = false;
  for (const std::string& image : images("d/f")) {
    ASSERT_EQ(image.size(), 8192U);
    for (size_t sector = 0; sector < 8192; sector += 512) {
      EXPECT_EQ(image.substr(sector, 512), std::string(512, image[sector])) << "sectors are whole";
      if (sector % 4096 != 0 && image[sector] != image[sector - 1]) torn = true;
    }
    if (image == std::string(4096, 'o') + std::string(4096, 'n')) only_second_page = true;
  }
  EXPECT_TRUE(only_second_page);
  EXPECT_TRUE(torn);
}

TEST_F(PowerLossOf, TheSameSeedGivesTheSameImage) {
  const auto file = durable_file("d/f", std::string(5000, 'o'));
  ASSERT_TRUE(file->write_at(Position(100), as_bytes(std::string(9000, 'n'))));
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(*read_file(*fs.power_loss(seed), "d/f", 1 << 20),
              *read_file(*fs.power_loss(seed), "d/f", 1 << 20));
  }
}

TEST_F(PowerLossOf, TheMachineThatLostNothingGoesOn) {
  const auto file = durable_file("d/f", "old");
  ASSERT_TRUE(file->write_at(Position(0), as_bytes("new")));
  (void)fs.power_loss(1);
  EXPECT_EQ(as_text(*read_file(fs, "d/f", 10)), "new");
}

TEST(FaultyFileSystem, FailsTheChosenChangeAndOnlyIt) {
  FaultyFileSystem fs;
  const auto file = *fs.open("f", OpenMode::create);
  fs.fail_change(2, Fault::io_error);
  EXPECT_TRUE(file->write_at(Position(0), as_bytes("1")));
  const auto failed = file->sync();
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().is(std::errc::io_error));
  EXPECT_TRUE(file->sync());
}

TEST(FaultyFileSystem, ShortWriteDoesHalf) {
  FaultyFileSystem fs;
  const auto file = *fs.open("f", OpenMode::create);
  fs.fail_change(1, Fault::short_write);
  const auto failed = file->write_at(Position(0), as_bytes("12345678"));
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().is(std::errc::no_space_on_device));
  EXPECT_EQ(*file->size(), 4);
}

TEST(FaultyFileSystem, LastingFaultRefusesChangesAndServesReads) {
  FaultyFileSystem fs;
  const auto file = *fs.open("f", OpenMode::create);
  ASSERT_TRUE(file->write_at(Position(0), as_bytes("x")));
  fs.set_lasting_fault(Fault::disk_full);
  EXPECT_FALSE(file->write_at(Position(1), as_bytes("y")));
  EXPECT_FALSE(fs.open("g", OpenMode::create));
  EXPECT_EQ(as_text(*read_file(fs, "f", 10)), "x");
  fs.set_lasting_fault(Fault::none);
  EXPECT_TRUE(file->write_at(Position(1), as_bytes("y")));
}

TEST(FaultyFileSystem, HookSeesEachCallBeforeItHappens) {
  FaultyFileSystem fs;
  std::vector<std::string> calls;
  fs.set_hook([&](const FaultyCall& call) {
    calls.push_back(std::string(call.name) + (call.changes ? "!" : ""));
    return Fault::none;
  });
  const auto file = *fs.open("f", OpenMode::create);
  ASSERT_TRUE(file->write_at(Position(0), as_bytes("x")));
  ASSERT_TRUE(file->sync());
  EXPECT_EQ(*file->size(), 1);
  EXPECT_EQ(calls, (std::vector<std::string>{"open!", "write!", "sync!", "size"}));
}

TEST(FaultyFileSystem, SecondLockIsRefused) {
  FaultyFileSystem fs;
  auto first = fs.lock(".lock");
  ASSERT_TRUE(first);
  EXPECT_FALSE(fs.lock(".lock"));
  first->reset();
  EXPECT_TRUE(fs.lock(".lock"));
}

}  // namespace
}  // namespace millrace::io
