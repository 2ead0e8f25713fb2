// Transactions against a coordinator that answers as the test says, in both versions.
#include <gtest/gtest.h>

#include "client/producer/producer_core.h"
#include "client/scripted_cluster.h"
#include "millrace/client_error.h"
#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/txn_offset_commit.h"

namespace millrace::client {
namespace {

using Texts = std::vector<std::string>;

/// Writes down what comes, and answers all of it as well as the test allows.
class Transacting : public ::testing::Test {
 protected:
  void SetUp() override {
    using namespace wire;
    cluster_->always<FindCoordinatorRequest, FindCoordinatorResponse>([](const auto& request) {
      FindCoordinatorResponse response;
      response.coordinators.push_back({.key = request.key, .host = "scripted", .port = 1});
      return response;
    });
    cluster_->always<InitProducerIdRequest, InitProducerIdResponse>([this](const auto& request) {
      note(cat("init ", request.producer_id, '/', request.producer_epoch));
      InitProducerIdResponse response{.error_code = next_error(init_errors_)};
      response.producer_id = 7;
      response.producer_epoch = ++epoch_;
      return response;
    });
    cluster_->always<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
        [this](const auto& request) {
          AddPartitionsToTxnResponse response;
          const ErrorCode error = next_error(add_errors_);
          for (const auto& topic : request.v3_and_below_topics) {
            auto& answer = response.results_by_topic_v3_and_below.emplace_back();
            answer.name = topic.name;
            for (const int32_t partition : topic.partitions) {
              note(cat("add ", partition));
              answer.results_by_partition.push_back(
                  {.partition_index = partition, .partition_error_code = error});
            }
          }
          return response;
        });
    cluster_->always<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>([this](const auto& request) {
      note("add group " + request.group_id);
      return AddOffsetsToTxnResponse();
    });
    cluster_->always<TxnOffsetCommitRequest, TxnOffsetCommitResponse>([this](const auto& request) {
      note(cat("offsets ", request.group_id, ' ', request.member_id, '/', request.generation_id));
      TxnOffsetCommitResponse response;
      const ErrorCode error = next_error(offset_errors_);
      for (const auto& topic : request.topics) {
        auto& answer = response.topics.emplace_back();
        answer.name = topic.name;
        for (const auto& partition : topic.partitions) {
          answer.partitions.push_back(
              {.partition_index = partition.partition_index, .error_code = error});
        }
      }
      return response;
    });
    cluster_->on<EndTxnRequest, EndTxnResponse>([this](const auto& asked) {
      note(cat(asked.request().committed ? "commit" : "abort", " epoch ",
               asked.request().producer_epoch));
      if (is_silent_) return;
      EndTxnResponse response{.error_code = next_error(end_errors_)};
      if (is_version_2() && response.error_code == ErrorCode::none) {
        response.producer_id = 7;
        response.producer_epoch = ++epoch_;
      }
      asked.answer(response);
    });
    cluster_->on_produce = [this](const ScriptedCluster::Sent& sent) {
      const auto& id = sent.asked.request().transactional_id;
      EXPECT_EQ(id, "tx");
      for (const SentBatch& batch : sent.batches) {
        for (const std::string& value : batch.values) {
          note(cat("write ", value, " epoch ", batch.epoch, " number ", batch.sequence));
        }
      }
      cluster_->answer(sent, [this](const SentBatch&) -> Verdict {
        return {.error = next_error(produce_errors_)};
      });
    };
  }

  ProducerCore& make(millrace::ProducerOptions options = {}) {
    options.transactional_id = "tx";
    options.linger = milliseconds(0);
    core_.emplace(std::make_shared<ClientCore>(driver_, cluster_, ClientOptions()), options);
    return *core_;
  }
  void use_version_2() {
    cluster_->told.finalized_features.push_back(
        {.name = "transaction.version", .max_version_level = 2, .min_version_level = 2});
  }
  bool is_version_2() const { return !cluster_->told.finalized_features.empty(); }
  Delivery send(const std::string& value, int32_t partition = 0) {
    return core_->send({.topic = "t", .value = value, .partition = partition});
  }
  void note(std::string text) { log_.push_back(std::move(text)); }
  /// What came since the last call.
  Texts came() { return std::exchange(log_, {}); }
  static ErrorCode next_error(std::deque<ErrorCode>& errors) {
    if (errors.empty()) return ErrorCode::none;
    const ErrorCode first = errors.front();
    errors.pop_front();
    return first;
  }
  static Offsets one_offset() { return {{{.topic = "in", .partition = 0}, {.offset = 5}}}; }

