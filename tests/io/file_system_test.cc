// What every file system promises: the real one, the one in memory, the one that fails on demand.
#include "io/file_system.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <functional>

#include "base/text.h"
#include "io/disk_faults.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"

namespace millrace::io {
namespace {

struct Implementation {
  const char* name;
  std::function<std::unique_ptr<FileSystem>()> make;
};

class AnyFileSystem : public ::testing::TestWithParam<Implementation> {
 protected:
  AnyFileSystem() : fs_(GetParam().make()) {
    dir_ = cat(::testing::TempDir(), "millrace-io-", ::getpid());
    EXPECT_TRUE(fs_->remove_all(dir_));
    EXPECT_TRUE(fs_->create_directories(dir_));
  }
  ~AnyFileSystem() override { EXPECT_TRUE(fs_->remove_all(dir_)); }

  std::string path(std::string_view name) const { return join(dir_, name); }
  std::shared_ptr<File> create(std::string_view name, std::string_view text = "") {
    auto file = fs_->open(path(name), OpenMode::create);
    EXPECT_TRUE(file);
    EXPECT_TRUE((*file)->write_at(Position(0), as_bytes(text)));
    return *file;
  }
  std::string read(std::string_view name) {
    const auto bytes = read_file(*fs_, path(name), 1 << 20);
    return bytes ? std::string(as_text(*bytes)) : "<" + bytes.error().to_string() + ">";
  }
  std::vector<std::string> list(std::string_view name = "") {
    std::vector<std::string> names;
    const auto entries = fs_->list(path(name));
    EXPECT_TRUE(entries);
    for (const auto& entry : *entries)
      names.push_back(entry.name + (entry.is_directory ? "/" : ""));
    return names;
  }
  template <class T>
  static bool failed_with(const Result<T>& result, int error) {
    return !result && result.error().code() == std::error_code(error, std::generic_category());
  }

