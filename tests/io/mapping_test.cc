// Files as memory, and locks that are looked at: what a second process needs of a file system.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "base/text.h"
#include "io/faulty_file_system.h"
#include "io/file_system.h"
#include "io/memory_file_system.h"

namespace millrace::io {
namespace {

constexpr int64_t kSize = 64 << 10;

class Mappings : public ::testing::Test {
 protected:
  Mappings() : dir_(cat(::testing::TempDir(), "millrace-mapping-", ::getpid())) {
    EXPECT_TRUE(fs_->remove_all(dir_));
    EXPECT_TRUE(fs_->create_directories(dir_));
  }
  ~Mappings() override { EXPECT_TRUE(fs_->remove_all(dir_)); }

  std::shared_ptr<Mapping> map(MapMode mode, int64_t from = 0) {
    auto mapped = fs_->map(path_, {.from = Position(from), .size = kSize}, mode);
    EXPECT_TRUE(mapped) << mapped.error().to_string();
    return *mapped;
  }

  const std::unique_ptr<FileSystem> fs_ = make_posix_file_system();
  const std::string dir_;
  const std::string path_ = join(dir_, "f");
};

TEST_F(Mappings, ShowWhatOthersWrite) {
  const auto written = map(MapMode::read_write);
  const auto read = map(MapMode::read);
  EXPECT_EQ(read->bytes()[100], std::byte(0)) << "a new file is zeros";
  std::memcpy(written->bytes().data() + 100, "hello", 5);
  EXPECT_EQ(as_text(read->bytes().subspan(100, 5)), "hello");
  const auto contents = read_file(*fs_, path_, kSize);
  ASSERT_TRUE(contents);
  EXPECT_EQ(as_text(*contents).substr(100, 5), "hello");
  EXPECT_TRUE(written->sync());
}

TEST_F(Mappings, TakeTheirBlocksBeforeTheyAreWritten) {
  map(MapMode::read_write);
  const auto second = map(MapMode::read_write, kSize);
  struct stat info{};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_size, 2 * kSize);
  EXPECT_GE(info.st_blocks * 512, 2 * kSize);
}

TEST_F(Mappings, AreNotMadeBehindTheEndOfAFile) {
  const FileRange range{.from = Position(0), .size = kSize};
  EXPECT_TRUE(
      fs_->map(path_, range, MapMode::read).error().is(std::errc::no_such_file_or_directory));
  ASSERT_TRUE(fs_->open(path_, OpenMode::create));
  EXPECT_FALSE(fs_->map(path_, range, MapMode::read));
}

TEST_F(Mappings, AreRefusedByFileSystemsWithoutThem) {
  MemoryFileSystem memory;
  FaultyFileSystem faulty;
  for (FileSystem* fs : {static_cast<FileSystem*>(&memory), static_cast<FileSystem*>(&faulty)}) {
    const auto mapped = fs->map("f", {.from = Position(0), .size = kSize}, MapMode::read_write);
    EXPECT_TRUE(mapped.error().is(std::errc::operation_not_supported));
    EXPECT_FALSE(*fs->exists("f"));
  }
}

TEST_F(Mappings, LocksAreSeenWithoutBeingTaken) {
  EXPECT_TRUE(fs_->is_locked(path_).error().is(std::errc::no_such_file_or_directory));
  auto lock = fs_->lock(path_);
  ASSERT_TRUE(lock);
  EXPECT_TRUE(*fs_->is_locked(path_));
  EXPECT_FALSE(fs_->lock(path_)) << "there is one";
  lock->reset();
  EXPECT_FALSE(*fs_->is_locked(path_));
  EXPECT_TRUE(fs_->lock(path_));
}

}  // namespace
}  // namespace millrace::io
