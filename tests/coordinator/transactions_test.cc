// The transaction coordinator: fencing, partitions, decisions, markers, time, and what a restart
// makes of each state.
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "base/log.h"
#include "base/timers.h"
#include "coordinator/transactions/transaction_coordinator.h"
#include "coordinator/transactions/transaction_format.h"
#include "hex.h"
#include "memory_transaction_log.h"
#include "millrace/clock.h"

namespace millrace::coordinator {
namespace {

using namespace std::chrono_literals;
using States = std::vector<std::string>;

constexpr auto kV1 = TransactionVersion::v1;
constexpr auto kV2 = TransactionVersion::v2;
const TransactionPartition kOrders0{"orders", PartitionId(0)};
const TransactionPartition kOrders1{"orders", PartitionId(1)};

class TransactionTest : public ::testing::Test {
 protected:
  TransactionTest() {
    log::set_level(log::Level::off);
    start();
  }

  /// The process begins, or begins anew, with what the log holds.
  void start() {
    coordinator = std::make_unique<TransactionCoordinator>(TransactionConfig{}, log, clock, timers);
    summary = coordinator->load();
  }
  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    timers.run_due(clock.steady_now());
  }

  std::optional<InitProducerResponse> begin_init(
      std::optional<ProducerIdentity> expected = std::nullopt, int32_t timeout_ms = 60'000) {
    answers.push_back(std::make_shared<std::optional<InitProducerResponse>>());
    coordinator->init_producer(
        {.transactional_id = "t", .timeout_ms = timeout_ms, .expected = expected},
        [answer = answers.back()](InitProducerResponse response) { *answer = response; });
    return *answers.back();
  }
  InitProducerResponse init(std::optional<ProducerIdentity> expected = std::nullopt) {
    const auto answer = begin_init(expected);
    EXPECT_TRUE(answer) << "InitProducerId was not answered";
    return answer.value_or(InitProducerResponse{});
  }
  std::optional<ErrorCode> begin_add(ProducerIdentity producer, TransactionPartitions partitions,
                                     TransactionVersion version = kV1) {
    added = std::make_shared<std::optional<ErrorCode>>();
    coordinator->add_partitions({.transactional_id = "t",
                                 .producer = producer,
                                 .partitions = std::move(partitions),
                                 .version = version},
                                [answer = added](ErrorCode error) { *answer = error; });
    return *added;
  }
  ErrorCode add(ProducerIdentity producer, TransactionPartitions partitions = {kOrders0},
                TransactionVersion version = kV1) {
    return begin_add(producer, std::move(partitions), version)
        .value_or(ErrorCode::unknown_server_error);
  }
  ErrorCode verify(ProducerIdentity producer, const TransactionPartition& partition) {
    std::optional<VerifiedPartitions> answer;
    coordinator->verify_partitions(
        {.transactional_id = "t", .producer = producer, .partitions = {partition}},
        [&](VerifiedPartitions verified) { answer = std::move(verified); });
    EXPECT_TRUE(answer);
    return answer->at(partition);
  }
  std::optional<EndTransactionResponse> begin_end(ProducerIdentity producer, bool is_commit,
                                                  TransactionVersion version = kV1) {
    ended = std::make_shared<std::optional<EndTransactionResponse>>();
    coordinator->end(
        {.transactional_id = "t", .producer = producer, .is_commit = is_commit, .version = version},
        [answer = ended](EndTransactionResponse response) { *answer = response; });
    return *ended;
  }
  EndTransactionResponse end(ProducerIdentity producer, bool is_commit,
                             TransactionVersion version = kV1) {
    const auto answer = begin_end(producer, is_commit, version);
    EXPECT_TRUE(answer) << "EndTxn was not answered";
    return answer.value_or(EndTransactionResponse{ErrorCode::unknown_server_error});
  }
  Transaction state() { return coordinator->describe("t").transaction; }