  const std::shared_ptr<ScriptedDriver> driver_ = std::make_shared<ScriptedDriver>();
  const std::shared_ptr<ScriptedCluster> cluster_ = std::make_shared<ScriptedCluster>(*driver_);
  std::optional<ProducerCore> core_;
  int16_t epoch_ = -1;
  bool is_silent_ = false;
  std::deque<ErrorCode> init_errors_, add_errors_, offset_errors_, end_errors_, produce_errors_;

 private:
  Texts log_;
};

class Version1 : public Transacting {};
class Version2 : public Transacting {
 protected:
  void SetUp() override {
    Transacting::SetUp();
    use_version_2();
  }
};

TEST_F(Version2, EachTransactionHasAnEpochOfItsOwn) {
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_EQ(came(), Texts{"init -1/-1"});
  const Delivery a = send("a");
  EXPECT_TRUE(a.get());
  (void)send("b");
  EXPECT_TRUE(core_->end_transaction(true));
  EXPECT_EQ(came(),
            (Texts{"write a epoch 0 number 0", "write b epoch 0 number 1", "commit epoch 0"}));
  ASSERT_TRUE(core_->begin());
  (void)send("c");
  EXPECT_TRUE(core_->end_transaction(true));
  EXPECT_EQ(came(), (Texts{"write c epoch 1 number 0", "commit epoch 1"}));
}

TEST_F(Version1, PartitionsAreAddedBeforeTheyAreWrittenTo) {
  cluster_->partition_count = 2;
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("a").get());
  EXPECT_TRUE(send("b").get());
  EXPECT_TRUE(send("c", 1).get());
  EXPECT_TRUE(core_->end_transaction(true));
  EXPECT_EQ(came(),
            (Texts{"init -1/-1", "add 0", "write a epoch 0 number 0", "write b epoch 0 number 1",
                   "add 1", "write c epoch 0 number 0", "commit epoch 0"}));
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("d").get());
  EXPECT_TRUE(core_->end_transaction(false));
  EXPECT_EQ(came(), (Texts{"add 0", "write d epoch 0 number 2", "abort epoch 0"}))
      << "numbers go on";
}

TEST_F(Version1, TheEndOfTheTransactionBeforeIsWaitedForAMoment) {
  make();
  ASSERT_TRUE(core_->begin());
  add_errors_ = {ErrorCode::concurrent_transactions, ErrorCode::concurrent_transactions};
  const SteadyTime begun = driver_->now();
  EXPECT_TRUE(send("a").get());
  EXPECT_EQ(driver_->now() - begun, milliseconds(40));
  EXPECT_EQ(cluster_->metadata_requests, 1) << "nothing was forgotten";
}

TEST_F(Version1, AfterARecordThatWasGivenUpTheEpochIsRaised) {
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("a").get());
  produce_errors_ = {ErrorCode::invalid_record};
  EXPECT_TRUE(send("b").get().error().is(ErrorCode::invalid_record));
  const auto committed = core_->end_transaction(true);
  ASSERT_FALSE(committed);
  EXPECT_TRUE(committed.error().is(ErrorCode::invalid_record)) << committed.error().to_string();
  (void)came();
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("c").get());
  EXPECT_EQ(came(), (Texts{"init 7/0", "add 0", "write c epoch 1 number 0"}));
}

TEST_F(Version2, ATransactionWithAFailedRecordIsAbortedByItsCommit) {
  make();
  ASSERT_TRUE(core_->begin());
  produce_errors_ = {ErrorCode::message_too_large};
  EXPECT_TRUE(send("a").get().error().is(ErrorCode::message_too_large));
  const auto refused = send("b").get();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(ErrorCode::message_too_large)) << "and nothing more is taken";
  const auto committed = core_->end_transaction(true);
  ASSERT_FALSE(committed);
  EXPECT_TRUE(committed.error().is(ErrorCode::message_too_large));
  EXPECT_EQ(came(), (Texts{"init -1/-1", "write a epoch 0 number 0", "abort epoch 0"}));
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("c").get());
  EXPECT_TRUE(core_->end_transaction(true));
  EXPECT_EQ(came(), (Texts{"write c epoch 1 number 0", "commit epoch 1"}));
}

