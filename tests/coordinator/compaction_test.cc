// The coordinators' topics are compacted: what is replayed afterwards is what was replayed before.
#include <gtest/gtest.h>

#include "base/log.h"
#include "base/text.h"
#include "broker/broker.h"
#include "broker/catalog.h"
#include "broker/log_cleaner.h"
#include "broker/partition.h"
#include "coordinator/broker_offsets_log.h"
#include "coordinator/group_coordinator.h"
#include "coordinator/transactions/broker_transaction_log.h"
#include "coordinator/transactions/transaction_coordinator.h"
#include "io/faulty_file_system.h"
#include "record/batch_builder.h"
#include "storage/partition_log.h"

namespace millrace::coordinator {
namespace {

constexpr const char* kTopic = "orders";
constexpr int kPartitions = 4;

class CompactionTest : public ::testing::Test {
 protected:
  CompactionTest() {
    log::set_level(log::Level::off);
    start();
  }

  void start() {
    auto opened = broker::Broker::open({.file_system = &disk_,
                                        .dir = "data",
                                        .clock = &clock_,
                                        .timers = &timers_,
                                        .config = {{"offsets.topic.num.partitions", "1"},
                                                   {"transaction.state.log.num.partitions", "1"},
                                                   {"num.recovery.threads.per.data.dir", "1"}},
                                        .sync_threads = 0});
    ASSERT_TRUE(opened) << opened.error().to_string();
    broker_ = *std::move(opened);
    offsets_log_ = std::make_unique<BrokerOffsetsLog>(*broker_);
    groups_ = std::make_unique<GroupCoordinator>(coordinator_config(*broker_), *offsets_log_,
                                                 clock_, timers_);
    transaction_log_ = std::make_unique<BrokerTransactionLog>(*broker_, *groups_);
    transactions_ = std::make_unique<TransactionCoordinator>(transaction_config(*broker_->config()),
                                                             *transaction_log_, clock_, timers_);
    loaded_ = groups_->load().record_count + transactions_->load().record_count;
  }
  void restart() {
    transactions_.reset();
    transaction_log_.reset();
    groups_.reset();
    offsets_log_.reset();
    ASSERT_TRUE(broker_->close());
    broker_.reset();
    start();
  }
  void set(const std::string& topic, const std::string& key, const std::string& value) {
    const broker::ConfigChange change{.name = key, .value = value};
    ASSERT_TRUE(broker_->catalog().alter_config(topic, std::span(&change, 1)));
  }

  /// With as many records as offsets are committed.
  void create_topic() {
    ASSERT_TRUE(broker_->catalog().create({.name = kTopic, .partitions = kPartitions}));
    for (int partition = 0; partition < kPartitions; ++partition) {
      record::BatchBuilder builder;
      for (int i = 0; i < 1100; ++i) builder.add_text(clock_.wall_ms(), std::nullopt, "x");
      broker_->catalog()
          .find_partition(kTopic, PartitionId(partition))
          ->append_internal(*builder.build(),
                            [](const Result<Offset>& done) { ASSERT_TRUE(done); });
    }
  }

  ErrorCode commit(const std::string& group, int partition, int64_t offset,
                   std::optional<ProducerIdentity> producer = std::nullopt) {
    EXPECT_EQ(groups_->find_coordinator(group), ErrorCode::none);
    OffsetCommitRequest request;
    request.group_id = group;
    request.topics = {
        {.topic = kTopic,
         .partitions = {{.partition = PartitionId(partition), .offset = Offset(offset)}}}};
    if (producer) {
      const auto place = groups_->offsets_place(group);
      const auto guard = groups_->offsets_guard(place.partition, producer->id, producer->epoch);
      request.transaction = TransactionalCommit{
          .producer_id = producer->id, .producer_epoch = producer->epoch, .guard = *guard};
    }
    ErrorCode error = ErrorCode::request_timed_out;
    groups_->commit_offsets(request, [&](OffsetCommitResponse response) {
      error = response.topics.at(0).partitions.at(0).error;
    });
    return error;
  }
  /// "group/partition=offset" of all, and the transactional ids.
  std::vector<std::string> state() {
    std::vector<std::string> all;
    for (const char* group : {"a", "b", "c"}) {
      FetchGroupOffsetsRequest request;
      request.group_id = group;
      for (int i = 0; i < kPartitions; ++i) {
        request.topics = {{.topic = kTopic, .partitions = {PartitionId(i)}}};
        const auto fetched = groups_->fetch_offsets(request);
        all.push_back(
            cat(group, '/', i, '=', fetched.topics.at(0).partitions.at(0).offset.value()));
      }
    }
    for (const char* id : {"x", "y"}) {
      const auto described = transactions_->describe(id);
      EXPECT_EQ(described.error, ErrorCode::none) << id;
      all.push_back(cat(id, ": ", described.transaction.producer.id, '/',
                        described.transaction.producer.epoch, ' ',
                        static_cast<int>(described.transaction.state)));
    }
    return all;
  }