  ManualClock clock;
  Timers timers;
  MemoryTransactionLog log;
  TransactionLoadSummary summary;
  std::unique_ptr<TransactionCoordinator> coordinator;
  std::vector<std::shared_ptr<std::optional<InitProducerResponse>>> answers;
  std::shared_ptr<std::optional<ErrorCode>> added;
  std::shared_ptr<std::optional<EndTransactionResponse>> ended;
};

TEST_F(TransactionTest, CommitIsWrittenDecidedMarkedAndCompleted) {
  const auto producer = init().producer;
  EXPECT_EQ(producer.epoch, 0);
  ASSERT_EQ(add(producer, {kOrders0, kOrders1}), ErrorCode::none);
  ASSERT_EQ(end(producer, true).error, ErrorCode::none);
  EXPECT_EQ(log.states(), (States{"Empty", "Ongoing", "PrepareCommit", "CompleteCommit"}));
  ASSERT_EQ(log.markers().size(), 1U);
  const auto& written = log.markers()[0];
  EXPECT_EQ(written.partitions, (TransactionPartitions{kOrders0, kOrders1}));
  EXPECT_EQ(written.marker.producer_id, producer.id);
  EXPECT_EQ(written.marker.producer_epoch, 0);
  EXPECT_EQ(written.marker.marker,
            (record::EndMarker{.type = record::MarkerType::commit, .coordinator_epoch = 7}));
  EXPECT_TRUE(state().partitions.empty());
}

TEST_F(TransactionTest, DecisionIsDurableBeforeItsMarkers) {
  const auto producer = init().producer;
  ASSERT_EQ(add(producer), ErrorCode::none);
  log.hold_appends();
  EXPECT_FALSE(begin_end(producer, true));
  EXPECT_TRUE(log.markers().empty());
  log.release();
  EXPECT_EQ((*ended)->error, ErrorCode::none);
  EXPECT_EQ(log.markers().size(), 1U);
}

TEST_F(TransactionTest, InitFencesTheProducerBefore) {
  const auto first = init().producer;
  const auto second = init().producer;
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.epoch, 1);
  EXPECT_EQ(add(first), ErrorCode::producer_fenced);
  EXPECT_EQ(end(first, true).error, ErrorCode::producer_fenced);
  EXPECT_EQ(add({.id = ProducerId(5), .epoch = 1}), ErrorCode::invalid_producer_id_mapping);
}

TEST_F(TransactionTest, InitAbortsWhatIsOpenAndWaitsForIt) {
  const auto first = init().producer;
  ASSERT_EQ(add(first), ErrorCode::none);
  log.hold_markers();
  EXPECT_FALSE(begin_init());
  log.release();
  const auto second = *answers.back();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->error, ErrorCode::none);
  EXPECT_EQ(second->producer.epoch, 2) << "the epoch that fences is nobody's";
  ASSERT_EQ(log.markers().size(), 1U);
  EXPECT_EQ(log.markers()[0].marker.producer_epoch, 1);
  EXPECT_EQ(log.markers()[0].marker.marker.type, record::MarkerType::abort);
}

TEST_F(TransactionTest, RetriedInitIsAnsweredAgain) {
  const auto first = init().producer;
  const auto raised = init(first).producer;
  EXPECT_EQ(raised.epoch, first.epoch + 1);
  EXPECT_EQ(init(first).producer, raised) << "the answer was lost";
  EXPECT_EQ(init(ProducerIdentity{first.id, 9}).error, ErrorCode::producer_fenced);
  EXPECT_EQ(init(ProducerIdentity{ProducerId(5), 1}).error, ErrorCode::producer_fenced);
}