TEST_F(Version2, WhatWaitsFailsWithItsTransactionInOrder) {
  make({.max_in_flight = 1});
  ASSERT_TRUE(core_->begin());
  std::optional<ScriptedCluster::Sent> held;
  cluster_->on_produce = [&](ScriptedCluster::Sent sent) { held.emplace(std::move(sent)); };
  Texts ended;
  for (const char* value : {"a", "b", "c"}) {
    core_->send({.topic = "t", .value = value, .partition = 0}, [&, value](const auto& outcome) {
      EXPECT_FALSE(outcome);
      ended.emplace_back(value);
    });
  }
  ASSERT_TRUE(held);
  cluster_->answer(*std::exchange(held, std::nullopt), [](const SentBatch&) -> Verdict {
    return {.error = ErrorCode::invalid_record};
  });
  EXPECT_EQ(ended, (Texts{"a", "b", "c"}));
  EXPECT_FALSE(held) << "the others were never sent";
}

TEST_F(Version2, AnAbortDropsWhatWasNotSent) {
  make({.max_in_flight = 1});
  ASSERT_TRUE(core_->begin());
  std::vector<ScriptedCluster::Sent> held;
  cluster_->on_produce = [&](ScriptedCluster::Sent sent) {
    if (held.empty()) note("write");
    held.push_back(std::move(sent));
    // What is under way comes first all the same.
    (void)driver_->schedule(driver_->now() + milliseconds(50), [&] {
      cluster_->answer(held.front(), [](const SentBatch&) { return Verdict(); });
    });
  };
  const Delivery a = send("a"), b = send("b");
  EXPECT_TRUE(core_->end_transaction(false));
  EXPECT_TRUE(a.get());
  EXPECT_TRUE(b.get().error().is(ClientErrc::wrong_state));
  EXPECT_EQ(came(), (Texts{"init -1/-1", "write", "abort epoch 0"}));
}

TEST_F(Version2, AnEmptyTransactionAsksNothing) {
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(core_->end_transaction(true));
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(core_->end_transaction(false));
  EXPECT_EQ(came(), Texts{"init -1/-1"});
}

TEST_F(Version2, RecordsNeedATransaction) {
  make();
  EXPECT_TRUE(send("a").get().error().is(ClientErrc::wrong_state));
  ASSERT_TRUE(core_->init_transactions());
  EXPECT_TRUE(core_->init_transactions()) << "once is enough";
  EXPECT_TRUE(send("a").get().error().is(ClientErrc::wrong_state));
  EXPECT_TRUE(core_->end_transaction(true).error().is(ClientErrc::wrong_state));
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(core_->begin().error().is(ClientErrc::wrong_state));
  EXPECT_TRUE(send("a").get());
  EXPECT_TRUE(core_->end_transaction(true));
  EXPECT_TRUE(send("a").get().error().is(ClientErrc::wrong_state));
  EXPECT_EQ(came(), (Texts{"init -1/-1", "write a epoch 0 number 0", "commit epoch 0"}));
}

TEST_F(Version2, ACommitWithoutAnswerCanOnlyBeRepeated) {
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("a").get());
  is_silent_ = true;
  EXPECT_TRUE(core_->end_transaction(true).error().is(ClientErrc::timed_out));
  EXPECT_TRUE(core_->end_transaction(false).error().is(ClientErrc::wrong_state));
  is_silent_ = false;
  (void)came();
  EXPECT_TRUE(core_->end_transaction(true));
  EXPECT_EQ(came(), Texts{"commit epoch 0"});
  EXPECT_TRUE(core_->end_transaction(true).error().is(ClientErrc::wrong_state)) << "it is over";
}

TEST_F(Version2, TheNextTransactionFinishesWhatTimedOut) {
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("a").get());
  is_silent_ = true;
  EXPECT_TRUE(core_->end_transaction(true).error().is(ClientErrc::timed_out));
  is_silent_ = false;
  (void)came();
  EXPECT_TRUE(core_->begin());
  EXPECT_EQ(came(), Texts{"commit epoch 0"});
}

TEST_F(Version2, AFencedProducerIsOver) {
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("a").get());
  end_errors_ = {ErrorCode::producer_fenced};
  EXPECT_TRUE(core_->end_transaction(true).error().is(ErrorCode::producer_fenced));
  EXPECT_TRUE(core_->begin().error().is(ErrorCode::producer_fenced));
  EXPECT_TRUE(send("b").get().error().is(ErrorCode::producer_fenced));
}

TEST_F(Version2, ARefusedCommitIsAborted) {
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("a").get());
  end_errors_ = {ErrorCode::transaction_abortable};
  EXPECT_TRUE(core_->end_transaction(true).error().is(ErrorCode::transaction_abortable));
  EXPECT_EQ(came(),
            (Texts{"init -1/-1", "write a epoch 0 number 0", "commit epoch 0", "abort epoch 0"}));
  EXPECT_TRUE(core_->begin());
}

