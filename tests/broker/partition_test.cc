// What one partition promises about acks, the high watermark and syncs, with the sync under the
// test's control.
#include "broker/partition.h"

#include "broker/fetch.h"
#include "broker/harness.h"
#include "storage/log_directory.h"
#include "storage/sync_pool.h"

namespace millrace::broker {
namespace {

constexpr int16_t kAll = -1;

class PartitionTest : public ::testing::Test {
 protected:
  void SetUp() override { open({}); }

  void open(const ConfigValues& config) {
    auto opened = storage::LogDirectory::open(fs_, clock_, {.path = "data"});
    ASSERT_TRUE(opened) << opened.error().to_string();
    directory_ = *std::move(opened);
    ASSERT_TRUE(directory_->load([](const auto&) { return storage::LogConfig(); }));
    use(config);
  }
  void use(const ConfigValues& config) {
    const auto parsed = TopicConfig::from(config, BrokerConfig());
    const Uuid id = Uuid::random();
    const std::string topic = "t" + std::to_string(++topics_);
    auto log = directory_->create({topic, PartitionId(0)}, id, parsed->log);
    ASSERT_TRUE(log) << log.error().to_string();
    partition_ = Partition::make({.id = {topic, id, PartitionId(0)},
                                  .log = *log,
                                  .config = parsed,
                                  .directory = directory_.get(),
                                  .sync_pool = &pool_,
                                  .clock = &clock_,
                                  .timers = &timers_});
  }

  using Answer = std::shared_ptr<std::optional<ProduceOutcome>>;
  Answer produce(const std::vector<std::string>& values, int16_t acks, Sequence sequence = {}) {
    auto answer = std::make_shared<std::optional<ProduceOutcome>>();
    const Bytes batch = batch_of(values, clock_.wall_ms(), sequence);
    partition_->append({.records = batch, .acks = acks}, [this, answer](ProduceOutcome outcome) {
      answers_.push_back(outcome.base_offset.value());
      *answer = std::move(outcome);
    });
    return answer;
  }
  void sync() { pool_.run_pending(); }
  int64_t high_watermark() { return partition_->high_watermark().value(); }

  io::FaultyFileSystem fs_;
  ManualClock clock_;
  Timers timers_;
  std::unique_ptr<storage::LogDirectory> directory_;
  /// Base offsets in the order of the answers; the pool's end may still bring some.
  std::vector<int64_t> answers_;
  storage::SyncPool pool_{0};
  std::shared_ptr<Partition> partition_;
  int topics_ = 0;
};

TEST_F(PartitionTest, AcksAllIsAnsweredOnlyAfterTheSync) {
  const auto answer = produce({"a", "b"}, kAll);
  EXPECT_FALSE(*answer);
  sync();
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->error, ErrorCode::none);
  EXPECT_EQ((*answer)->base_offset, Offset(0));
}

TEST_F(PartitionTest, AcksOneIsAnsweredWhenWritten) {
  const auto answer = produce({"a"}, 1);
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->base_offset, Offset(0));
  EXPECT_EQ(high_watermark(), 1);
}

TEST_F(PartitionTest, AcksZeroIsAppended) {
  produce({"a"}, 0);
  EXPECT_EQ(read_all(*partition_), std::vector<std::string>{"a"});
}

