// A client of version 2 has its next epoch with the answer to EndTxn: its next transaction may
// begin while the markers of the last one are still to be written, on the same partitions.
#include "broker/partition.h"
#include "handlers/harness.h"
#include "record/batch_builder.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/produce.h"
#include "wire/messages/txn_offset_commit.h"

namespace millrace::handlers {
namespace {

constexpr int16_t kProduce = 12;
constexpr int16_t kEndTxn = 5;
constexpr int16_t kOffsetCommit = 5;

class NextTransaction : public HandlersTest {
 protected:
  struct Producer {
    int64_t id = -1;
    int16_t epoch = -1;
  };

  void SetUp() override {
    create("t");
    for (const int8_t kind : {kGroup, kTransaction}) {
      const auto found = ask<wire::FindCoordinatorResponse>(
          wire::FindCoordinatorRequest{.key_type = kind, .coordinator_keys = {"x"}}, 6);
      ASSERT_EQ(found.coordinators.at(0).error_code, ErrorCode::none);
    }
    const auto made = ask<wire::InitProducerIdResponse>(
        wire::InitProducerIdRequest{.transactional_id = "x", .transaction_timeout_ms = 60'000}, 5);
    ASSERT_EQ(made.error_code, ErrorCode::none);
    producer_ = {.id = made.producer_id, .epoch = made.producer_epoch};
  }

  std::shared_ptr<Told> produce(Producer producer) {
    record::BatchBuilder builder({.is_transactional = true,
                                  .producer_id = ProducerId(producer.id),
                                  .producer_epoch = producer.epoch,
                                  .base_sequence = 0});
    builder.add_text(0, std::nullopt, "value");
    const Bytes batch = *builder.build();
    return send(
        wire::ProduceRequest{
            .transactional_id = "x",
            .acks = -1,
            .topic_data = {{.name = "t",
                            .partition_data = {{.index = 0,
                                                .records = wire::RecordsView{batch}}}}}},
        kProduce);
  }
  static ErrorCode produced(const Told& told) {
    return read<wire::ProduceResponse>(told, kProduce)
        .responses.at(0)
        .partition_responses.at(0)
        .error_code;
  }

  std::shared_ptr<Told> commit_offset(Producer producer) {
    return send(
        wire::TxnOffsetCommitRequest{
            .transactional_id = "x",
            .group_id = "g",
            .producer_id = producer.id,
            .producer_epoch = producer.epoch,
            .topics = {{.name = "t",
                        .partitions = {{.partition_index = 0, .committed_offset = 1}}}}},
        kOffsetCommit);
  }
  static ErrorCode committed(const Told& told) {
    return read<wire::TxnOffsetCommitResponse>(told, kOffsetCommit)
        .topics.at(0)
        .partitions.at(0)
        .error_code;
  }

  /// Ends the transaction; `next` runs with the producer of the next one, before the markers of
  /// this one are written.
  void end(const std::function<void(Producer)>& next) {
    const auto told = send(wire::EndTxnRequest{.transactional_id = "x",
                                               .producer_id = producer_.id,
                                               .producer_epoch = producer_.epoch,
                                               .committed = true},
                           kEndTxn, [this, next](const Told& answer) {
                             const auto ended = read<wire::EndTxnResponse>(answer, kEndTxn);
                             EXPECT_EQ(ended.error_code, ErrorCode::none);
                             producer_ = {.id = ended.producer_id, .epoch = ended.producer_epoch};
                             next(producer_);
                           });
    ASSERT_EQ(told->answers, 1);
  }

  static constexpr int8_t kGroup = 0;
  static constexpr int8_t kTransaction = 1;
  Producer producer_;
};

TEST_F(NextTransaction, ProducesBeforeTheMarkersOfTheLastAreWritten) {
  ASSERT_EQ(produced(*produce(producer_)), ErrorCode::none);
  std::shared_ptr<Told> next;
  end([&](Producer producer) {
    next = produce(producer);
    EXPECT_EQ(next->answers, 0) << "it waits for the markers";
  });
  EXPECT_EQ(produced(*next), ErrorCode::none);
  const auto partition = catalog().find_partition("t", PartitionId(0));
  EXPECT_EQ(partition->high_watermark(), Offset(3));
  EXPECT_EQ(partition->last_stable_offset(), Offset(2));
}

TEST_F(NextTransaction, CommitsOffsetsBeforeTheMarkersOfTheLastAreWritten) {
  ASSERT_EQ(committed(*commit_offset(producer_)), ErrorCode::none);
  std::shared_ptr<Told> next;
  end([&](Producer producer) {
    next = commit_offset(producer);
    EXPECT_EQ(next->answers, 0) << "it waits for the markers";
  });
  EXPECT_EQ(committed(*next), ErrorCode::none);
}

}  // namespace
}  // namespace millrace::handlers