  std::unique_ptr<FileSystem> fs_;
  std::string dir_;
};

TEST_P(AnyFileSystem, ReadsWhatWasWrittenUpToTheEnd) {
  const auto file = create("f", "hello world");
  std::array<std::byte, 100> buffer;
  const auto count = file->read_at(Position(6), buffer);
  ASSERT_TRUE(count);
  EXPECT_EQ(as_text(ByteView(buffer).first(*count)), "world");
  EXPECT_EQ(*file->read_at(Position(11), buffer), 0U);
  EXPECT_EQ(*file->read_at(Position(1000), buffer), 0U);
  EXPECT_EQ(*file->size(), 11);
}

TEST_P(AnyFileSystem, WritesManyPartsAsOne) {
  const auto file = create("f");
  std::vector<ByteView> parts;
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const std::string_view text = i % 3 == 0 ? "" : i % 3 == 1 ? "ab" : "c";
    parts.push_back(as_bytes(text));
    expected += text;
  }
  ASSERT_TRUE(file->write_at(Position(0), parts));
  EXPECT_EQ(read("f"), expected);
}

TEST_P(AnyFileSystem, GapsReadAsZeros) {
  const auto file = create("f", "x");
  ASSERT_TRUE(file->write_at(Position(70'000), as_bytes("y")));
  const std::string text = read("f");
  ASSERT_EQ(text.size(), 70'001U);
  EXPECT_EQ(text.substr(1, 69'999), std::string(69'999, '\0'));
}

TEST_P(AnyFileSystem, WhatTruncationRemovedReadsAsZerosWhenTheFileGrowsAgain) {
  const auto file = create("f", "abcdef");
  ASSERT_TRUE(file->truncate(2));
  EXPECT_EQ(read("f"), "ab");
  ASSERT_TRUE(file->truncate(4));
  EXPECT_EQ(read("f"), std::string("ab\0\0", 4));
}

TEST_P(AnyFileSystem, OpenModesSayWhatMustExist) {
  EXPECT_TRUE(failed_with(fs_->open(path("f"), OpenMode::read), ENOENT));
  EXPECT_TRUE(failed_with(fs_->open(path("f"), OpenMode::read_write), ENOENT));
  EXPECT_TRUE(failed_with(fs_->open(path("no/f"), OpenMode::create), ENOENT));
  EXPECT_TRUE(fs_->open(path("f"), OpenMode::create_exclusive));
  EXPECT_TRUE(failed_with(fs_->open(path("f"), OpenMode::create_exclusive), EEXIST));
  create("f", "text");
  EXPECT_EQ(read("f"), "text");
  EXPECT_TRUE(fs_->open(path("f"), OpenMode::truncate));
  EXPECT_EQ(read("f"), "");
}

TEST_P(AnyFileSystem, ErrorsNameCallAndPath) {
  const auto missing = fs_->open(path("missing"), OpenMode::read);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message().find("open"), std::string::npos);
  EXPECT_NE(missing.error().message().find(path("missing")), std::string::npos);
}

TEST_P(AnyFileSystem, RenameReplacesAndOpenFilesStayReadable) {
  const auto old = create("b", "old");
  create("a", "new");
  ASSERT_TRUE(fs_->rename(path("a"), path("b")));
  EXPECT_EQ(read("b"), "new");
  EXPECT_FALSE(*fs_->exists(path("a")));
  std::array<std::byte, 3> buffer;
  EXPECT_EQ(*old->read_at(Position(0), buffer), 3U);
  EXPECT_EQ(as_text(buffer), "old");
}

TEST_P(AnyFileSystem, RenameMovesADirectoryWithAllItHolds) {
  ASSERT_TRUE(fs_->create_directories(path("d/e")));
  create("d/e/f", "deep");
  create("d2", "beside");
  ASSERT_TRUE(fs_->rename(path("d"), path("moved")));
  EXPECT_EQ(read("moved/e/f"), "deep");
  EXPECT_EQ(list(), (std::vector<std::string>{"d2", "moved/"}));
}

TEST_P(AnyFileSystem, RemovedFileLivesWhileItIsOpen) {
  const auto file = create("f", "text");
  ASSERT_TRUE(fs_->remove(path("f")));
  EXPECT_FALSE(*fs_->exists(path("f")));
  EXPECT_TRUE(failed_with(fs_->remove(path("f")), ENOENT));
  std::array<std::byte, 4> buffer;
  EXPECT_EQ(*file->read_at(Position(0), buffer), 4U);
}

TEST_P(AnyFileSystem, RemoveAllTakesADirectoryWithAllItHoldsAndNothingElse) {
  ASSERT_TRUE(fs_->create_directories(path("d/e")));
  create("d/e/f");
  create("dd");
  ASSERT_TRUE(fs_->remove_all(path("d")));
  ASSERT_TRUE(fs_->remove_all(path("d"))) << "nothing there is fine";
  EXPECT_EQ(list(), (std::vector<std::string>{"dd"}));
}

TEST_P(AnyFileSystem, ListsNamesInOrder) {
  create("b");
  create("a");
  ASSERT_TRUE(fs_->create_directories(path("c/x")));
  EXPECT_EQ(list(), (std::vector<std::string>{"a", "b", "c/"}));
  EXPECT_EQ(list("c"), (std::vector<std::string>{"x/"}));
  EXPECT_FALSE(fs_->list(path("none")));
}

TEST_P(AnyFileSystem, ReplaceFileLeavesNoDraft) {
  ASSERT_TRUE(replace_file(*fs_, path("f"), as_bytes("one")));
  ASSERT_TRUE(replace_file(*fs_, path("f"), as_bytes("two")));
  EXPECT_EQ(read("f"), "two");
  EXPECT_EQ(list(), (std::vector<std::string>{"f"}));
}

TEST_P(AnyFileSystem, ReadFileRefusesWhatIsTooLarge) {
  create("f", "12345");
  EXPECT_TRUE(read_file(*fs_, path("f"), 5));
  EXPECT_TRUE(failed_with(read_file(*fs_, path("f"), 4), EFBIG));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, AnyFileSystem,
    ::testing::Values(Implementation{"posix", make_posix_file_system},
                      Implementation{"with_faults",
                                     [] {
                                       return with_faults(make_posix_file_system(),
                                                          std::make_shared<DiskFaults>());
                                     }},
                      Implementation{"memory", [] { return std::make_unique<MemoryFileSystem>(); }},
                      Implementation{"faulty",
                                     [] { return std::make_unique<FaultyFileSystem>(); }}),
    [](const auto& param) { return param.param.name; });

TEST(PosixFileSystem, SecondLockNamesTheHoldersPid) {
  const auto fs = make_posix_file_system();
  const std::string path = cat(::testing::TempDir(), "millrace-lock-", ::getpid());
  auto first = fs->lock(path);
  ASSERT_TRUE(first);
  const auto second = fs->lock(path);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message().find(cat(::getpid())), std::string::npos)
      << second.error().message();
  first->reset();
  EXPECT_TRUE(fs->lock(path));
  EXPECT_TRUE(fs->remove(path));
}

TEST(PosixFileSystem, FilesHaveADescriptorForSendfile) {
  const auto fs = make_posix_file_system();
  const std::string path = cat(::testing::TempDir(), "millrace-descriptor-", ::getpid());
  EXPECT_GE((*fs->open(path, OpenMode::create))->descriptor(), 0);
  EXPECT_TRUE(fs->remove(path));
  MemoryFileSystem memory;
  EXPECT_EQ((*memory.open("f", OpenMode::create))->descriptor(), -1);
}

TEST(MemoryFileSystem, PathsAreComparedWithoutEmptyParts) {
  EXPECT_EQ(normal_path("/a//b/./c/"), "a/b/c");
  MemoryFileSystem fs;
  ASSERT_TRUE(fs.create_directories("/x/y/"));
  ASSERT_TRUE(fs.open("x//y/f", OpenMode::create));
  EXPECT_TRUE(*fs.exists("/x/y/f"));
}

}  // namespace
}  // namespace millrace::io
