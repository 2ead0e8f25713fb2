// Which calls of a file system fail as ordered, and how.
#include "io/disk_faults.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "io/memory_file_system.h"

namespace millrace::io {
namespace {

using Kind = testing::DiskFault::Kind;

class DiskFaultsTest : public ::testing::Test {
 protected:
  /// errno, or 0.
  static int error_of(const Result<void>& done) { return done ? 0 : done.error().code().value(); }
  static int error_of(const Result<std::shared_ptr<File>>& opened) {
    return opened ? 0 : opened.error().code().value();
  }

  const std::shared_ptr<DiskFaults> faults_ = std::make_shared<DiskFaults>();
  const std::unique_ptr<FileSystem> fs_ =
      with_faults(std::make_unique<MemoryFileSystem>(), faults_);
  const bool has_directory_ = fs_->create_directories("d").has_value();
  const std::shared_ptr<File> file_ = fs_->open("d/a.log", OpenMode::create).value();
};

TEST_F(DiskFaultsTest, AWriteThatFailsWritesNothing) {
  ASSERT_TRUE(file_->write_at(Position(0), as_bytes("kept")));
  faults_->add({.kind = Kind::write_fails});
  const auto failed = file_->write_at(Position(0), as_bytes("lost"));
  EXPECT_EQ(error_of(failed), EIO);
  EXPECT_NE(failed.error().message().find("d/a.log"), std::string::npos);
  EXPECT_EQ(as_text(*read_file(*fs_, "d/a.log", 100)), "kept");
  EXPECT_EQ(error_of(file_->write_at(Position(0), as_bytes("next"))), 0);
  EXPECT_EQ(faults_->met(), 1);
}

TEST_F(DiskFaultsTest, SyncsOfFilesAndDirectoriesFail) {
  faults_->add({.kind = Kind::sync_fails, .count = 2});
  EXPECT_EQ(error_of(file_->write_at(Position(0), as_bytes("x"))), 0);
  EXPECT_EQ(error_of(file_->sync()), EIO);
  EXPECT_EQ(error_of(fs_->sync_directory("d")), EIO);
  EXPECT_EQ(error_of(file_->sync()), 0);
}

TEST_F(DiskFaultsTest, AFullDiskHasNoRoomForWritesAndNewNames) {
  faults_->add({.kind = Kind::disk_full, .count = 0});
  EXPECT_EQ(error_of(file_->write_at(Position(0), as_bytes("x"))), ENOSPC);
  EXPECT_EQ(error_of(fs_->open("d/b.log", OpenMode::create)), ENOSPC);
  EXPECT_EQ(error_of(fs_->create_directories("e")), ENOSPC);
  EXPECT_EQ(error_of(fs_->open("d/a.log", OpenMode::truncate)), 0);
  EXPECT_EQ(error_of(file_->truncate(0)), 0);
  EXPECT_EQ(error_of(file_->sync()), 0);
  EXPECT_EQ(error_of(fs_->remove("d/a.log")), 0);
  EXPECT_EQ(faults_->met(), 3);
  faults_->clear();
  EXPECT_EQ(error_of(fs_->open("d/b.log", OpenMode::create)), 0);
}

TEST_F(DiskFaultsTest, OnlySoManyCallsAfterSoManyOfThePathsThatAreMeant) {
  faults_->add({.kind = Kind::sync_fails, .path_contains = "a.log", .count = 2, .after = 1});
  const auto other = fs_->open("d/b.log", OpenMode::create).value();
  EXPECT_EQ(error_of(other->sync()), 0);
  std::vector<int> errors;
  for (int i = 0; i < 4; ++i) errors.push_back(error_of(file_->sync()));
  EXPECT_EQ(errors, (std::vector<int>{0, EIO, EIO, 0}));
}

}  // namespace
}  // namespace millrace::io
