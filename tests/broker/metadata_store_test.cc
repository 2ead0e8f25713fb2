// The metadata journal: what was answered is there after any crash, damage is told apart from a
// torn end.
#include <gtest/gtest.h>

#include "broker/local_metadata_store.h"
#include "broker/metadata_records.h"
#include "broker/producer_ids.h"
#include "io/faulty_file_system.h"

namespace millrace::broker {
namespace {

constexpr uint64_t kNever = 1'000'000;
constexpr const char* kJournal = "meta/0000000000.journal";

class MetadataStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    store_ = must_open(*fs_);
    // The folder's own name is made durable by whoever opens the data directory.
    ASSERT_TRUE(fs_->sync_directory(""));
  }
  static std::unique_ptr<LocalMetadataStore> must_open(io::FileSystem& fs) {
    auto opened = LocalMetadataStore::open(fs, "meta");
    EXPECT_TRUE(opened) << opened.error().to_string();
    return *std::move(opened);
  }
  bool put(const std::string& key, const std::string& value) {
    return store_->commit({.puts = {{key, value}}}).has_value();
  }
  std::string value_of(const std::string& key) {
    const auto entry = store_->get(key);
    return entry ? entry->value : "(none)";
  }
  std::shared_ptr<io::File> journal() { return *fs_->open(kJournal, io::OpenMode::read_write); }

  std::unique_ptr<io::FaultyFileSystem> fs_ = std::make_unique<io::FaultyFileSystem>();
  std::unique_ptr<LocalMetadataStore> store_;
};

TEST_F(MetadataStoreTest, WhatWasCommittedIsThereAfterReopening) {
  ASSERT_TRUE(put("a", "1"));
  ASSERT_TRUE(put("b", "2"));
  ASSERT_TRUE(store_->commit({.puts = {{"a", "3"}}, .deletes = {"b"}}));
  open();
  EXPECT_EQ(value_of("a"), "3");
  EXPECT_EQ(store_->get("a")->revision, 3);
  EXPECT_EQ(value_of("b"), "(none)");
}

TEST_F(MetadataStoreTest, KeysAreListedByPrefixInOrder) {
  for (const auto* key : {"topic/b", "topic/a", "topics", "t"}) put(key, "x");
  const auto listed = store_->list("topic/");
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].key, "topic/a");
  EXPECT_EQ(listed[1].key, "topic/b");
}

TEST_F(MetadataStoreTest, AGuardLetsOnlyOneOfTwoWritersWin) {
  const auto first = store_->commit({.guards = {{"a", 0}}, .puts = {{"a", "1"}}});
  ASSERT_TRUE(first);
  const auto second = store_->commit({.guards = {{"a", 0}}, .puts = {{"a", "2"}, {"b", "2"}}});
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is(ErrorCode::concurrent_transactions));
  EXPECT_EQ(value_of("a"), "1");
  EXPECT_EQ(value_of("b"), "(none)") << "all or nothing";
  EXPECT_TRUE(store_->commit({.guards = {{"a", *first}}, .puts = {{"a", "2"}}}));
}

TEST_F(MetadataStoreTest, TooManyOperationsAreRefused) {
  MetadataTransaction transaction;
  for (int i = 0; i < 101; ++i) transaction.puts.push_back({std::to_string(i), "x"});
  EXPECT_FALSE(store_->commit(transaction));
  EXPECT_TRUE(store_->list("").empty());
}

TEST_F(MetadataStoreTest, AWatchSeesItsKeysInOrderUntilItEnds) {
  std::vector<std::string> seen;
  const auto watch = store_->watch("topic/", [&](const std::string& key, const auto& now) {
    seen.push_back(key + "=" + (now ? now->value : "gone"));
  });
  put("topic/a", "1");
  put("other", "1");
  ASSERT_TRUE(store_->commit({.puts = {{"topic/b", "2"}}, .deletes = {"topic/a"}}));
  store_->unwatch(watch);
  put("topic/c", "3");
  EXPECT_EQ(seen, (std::vector<std::string>{"topic/a=1", "topic/b=2", "topic/a=gone"}));
}

TEST_F(MetadataStoreTest, AWatcherMayCommit) {
  store_->watch("a", [&](const std::string& key, const auto&) {
    if (key == "a1") put("a2", "x");
  });
  put("a1", "x");
  EXPECT_EQ(value_of("a2"), "x");
}

TEST_F(MetadataStoreTest, ATornRecordAtTheEndIsCutOff) {
  put("a", "1");
  const int64_t whole = *journal()->size();
  put("b", "2");
  ASSERT_TRUE(journal()->truncate(*journal()->size() - 3));
  open();
  EXPECT_EQ(value_of("a"), "1");
  EXPECT_EQ(value_of("b"), "(none)");
  EXPECT_EQ(*journal()->size(), whole);
  EXPECT_TRUE(put("b", "3"));
  open();
  EXPECT_EQ(value_of("b"), "3");
}