TEST_F(TransactionTest, WrongRequestsAreRefused) {
  InitProducerResponse answer;
  const auto keep = [&](InitProducerResponse response) { answer = response; };
  coordinator->init_producer({.transactional_id = "", .timeout_ms = 1}, keep);
  EXPECT_EQ(answer.error, ErrorCode::invalid_request);
  coordinator->init_producer({.transactional_id = "t", .timeout_ms = 900'001}, keep);
  EXPECT_EQ(answer.error, ErrorCode::invalid_transaction_timeout);
  coordinator->init_producer({.transactional_id = "t", .timeout_ms = 0}, keep);
  EXPECT_EQ(answer.error, ErrorCode::invalid_transaction_timeout);
  EXPECT_EQ(add({.id = ProducerId(1), .epoch = 0}), ErrorCode::invalid_producer_id_mapping);
  EXPECT_EQ(coordinator->describe("t").error, ErrorCode::transactional_id_not_found);
  EXPECT_EQ(coordinator->describe("").error, ErrorCode::invalid_request);
  EXPECT_EQ(log.append_count(), 0U);
}

TEST_F(TransactionTest, RepeatedEndIsAnsweredTheOppositeRefused) {
  const auto producer = init().producer;
  EXPECT_EQ(end(producer, true).error, ErrorCode::invalid_txn_state) << "nothing was begun";
  ASSERT_EQ(add(producer), ErrorCode::none);
  ASSERT_EQ(end(producer, true).error, ErrorCode::none);
  EXPECT_EQ(end(producer, true).error, ErrorCode::none);
  EXPECT_EQ(end(producer, false).error, ErrorCode::invalid_txn_state);
}

TEST_F(TransactionTest, PartitionIsInTheTransactionOnceAdded) {
  const auto producer = init().producer;
  EXPECT_EQ(verify(producer, kOrders0), ErrorCode::transaction_abortable);
  ASSERT_EQ(add(producer), ErrorCode::none);
  EXPECT_EQ(verify(producer, kOrders0), ErrorCode::none);
  EXPECT_EQ(verify(producer, kOrders1), ErrorCode::transaction_abortable);
  const size_t before = log.append_count();
  EXPECT_EQ(add(producer), ErrorCode::none);
  EXPECT_EQ(log.append_count(), before) << "it was there already";
  ASSERT_EQ(end(producer, false).error, ErrorCode::none);
  EXPECT_EQ(verify(producer, kOrders0), ErrorCode::transaction_abortable);
}

TEST_F(TransactionTest, NextTransactionWaitsForTheMarkersOfTheLast) {
  const auto producer = init().producer;
  ASSERT_EQ(add(producer), ErrorCode::none);
  log.hold_markers();
  ASSERT_EQ(end(producer, true).error, ErrorCode::none);
  EXPECT_FALSE(begin_add(producer, {kOrders1}));
  log.release();
  EXPECT_EQ(*added, ErrorCode::none);
  EXPECT_EQ(state().partitions, TransactionPartitions{kOrders1});
}

TEST_F(TransactionTest, MarkersThatMissAreWrittenAgain) {
  const auto producer = init().producer;
  ASSERT_EQ(add(producer, {kOrders0, kOrders1}), ErrorCode::none);
  log.miss_next({kOrders1});
  ASSERT_EQ(end(producer, true).error, ErrorCode::none);
  EXPECT_EQ(state().state, TransactionState::prepare_commit);
  EXPECT_FALSE(begin_add(producer, {kOrders0}));
  log.miss_next({kOrders1});
  pass(1s);
  EXPECT_EQ(*added, ErrorCode::concurrent_transactions) << "nobody waits for long";
  pass(1s);
  EXPECT_EQ(state().state, TransactionState::complete_commit);
  ASSERT_EQ(log.markers().size(), 3U);
  EXPECT_EQ(log.markers()[2].partitions, TransactionPartitions{kOrders1});
}

TEST_F(TransactionTest, RefusedAppendChangesNothing) {
  const auto producer = init().producer;
  log.fail_next(ErrorCode::kafka_storage_error);
  EXPECT_EQ(add(producer), ErrorCode::not_coordinator);
  EXPECT_EQ(state().state, TransactionState::empty);
  ASSERT_EQ(add(producer), ErrorCode::none);
  log.fail_next(ErrorCode::kafka_storage_error);
  EXPECT_EQ(end(producer, true).error, ErrorCode::not_coordinator);
  EXPECT_EQ(state().state, TransactionState::ongoing);
  EXPECT_TRUE(log.markers().empty());
}

TEST_F(TransactionTest, CompletionThatIsRefusedIsTriedAgain) {
  const auto producer = init().producer;
  ASSERT_EQ(add(producer), ErrorCode::none);
  log.hold_markers();
  ASSERT_EQ(end(producer, true).error, ErrorCode::none);
  log.fail_next(ErrorCode::kafka_storage_error);
  log.release();
  EXPECT_EQ(state().state, TransactionState::prepare_commit);
  pass(1s);
  EXPECT_EQ(state().state, TransactionState::complete_commit);
}

TEST_F(TransactionTest, VersionTwoGetsANewEpochWithEachTransaction) {
  const auto first = init().producer;
  ASSERT_EQ(add(first, {kOrders0}, kV2), ErrorCode::none);
  const auto second = end(first, true, kV2);
  ASSERT_EQ(second.error, ErrorCode::none);
  EXPECT_EQ(second.producer, (ProducerIdentity{first.id, 1}));
  EXPECT_EQ(log.markers()[0].marker.producer_epoch, 1);
  EXPECT_EQ(add(first, {kOrders0}, kV2), ErrorCode::producer_fenced) << "a straggler of the first";
  EXPECT_EQ(end(first, true, kV2).producer, second.producer) << "a retry";
  EXPECT_EQ(end(first, false, kV2).error, ErrorCode::invalid_txn_state);
  ASSERT_EQ(add(second.producer, {kOrders0}, kV2), ErrorCode::none);
  EXPECT_EQ(end(second.producer, false, kV2).producer.epoch, 2);
}

TEST_F(TransactionTest, VersionTwoDoesNotTakeAFencedProducerForOneThatRetries) {
  const auto fenced = init().producer;
  const auto next = init().producer;
  ASSERT_EQ(next.epoch, fenced.epoch + 1);
  ASSERT_EQ(add(next), ErrorCode::none);
  ASSERT_EQ(end(next, true).error, ErrorCode::none);
  EXPECT_EQ(end(fenced, true, kV2).error, ErrorCode::invalid_txn_state);
}

TEST_F(TransactionTest, VersionTwoMayAbortWhatNeverBegan) {
  const auto first = init().producer;
  const auto second = end(first, false, kV2);
  ASSERT_EQ(second.error, ErrorCode::none);
  EXPECT_EQ(second.producer.epoch, 1);
  const auto third = end(second.producer, false, kV2);
  ASSERT_EQ(third.error, ErrorCode::none);
  EXPECT_EQ(third.producer.epoch, 2);
  EXPECT_EQ(end(third.producer, true, kV2).error, ErrorCode::invalid_txn_state);
}

TEST_F(TransactionTest, VersionTwoMayEndTheNextWhileTheLastIsBeingFinished) {
  const auto first = init().producer;
  ASSERT_EQ(add(first, {kOrders0}, kV2), ErrorCode::none);
  log.hold_markers();
  const auto second = end(first, true, kV2).producer;
  EXPECT_FALSE(begin_end(second, false, kV2));
  log.release();
  ASSERT_TRUE(*ended);
  EXPECT_EQ((*ended)->error, ErrorCode::none);
  EXPECT_EQ((*ended)->producer.epoch, 2);
}

TEST_F(TransactionTest, UsedUpEpochsLeadToANewProducerId) {
  auto producer = init().producer;
  for (int i = 0; i < kProducerEpochMax; ++i) {
    ASSERT_EQ(add(producer, {kOrders0}, kV2), ErrorCode::none) << i;
    producer = end(producer, true, kV2).producer;
  }
  EXPECT_EQ(producer.epoch, kProducerEpochMax);
  ASSERT_EQ(add(producer, {kOrders0}, kV2), ErrorCode::none);
  const auto next = end(producer, true, kV2);
  ASSERT_EQ(next.error, ErrorCode::none);
  EXPECT_NE(next.producer.id, producer.id);
  EXPECT_EQ(next.producer.epoch, 0);
  EXPECT_EQ(log.markers().back().marker.producer_id, producer.id);
  EXPECT_EQ(log.markers().back().marker.producer_epoch, INT16_MAX);
  EXPECT_EQ(end(producer, true, kV2).producer, next.producer) << "a retry across the change";
  EXPECT_EQ(add(next.producer, {kOrders0}, kV2), ErrorCode::none);
}

TEST_F(TransactionTest, LateTransactionIsAbortedAndItsProducerFenced) {
  const auto producer = init().producer;
  ASSERT_EQ(add(producer), ErrorCode::none);
  pass(59s);
  EXPECT_EQ(state().state, TransactionState::ongoing);
  pass(1s);
  EXPECT_EQ(state().state, TransactionState::complete_abort);
  EXPECT_EQ(state().producer.epoch, 1);
  EXPECT_EQ(end(producer, true).error, ErrorCode::producer_fenced);
}

TEST_F(TransactionTest, TimeOfATransactionIsItsOwn) {
  const auto producer = init().producer;
  ASSERT_EQ(add(producer), ErrorCode::none);
  pass(50s);
  ASSERT_EQ(end(producer, true).error, ErrorCode::none);
  ASSERT_EQ(add(producer), ErrorCode::none);
  pass(50s);
  EXPECT_EQ(state().state, TransactionState::ongoing);
  pass(10s);
  EXPECT_EQ(state().state, TransactionState::complete_abort);
}

TEST_F(TransactionTest, UnusedIdsAreForgotten) {
  const auto producer = init().producer;
  pass(24h * 6);
  EXPECT_EQ(coordinator->describe("t").error, ErrorCode::none);
  pass(25h);
  EXPECT_EQ(coordinator->describe("t").error, ErrorCode::transactional_id_not_found);
  EXPECT_EQ(log.states().back(), "gone");
  EXPECT_EQ(add(producer), ErrorCode::invalid_producer_id_mapping);
  EXPECT_NE(init().producer.id, producer.id);
  start();
  EXPECT_EQ(summary.transactional_id_count, 1);
}

TEST_F(TransactionTest, RestartTakesEachStateToItsEnd) {
  const auto producer = init().producer;
  start();
  EXPECT_EQ(state().state, TransactionState::empty);
  ASSERT_EQ(add(producer), ErrorCode::none);
  pass(30s);
  start();
  EXPECT_EQ(state().state, TransactionState::ongoing);
  EXPECT_EQ(verify(producer, kOrders0), ErrorCode::none);
  log.hold_markers();
  ASSERT_EQ(end(producer, true).error, ErrorCode::none);
  coordinator.reset();
  log.release();
  const size_t before = log.markers().size();
  start();
  EXPECT_EQ(summary.unfinished_count, 1);
  ASSERT_EQ(log.markers().size(), before + 1);
  EXPECT_EQ(log.markers().back().marker.marker.type, record::MarkerType::commit);
  EXPECT_EQ(log.markers().back().partitions, TransactionPartitions{kOrders0});
  EXPECT_EQ(state().state, TransactionState::complete_commit);
}

TEST_F(TransactionTest, RestartGivesAnOpenTransactionNoMoreTime) {
  const auto producer = init().producer;
  ASSERT_EQ(add(producer), ErrorCode::none);
  pass(40s);
  start();
  pass(20s);
  EXPECT_EQ(state().state, TransactionState::complete_abort);
}

TEST_F(TransactionTest, ListFiltersByStateProducerAndDuration) {
  const auto producer = init().producer;
  ASSERT_EQ(add(producer), ErrorCode::none);
  clock.advance(5s);
  EXPECT_EQ(coordinator->list({}).transactions.size(), 1U);
  EXPECT_EQ(coordinator->list({.states = {"Ongoing"}}).transactions.size(), 1U);
  EXPECT_EQ(coordinator->list({.states = {"Empty"}}).transactions.size(), 0U);
  EXPECT_EQ(coordinator->list({.states = {"Odd"}}).unknown_states, States{"Odd"});
  EXPECT_EQ(coordinator->list({.producer_ids = {ProducerId(5)}}).transactions.size(), 0U);
  EXPECT_EQ(coordinator->list({.duration_ms_min = 4'999}).transactions.size(), 1U);
  EXPECT_EQ(coordinator->list({.duration_ms_min = 5'000}).transactions.size(), 0U);
  EXPECT_EQ(coordinator->list({.id_pattern = "[a-t]"}).transactions.size(), 1U);
  EXPECT_EQ(coordinator->list({.id_pattern = "t."}).transactions.size(), 0U);
  EXPECT_EQ(coordinator->list({.id_pattern = "("}).error, ErrorCode::invalid_regular_expression);
}

TEST(TransactionFormat, RoundTripsEveryField) {
  const Transaction transaction{.transactional_id = "t",
                                .producer = {.id = ProducerId(12), .epoch = 3},
                                .previous_producer_id = ProducerId(11),
                                .next_producer_id = ProducerId(13),
                                .timeout_ms = 60'000,
                                .state = TransactionState::prepare_abort,
                                .partitions = {kOrders0, kOrders1, {"a", PartitionId(4)}},
                                .start_ms = 1'000,
                                .last_update_ms = 2'000,
                                .client_version = kV2};
  const auto decoded = decode_transaction_value("t", encode_transaction_value(transaction));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, transaction);
  EXPECT_EQ(**decode_transaction_key(encode_transaction_key("t")), "t");
}

// The example of docs/formats/transaction_state.md.
TEST(TransactionFormat, IsWrittenAsDocumented) {
  const Bytes value = encode_transaction_value({.producer = {.id = ProducerId(12), .epoch = 3},
                                                .timeout_ms = 60'000,
                                                .state = TransactionState::ongoing,
                                                .partitions = {kOrders0},
                                                .start_ms = 1'000,
                                                .last_update_ms = 1'000,
                                                .client_version = kV2});
  EXPECT_EQ(to_hex(value),
            "0001000000000000000c00030000ea6001"
            "02076f72646572730200000000"
            "00"
            "00000000000003e800000000000003e8"
            "01020200"
            "02");
  EXPECT_EQ(to_hex(encode_transaction_key("t")), "0000000174");
}

TEST(TransactionFormat, TruncatedBytesAreRefused) {
  const Bytes value = encode_transaction_value({.producer = {.id = ProducerId(12), .epoch = 3},
                                                .state = TransactionState::ongoing,
                                                .partitions = {kOrders0},
                                                .client_version = kV2});
  for (size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(decode_transaction_value("t", ByteView(value).first(size))) << size;
  }
  const Bytes key = encode_transaction_key("t");
  for (size_t size = 0; size < key.size(); ++size) {
    EXPECT_FALSE(decode_transaction_key(ByteView(key).first(size))) << size;
  }
}

}  // namespace
}  // namespace millrace::coordinator