TEST_F(Version1, APartitionThatCannotBeAddedFailsTheTransaction) {
  make();
  ASSERT_TRUE(core_->begin());
  add_errors_ = {ErrorCode::topic_authorization_failed};
  EXPECT_TRUE(send("a").get().error().is(ErrorCode::topic_authorization_failed));
  EXPECT_TRUE(core_->end_transaction(true).error().is(ErrorCode::topic_authorization_failed));
  EXPECT_EQ(came(), (Texts{"init -1/-1", "add 0"})) << "there is nothing to abort";
  EXPECT_TRUE(core_->begin());
}

TEST_F(Version1, OffsetsFollowTheirGroup) {
  make();
  ASSERT_TRUE(core_->begin());
  const GroupIdentity member{.group = "g", .member_id = "m", .generation = 3, .instance_id = ""};
  EXPECT_TRUE(core_->send_offsets(one_offset(), member));
  EXPECT_TRUE(core_->end_transaction(true));
  EXPECT_EQ(came(), (Texts{"init -1/-1", "add group g", "offsets g m/3", "commit epoch 0"}));
}

TEST_F(Version2, OffsetsThatAreRefusedFailTheTransaction) {
  make();
  ASSERT_TRUE(core_->begin());
  const GroupIdentity member{.group = "g", .member_id = "m", .generation = 3, .instance_id = ""};
  EXPECT_TRUE(core_->send_offsets({}, member)) << "none is none";
  offset_errors_ = {ErrorCode::coordinator_load_in_progress, ErrorCode::illegal_generation};
  EXPECT_TRUE(core_->send_offsets(one_offset(), member).error().is(ErrorCode::illegal_generation));
  EXPECT_TRUE(core_->end_transaction(true).error().is(ErrorCode::illegal_generation));
  EXPECT_EQ(came(), (Texts{"init -1/-1", "offsets g m/3", "offsets g m/3", "abort epoch 0"}));
}

TEST_F(Version2, ATransactionThatIsDroppedIsAborted) {
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("a").get());
  core_->abort_transaction();
  EXPECT_TRUE(core_->begin()) << "after that";
  EXPECT_EQ(came(), (Texts{"init -1/-1", "write a epoch 0 number 0", "abort epoch 0"}));
}

TEST_F(Version2, CloseAbortsWhatIsOpen) {
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("a").get());
  EXPECT_TRUE(core_->close(milliseconds(1'000)));
  EXPECT_EQ(came(), (Texts{"init -1/-1", "write a epoch 0 number 0", "abort epoch 0"}));
  EXPECT_TRUE(core_->begin().error().is(ClientErrc::closed));
  EXPECT_TRUE(core_->end_transaction(true).error().is(ClientErrc::closed));
}

TEST_F(Version2, CloseWaitsNoLongerThanItMay) {
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("a").get());
  is_silent_ = true;
  const SteadyTime begun = driver_->now();
  EXPECT_TRUE(core_->close(milliseconds(1'000)).error().is(ClientErrc::timed_out));
  EXPECT_LE(driver_->now() - begun, milliseconds(2'000));
}

TEST_F(Version2, AnUnknownNumberIsNoReasonToBeginAnew) {
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_TRUE(send("a").get());
  produce_errors_ = {ErrorCode::unknown_producer_id};
  EXPECT_TRUE(send("b").get().error().is(ErrorCode::unknown_producer_id));
  EXPECT_TRUE(core_->end_transaction(true).error().is(ErrorCode::unknown_producer_id));
  EXPECT_EQ(came().back(), "abort epoch 0");
}

TEST_F(Version1, TakingTheIdentityIsTriedAgain) {
  init_errors_ = {ErrorCode::coordinator_not_available, ErrorCode::concurrent_transactions};
  make();
  ASSERT_TRUE(core_->begin());
  EXPECT_EQ(came().size(), 3U);
}

TEST_F(Version1, ARefusedIdentityCanBeAskedForAgain) {
  init_errors_ = {ErrorCode::invalid_transaction_timeout};
  make();
  EXPECT_TRUE(core_->init_transactions().error().is(ErrorCode::invalid_transaction_timeout));
  EXPECT_TRUE(core_->begin());
}

TEST_F(Transacting, AProducerWithoutAnIdHasNoTransactions) {
  core_.emplace(std::make_shared<ClientCore>(driver_, cluster_, ClientOptions()),
                millrace::ProducerOptions());
  EXPECT_TRUE(core_->begin().error().is(ClientErrc::wrong_state));
  EXPECT_TRUE(core_->init_transactions().error().is(ClientErrc::wrong_state));
}

}  // namespace
}  // namespace millrace::client
