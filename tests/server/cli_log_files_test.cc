// What `log dump` and `log verify` find in good and in damaged files.
#include <gtest/gtest.h>

#include "cli/log_files.h"
#include "io/memory_file_system.h"
#include "record/batch_builder.h"
#include "storage/index_file.h"

namespace millrace::server {
namespace {

constexpr const char* kLog = "d/t-0/00000000000000000000.log";
constexpr const char* kIndex = "d/t-0/00000000000000000000.index";
constexpr const char* kTimeIndex = "d/t-0/00000000000000000000.timeindex";

class LogFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fs_.create_directories("d/t-0"));
    for (const int64_t base : {0, 2}) {
      positions_.push_back(static_cast<int64_t>(log_.size()));
      record::BatchBuilder builder({.base_offset = Offset(base)});
      builder.add_text(100 + base, "key", "value");
      builder.add_text(101 + base, "key", "value");
      const Bytes batch = *builder.build();
      log_.insert(log_.end(), batch.begin(), batch.end());
    }
  }
  void write(const std::string& path, ByteView bytes) {
    const auto file = fs_.open(path, io::OpenMode::truncate);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write_at(Position(0), bytes));
  }
  template <class Entry>
  void write_index(const std::string& path, const std::vector<Entry>& entries) {
    Bytes bytes(entries.size() * Entry::kSize);
    for (size_t i = 0; i < entries.size(); ++i) entries[i].encode(bytes.data() + i * Entry::kSize);
    write(path, bytes);
  }
  int32_t second() const { return static_cast<int32_t>(positions_[1]); }

  /// Findings of damage in all files.
  std::vector<std::string> verify(bool records = false) {
    std::vector<std::string> damage;
    printed_.clear();
    const LogVisitor visitor{
        .print = [&](std::string_view line) { printed_ += std::string(line) + '\n'; },
        .damage = [&](std::string_view line) { damage.emplace_back(line); },
        .records = records};
    const auto files = log_files(fs_, "d");
    EXPECT_TRUE(files);
    for (const auto& file : *files) EXPECT_TRUE(visit_file(fs_, file, visitor));
    return damage;
  }

  io::MemoryFileSystem fs_;
  Bytes log_;
  std::vector<int64_t> positions_;
  std::string printed_;
};

TEST_F(LogFiles, AWholeLogWithItsIndexesIsUndamaged) {
  write(kLog, log_);
  write_index<storage::OffsetIndexEntry>(kIndex, {{3, second()}});
  write_index<storage::TimeIndexEntry>(kTimeIndex, {{103, 3}});
  EXPECT_EQ(verify(), std::vector<std::string>());
  EXPECT_NE(printed_.find("offsets 2..3"), std::string::npos) << printed_;
}

TEST_F(LogFiles, RecordsArePrintedOnDemand) {
  write(kLog, log_);
  verify(true);
  EXPECT_NE(printed_.find("record  offset 3  time 103  key \"key\"  value \"value\""),
            std::string::npos)
      << printed_;
}

TEST_F(LogFiles, EveryFlippedByteBehindTheFirstHeaderFieldsIsFound) {
  // Base offset and leader epoch are not covered by the CRC; everything else is noticed.
  for (size_t at = 16; at < log_.size(); ++at) {
    const size_t in_batch = at % static_cast<size_t>(positions_[1]);
    if (in_batch < 8 || (in_batch >= 12 && in_batch < 16)) continue;
    Bytes damaged = log_;
    damaged[at] ^= std::byte{0x10};
    write(kLog, damaged);
    EXPECT_FALSE(verify().empty()) << at;
  }
}

TEST_F(LogFiles, ATornBatchIsDamageAndZerosBehindTheEndAreNot) {
  write(kLog, ByteView(log_).first(log_.size() - 1));
  EXPECT_EQ(verify().size(), 1U);
  Bytes grown = log_;
  grown.resize(log_.size() + 1000);
  write(kLog, grown);
  EXPECT_EQ(verify(), std::vector<std::string>());
}

TEST_F(LogFiles, AnOffsetBelowTheOneBeforeIsDamage) {
  Bytes damaged = log_;
  store_be<int64_t>(damaged.data() + positions_[1], 1);
  write(kLog, damaged);
  EXPECT_EQ(verify().size(), 1U);
}

TEST_F(LogFiles, IndexEntriesMustBelongToBatches) {
  write(kLog, log_);
  write_index<storage::OffsetIndexEntry>(kIndex, {{3, second() + 1}});
  EXPECT_EQ(verify().size(), 1U);
  write_index<storage::OffsetIndexEntry>(kIndex, {{2, second()}});
  EXPECT_EQ(verify().size(), 1U);
  write_index<storage::OffsetIndexEntry>(kIndex, {{3, second()}, {3, second()}});
  EXPECT_EQ(verify().size(), 1U);
}

TEST_F(LogFiles, TimeIndexEntriesMustTellTheirBatchsTime) {
  write(kLog, log_);
  write_index<storage::TimeIndexEntry>(kTimeIndex, {{102, 3}});
  EXPECT_EQ(verify().size(), 1U);
  write_index<storage::TimeIndexEntry>(kTimeIndex, {{103, 9}});
  EXPECT_EQ(verify().size(), 1U);
  write_index<storage::TimeIndexEntry>(kTimeIndex, {{101, 1}, {101, 3}});
  EXPECT_FALSE(verify().empty());
}

TEST_F(LogFiles, IndexesGrownAheadWithZerosAreUndamaged) {
  write(kLog, {});
  write(kIndex, Bytes(80));
  write(kTimeIndex, Bytes(120));
  EXPECT_EQ(verify(), std::vector<std::string>());
}

TEST_F(LogFiles, AnIndexOfAnOddSizeOrWithoutItsLogIsDamage) {
  write(kIndex, {});
  EXPECT_EQ(verify().size(), 1U);
  write(kLog, log_);
  write(kIndex, Bytes(9));
  EXPECT_EQ(verify().size(), 1U);
}

TEST_F(LogFiles, BrokenSmallFilesAreDamage) {
  for (const char* name :
       {"d/t-0/leader-epoch-checkpoint", "d/t-0/partition.metadata",
        "d/log-start-offset-checkpoint", "d/t-0/00000000000000000004.snapshot"}) {
    write(name, as_bytes("nonsense"));
    EXPECT_EQ(verify().size(), 1U) << name;
    ASSERT_TRUE(fs_.remove(name));
  }
}

TEST_F(LogFiles, DirectoriesBeingDeletedAreNotLookedAt) {
  const std::string deleted = "d/t-0.0123456789abcdef0123456789abcdef-delete";
  ASSERT_TRUE(fs_.create_directories(deleted));
  write(deleted + "/00000000000000000000.log", as_bytes("nonsense"));
  EXPECT_EQ(verify(), std::vector<std::string>());
}

}  // namespace
}  // namespace millrace::server