TEST_F(MetadataStoreTest, DamageInFrontOfGoodRecordsStopsTheStartWithFileAndPosition) {
  put("a", "1");
  put("b", "2");
  ASSERT_TRUE(journal()->write_at(Position(10), as_bytes("x")));
  const auto opened = LocalMetadataStore::open(*fs_, "meta");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message().find(kJournal), std::string::npos);
  EXPECT_NE(opened.error().message().find("byte 0"), std::string::npos);
}

TEST_F(MetadataStoreTest, ALongJournalIsFoldedIntoASnapshot) {
  const std::string large(100'000, 'x');
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(put("key" + std::to_string(i % 3), large));
  EXPECT_FALSE(*fs_->exists(kJournal));
  open();
  EXPECT_EQ(store_->list("key").size(), 3U);
  EXPECT_TRUE(put("more", "1"));
  open();
  EXPECT_EQ(value_of("more"), "1");
}

// Each call fails once, in turn, while the journal is written and folded. Whatever commit answered
// is there after the process died, and also after the power went.
TEST_F(MetadataStoreTest, EveryFailedCallLosesNothingThatWasAnswered) {
  const std::string large(300'000, 'x');
  for (const auto fault : {io::Fault::io_error, io::Fault::disk_full, io::Fault::short_write}) {
    bool all_calls_made = false;
    for (uint64_t number = 1; !all_calls_made; ++number) {
      SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)) + ", call " +
                   std::to_string(number));
      ASSERT_LT(number, 200U);
      fs_ = std::make_unique<io::FaultyFileSystem>();
      open();
      const uint64_t before = fs_->changes();
      fs_->fail_change(number, fault);
      std::map<std::string, std::string> answered;
      for (int i = 0; i < 6; ++i) {
        const std::string key = "key" + std::to_string(i);
        if (put(key, large + key)) answered[key] = large + key;
      }
      EXPECT_GE(answered.size(), 5U) << "one failure refuses one transaction";
      all_calls_made = fs_->changes() < before + number;
      fs_->fail_change(kNever, io::Fault::none);
      const auto check = [&] {
        for (const auto& [key, value] : answered) EXPECT_TRUE(value_of(key) == value) << key;
      };
      {
        SCOPED_TRACE("before the crash");
        check();
      }
      const auto after_power_loss = fs_->power_loss(number);
      {
        SCOPED_TRACE("after the crash");
        open();
        check();
      }
      {
        SCOPED_TRACE("after the power loss");
        store_ = must_open(*after_power_loss);
        check();
      }
      store_.reset();
    }
  }
}

TEST_F(MetadataStoreTest, WhileTheDiskIsFullNothingChangesAndAfterwardsItGoesOn) {
  put("a", "1");
  fs_->set_lasting_fault(io::Fault::disk_full);
  EXPECT_FALSE(put("a", "2"));
  EXPECT_FALSE(put("a", "3"));
  EXPECT_EQ(value_of("a"), "1");
  fs_->set_lasting_fault(io::Fault::none);
  EXPECT_TRUE(put("b", "2"));
  open();
  EXPECT_EQ(value_of("a"), "1");
  EXPECT_EQ(value_of("b"), "2");
}

TEST_F(MetadataStoreTest, ABlockOfProducerIdsIsTheExampleOfTheFormatPage) {
  ASSERT_TRUE(put(std::string(kProducerIdsKey), encode_producer_ids(1000)));
  const std::string expected(
      "\0\0\0\x17\xf2\xa4\xc8\x98\x08\x01\x12\x13\x0a\x0cproducer-ids\x12\x03\x08\xe8\x07", 31);
  const auto written = io::read_file(*fs_, kJournal, 1000);
  ASSERT_TRUE(written);
  EXPECT_TRUE(equal_bytes(*written, as_bytes(expected)));
}

TEST_F(MetadataStoreTest, ProducerIdsNeverComeTwice) {
  int64_t last = -1;
  for (int run = 0; run < 3; ++run) {
    ProducerIds ids(*store_);
    for (int i = 0; i < 1500; ++i) {
      const auto id = ids.next();
      ASSERT_TRUE(id);
      ASSERT_GT(id->value(), last);
      last = id->value();
    }
    open();
  }
}

TEST_F(MetadataStoreTest, WithoutAWrittenBlockThereIsNoProducerId) {
  ProducerIds ids(*store_);
  fs_->set_lasting_fault(io::Fault::io_error);
  EXPECT_FALSE(ids.next());
  fs_->set_lasting_fault(io::Fault::none);
  EXPECT_TRUE(ids.next());
}

}  // namespace
}  // namespace millrace::broker
