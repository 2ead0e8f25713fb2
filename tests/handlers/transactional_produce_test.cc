// Batches that begin a transaction wait for its coordinator; those behind them on the connection
// keep their order.
#include "handlers/harness.h"
#include "record/batch_builder.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/produce.h"

namespace millrace::handlers {
namespace {

constexpr int16_t kFindCoordinator = 6;
constexpr int16_t kInitProducerId = 5;
constexpr int16_t kProduce = 13;

class TransactionalProduce : public HandlersTest {
 protected:
  TransactionalProduce() : topic_(create("t")) {
    wire::FindCoordinatorRequest find;
    find.key_type = 1;
    find.coordinator_keys = {"id"};
    ask<wire::FindCoordinatorResponse>(find, kFindCoordinator);
    wire::InitProducerIdRequest init;
    init.transactional_id = "id";
    init.transaction_timeout_ms = 60'000;
    producer_ = ask<wire::InitProducerIdResponse>(init, kInitProducerId);
  }

  /// Runs `what` once, while the coordinator waits for its next record to be durable.
  void while_the_coordinator_waits(std::function<void()> what) {
    disk_.set_hook([what = std::move(what), done = false](const io::FaultyCall& call) mutable {
      const bool waits =
          call.name == "sync" && call.path.find("__transaction_state") != call.path.npos;
      if (waits && !std::exchange(done, true)) what();
      return io::Fault::none;
    });
  }

  std::shared_ptr<Told> produce(int32_t sequence, int16_t acks,
                                std::function<void(const Told&)> then = {}) {
    record::BatchBuilder builder({.is_transactional = true,
                                  .producer_id = ProducerId(producer_.producer_id),
                                  .producer_epoch = producer_.producer_epoch,
                                  .base_sequence = sequence});
    builder.add_text(0, std::nullopt, std::to_string(sequence));
    const Bytes batch = *builder.build();
    wire::ProduceRequest request;
    request.transactional_id = "id";
    request.acks = acks;
    request.topic_data = {{.topic_id = topic_,
                           .partition_data = {{.index = 0, .records = wire::RecordsView{batch}}}}};
    return send(request, kProduce, std::move(then));
  }

  static wire::ProduceResponse::Partition outcome(const Told& told) {
    const auto response = read<wire::ProduceResponse>(told, kProduce);
    return response.responses.empty() ? wire::ProduceResponse::Partition{}
                                      : response.responses[0].partition_responses.at(0);
  }

  const Uuid topic_;
  wire::InitProducerIdResponse producer_;
};

TEST_F(TransactionalProduce, ABatchIsNotOvertakenWhileAnEarlierOneWaitsForTheCoordinator) {
  std::shared_ptr<Told> second, third;
  while_the_coordinator_waits([&] { second = produce(1, -1); });
  const auto first = produce(0, 1, [&](const Told&) { third = produce(2, -1); });
  ASSERT_TRUE(second && third);
  for (const auto& [told, offset] : {std::pair{first, 0}, {second, 1}, {third, 2}}) {
    EXPECT_EQ(outcome(*told).error_code, ErrorCode::none);
    EXPECT_EQ(outcome(*told).base_offset, offset);
  }
}

TEST_F(TransactionalProduce, ARefusedBatchLetsTheNextOneGoOn) {
  producer_.producer_epoch += 1;
  EXPECT_EQ(outcome(*produce(0, -1)).error_code, ErrorCode::invalid_producer_epoch);
  producer_.producer_epoch -= 1;
  EXPECT_EQ(outcome(*produce(0, -1)).error_code, ErrorCode::none);
}

}  // namespace
}  // namespace millrace::handlers