  ProducerIdentity init(const std::string& id) {
    EXPECT_EQ(transactions_->find_coordinator(), ErrorCode::none);
    ProducerIdentity producer;
    transactions_->init_producer({.transactional_id = id, .timeout_ms = 60'000},
                                 [&](const InitProducerResponse& response) {
                                   EXPECT_EQ(response.error, ErrorCode::none);
                                   producer = response.producer;
                                 });
    return producer;
  }
  void add(const std::string& id, const ProducerIdentity& producer) {
    ErrorCode error = ErrorCode::request_timed_out;
    transactions_->add_partitions({.transactional_id = id,
                                   .producer = producer,
                                   .partitions = {{"__consumer_offsets", PartitionId(0)}}},
                                  [&](ErrorCode answer) { error = answer; });
    ASSERT_EQ(error, ErrorCode::none);
  }
  void end(const std::string& id, const ProducerIdentity& producer, bool is_commit) {
    ErrorCode error = ErrorCode::request_timed_out;
    transactions_->end({.transactional_id = id, .producer = producer, .is_commit = is_commit},
                       [&](const EndTransactionResponse& response) { error = response.error; });
    ASSERT_EQ(error, ErrorCode::none);
  }
  void work() {
    const ProducerIdentity x = init("x");
    const ProducerIdentity y = init("y");
    for (int i = 0; i < 60; ++i) {
      const std::string group(1, static_cast<char>('a' + i % 3));
      ASSERT_EQ(commit(group, i % kPartitions, i), ErrorCode::none);
      const auto& [id, producer] = i % 2 == 0 ? std::pair("x", x) : std::pair("y", y);
      add(id, producer);
      ASSERT_EQ(commit(group, (i + 1) % kPartitions, 1000 + i, producer), ErrorCode::none);
      end(id, producer, i % 5 != 0);
      clock_.advance(Milliseconds(100));
    }
  }
  int64_t compact() {
    for (const char* topic : {"__consumer_offsets", "__transaction_state"}) {
      const auto log = broker_->catalog().find_partition(topic, PartitionId(0))->log();
      EXPECT_TRUE(log->roll());
      EXPECT_TRUE(log->sync());
    }
    int64_t rounds = 0;
    while (broker_->log_cleaner().clean_dirtiest([](Milliseconds) { return true; })) ++rounds;
    return rounds;
  }

  io::FaultyFileSystem disk_;
  ManualClock clock_;
  Timers timers_;
  std::unique_ptr<broker::Broker> broker_;
  std::unique_ptr<BrokerOffsetsLog> offsets_log_;
  std::unique_ptr<GroupCoordinator> groups_;
  std::unique_ptr<BrokerTransactionLog> transaction_log_;
  std::unique_ptr<TransactionCoordinator> transactions_;
  int64_t loaded_ = 0;
};

TEST_F(CompactionTest, ReplayAfterwardsGivesTheSame) {
  create_topic();
  work();
  for (const char* topic : {"__consumer_offsets", "__transaction_state"}) {
    set(topic, "internal.segment.bytes", "2000");
    set(topic, "delete.retention.ms", "1000");
  }
  work();
  const auto before = state();
  restart();
  ASSERT_EQ(state(), before);
  const int64_t loaded_before = loaded_;

  EXPECT_GE(compact(), 2);
  EXPECT_EQ(state(), before);
  restart();
  EXPECT_EQ(state(), before);
  EXPECT_LT(loaded_, loaded_before / 3);

  // Again, with markers and headers that the first round left, and past their horizon.
  clock_.advance(std::chrono::hours(1));
  work();
  const auto later = state();
  compact();
  clock_.advance(std::chrono::hours(1));
  work();
  compact();
  restart();
  EXPECT_NE(later, before);
  EXPECT_LT(loaded_, loaded_before / 3);
  const auto now = state();
  restart();
  EXPECT_EQ(state(), now);
}

}  // namespace
}  // namespace millrace::coordinator