TEST_F(PartitionTest, HighWatermarkStopsInFrontOfTheFirstUnsyncedAcksAllBatch) {
  produce({"a"}, 1);
  produce({"b"}, kAll);
  const auto behind = produce({"c"}, 1);
  ASSERT_TRUE(*behind) << "acks=1 does not wait for somebody else's sync";
  EXPECT_EQ(high_watermark(), 1);
  EXPECT_EQ(partition_->log_end_offset(), Offset(3));
  EXPECT_EQ(read_all(*partition_), std::vector<std::string>{"a"});
  sync();
  EXPECT_EQ(high_watermark(), 3);
  EXPECT_EQ(read_all(*partition_), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(PartitionTest, BetweenHighWatermarkAndEndThereIsNothingToReadWithoutError) {
  produce({"a"}, kAll);
  const auto data = partition_->read({.from = Offset(1), .bytes_max = 1000});
  ASSERT_TRUE(data) << data.error().to_string();
  EXPECT_EQ(data->bytes, 0);
  EXPECT_EQ(code_of(partition_->read({.from = Offset(2), .bytes_max = 1000})),
            ErrorCode::offset_out_of_range);
}

TEST_F(PartitionTest, OneSyncAnswersAllThatWaitInAppendOrder) {
  for (int i = 0; i < 5; ++i) produce({"v"}, kAll);
  EXPECT_TRUE(answers_.empty());
  EXPECT_EQ(pool_.run_pending(), 1U);
  EXPECT_EQ(answers_, (std::vector<int64_t>{0, 1, 2, 3, 4}));
}

TEST_F(PartitionTest, ABatchAppendedDuringTheSyncWaitsForTheNextOne) {
  produce({"a"}, kAll);
  std::shared_ptr<std::optional<ProduceOutcome>> during;
  bool syncing = false;
  fs_.set_hook([&](const io::FaultyCall& call) {
    if (call.name == "sync" && !syncing) {
      syncing = true;
      during = produce({"b"}, kAll);
    }
    EXPECT_FALSE(during && *during) << "answered by a sync that began before it";
    return io::Fault::none;
  });
  EXPECT_EQ(pool_.run_pending(), 2U);
  EXPECT_TRUE(*during);
  EXPECT_EQ(answers_, (std::vector<int64_t>{0, 1}));
}

TEST_F(PartitionTest, ARetryWaitsForTheSyncOfItsFirstAttempt) {
  const Sequence sequence{.producer = ProducerId(7), .epoch = 0, .first = 0};
  const auto first = produce({"a"}, kAll, sequence);
  const auto retry = produce({"a"}, kAll, sequence);
  EXPECT_FALSE(*retry);
  sync();
  ASSERT_TRUE(*first && *retry);
  EXPECT_EQ((*retry)->base_offset, (*first)->base_offset);
  EXPECT_EQ(partition_->log_end_offset(), Offset(1));
}

TEST_F(PartitionTest, AFailedSyncAnswersStorageErrorAndTakesThePartitionOffline) {
  produce({"a"}, kAll);
  sync();
  const auto lost = produce({"b"}, kAll);
  fs_.set_hook([](const io::FaultyCall& call) {
    return call.name == "sync" ? io::Fault::io_error : io::Fault::none;
  });
  sync();
  ASSERT_TRUE(*lost);
  EXPECT_EQ((*lost)->error, ErrorCode::kafka_storage_error);
  EXPECT_TRUE(partition_->offline());
  EXPECT_EQ((*produce({"c"}, 1))->error, ErrorCode::kafka_storage_error);
  EXPECT_EQ(code_of(partition_->read({.from = Offset(0), .bytes_max = 100})),
            ErrorCode::kafka_storage_error);
  EXPECT_EQ(code_of(partition_->list_offset(kLatestTimestamp, Isolation::read_uncommitted)),
            ErrorCode::kafka_storage_error);
}

TEST_F(PartitionTest, FlushMessagesMakesAcksOneWait) {
  use({{"flush.messages", "2"}});
  EXPECT_TRUE(*produce({"a"}, 1));
  const auto second = produce({"b"}, 1);
  EXPECT_FALSE(*second);
  EXPECT_EQ(high_watermark(), 2) << "only acks=all holds the high watermark";
  sync();
  EXPECT_TRUE(*second);
}

TEST_F(PartitionTest, FlushMsSyncsWhatNobodyWaitsFor) {
  use({{"flush.ms", "500"}});
  produce({"a"}, 1);
  clock_.advance(Milliseconds(499));
  timers_.run_due(clock_.steady_now());
  EXPECT_EQ(pool_.run_pending(), 0U);
  clock_.advance(Milliseconds(1));
  timers_.run_due(clock_.steady_now());
  EXPECT_EQ(pool_.run_pending(), 1U);
  EXPECT_EQ(partition_->log()->synced_offset(), Offset(1));
}

TEST_F(PartitionTest, AnAlteredFlushMsCountsForWhatIsAlreadyWritten) {
  produce({"a"}, 1);
  partition_->set_config(TopicConfig::from({{"flush.ms", "500"}}, BrokerConfig()));
  clock_.advance(Milliseconds(500));
  timers_.run_due(clock_.steady_now());
  EXPECT_EQ(pool_.run_pending(), 1U);
}

TEST_F(PartitionTest, OsAnswersAcksAllWithoutASync) {
  use({{"millrace.durability", "os"}});
  EXPECT_TRUE(*produce({"a"}, kAll));
  EXPECT_EQ(pool_.run_pending(), 0U);
  EXPECT_EQ(high_watermark(), 1);
}

TEST_F(PartitionTest, WhenDurableWaitsForAcksOneRecordsToo) {
  produce({"a"}, 1);
  bool durable = false;
  partition_->when_durable(Offset(1), [&](Result<void> done) { durable = done.has_value(); });
  EXPECT_FALSE(durable);
  EXPECT_EQ(high_watermark(), 1);
  sync();
  EXPECT_TRUE(durable);
}

TEST_F(PartitionTest, WhenDurableAnswersAtOnceWhereTheLevelAsksForNoSync) {
  use({{"millrace.durability", "os"}});
  produce({"a"}, 1);
  bool durable = false;
  partition_->when_durable(Offset(1), [&](Result<void> done) { durable = done.has_value(); });
  EXPECT_TRUE(durable);
}

TEST_F(PartitionTest, InternalRecordsAreDurableAsAcksAll) {
  Result<Offset> answer = Offset(-1);
  partition_->append_internal(batch_of({"a"}, clock_.wall_ms()),
                              [&](Result<Offset> done) { answer = std::move(done); });
  EXPECT_EQ(*answer, Offset(-1));
  EXPECT_EQ(high_watermark(), 0);
  sync();
  EXPECT_EQ(*answer, Offset(0));
}

TEST_F(PartitionTest, MoreInsyncReplicasThanThereAreAskForThoseThatThereAre) {
  use({{"min.insync.replicas", "2"}});
  const auto answer = produce({"a"}, kAll);
  sync();
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->error, ErrorCode::none);
}

TEST_F(PartitionTest, RetiringAnswersWhoWaitsWithTheReason) {
  const auto waiting = produce({"a"}, kAll);
  bool woken = false;
  partition_->add_waiter(std::make_shared<FetchWaiter>(1, [&] { woken = true; }),
                         Isolation::read_uncommitted, 0);
  const auto tell = partition_->retire(ErrorCode::unknown_topic_or_partition);
  EXPECT_FALSE(*waiting) << "not before the caller says so";
  tell();
  ASSERT_TRUE(*waiting);
  EXPECT_EQ((*waiting)->error, ErrorCode::unknown_topic_or_partition);
  EXPECT_TRUE(woken);
  EXPECT_EQ((*produce({"b"}, 1))->error, ErrorCode::unknown_topic_or_partition);
}

TEST_F(PartitionTest, AWaiterIsNotWokenByBytesAboveTheHighWatermark) {
  int woken = 0;
  partition_->add_waiter(std::make_shared<FetchWaiter>(1, [&] { ++woken; }),
                         Isolation::read_uncommitted, 0);
  produce({"a"}, kAll);
  EXPECT_EQ(woken, 0);
  sync();
  EXPECT_EQ(woken, 1);
}

TEST_F(PartitionTest, AWaiterSeesWhatBecameReadableSinceItsRead) {
  const auto before = partition_->read({.from = Offset(0), .bytes_max = 1000});
  produce({"a"}, 1);
  int woken = 0;
  partition_->add_waiter(std::make_shared<FetchWaiter>(1, [&] { ++woken; }),
                         Isolation::read_uncommitted, before->readable_stamp);
  EXPECT_EQ(woken, 1);
}

TEST_F(PartitionTest, ADamagedBatchIsRefusedAndNothingIsWritten) {
  Bytes batch = batch_of({"a"}, clock_.wall_ms());
  batch.back() ^= std::byte{1};
  std::optional<ProduceOutcome> outcome;
  partition_->append({.records = batch}, [&](ProduceOutcome done) { outcome = std::move(done); });
  EXPECT_EQ(outcome->error, ErrorCode::corrupt_message);
  EXPECT_EQ(partition_->log_end_offset(), Offset(0));
}

TEST_F(PartitionTest, LogAppendTimeAnswersTheBrokersTime) {
  use({{"message.timestamp.type", "LogAppendTime"}});
  const auto answer = produce({"a"}, 1);
  EXPECT_EQ((*answer)->log_append_time_ms, clock_.wall_ms());
  use({});
  EXPECT_EQ((*produce({"a"}, 1))->log_append_time_ms, -1);
}

}  // namespace
}  // namespace millrace::broker
