// What a producer does when its broker refuses, is silent, or hangs up.
#include <gtest/gtest.h>

#include "client/producer/producer_core.h"
#include "client/scripted_cluster.h"
#include "millrace/client_error.h"

namespace millrace::client {
namespace {

using Values = std::vector<std::string>;

class ProducerRetries : public ::testing::Test {
 protected:
  ProducerCore& make(millrace::ProducerOptions options = {}) {
    options.linger = milliseconds(0);
    core_.emplace(std::make_shared<ClientCore>(driver_, cluster_, ClientOptions()), options);
    return *core_;
  }
  Delivery send(const std::string& value, int32_t partition = 0) {
    return core_->send({.topic = "t", .value = value, .partition = partition});
  }
  const SentBatch& waiting(size_t request) { return cluster_->waiting.at(request).batches.at(0); }
  /// A record that is written, after which more may be under way.
  void introduce() {
    const Delivery first = send("first");
    cluster_->answer({.offset = 0});
    EXPECT_TRUE(first.ready());
  }
  /// So long that any pause between attempts is over.
  void pause() { driver_->pass(milliseconds(1'300)); }

  const std::shared_ptr<ScriptedDriver> driver_ = std::make_shared<ScriptedDriver>();
  const std::shared_ptr<ScriptedCluster> cluster_ = std::make_shared<ScriptedCluster>(*driver_);
  std::optional<ProducerCore> core_;
};

TEST_F(ProducerRetries, ARetryKeepsItsSequence) {
  make();
  const Delivery a = send("a");
  cluster_->answer({.offset = 0});
  const Delivery b = send("b");
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  EXPECT_EQ(waiting(0).sequence, 1);
  cluster_->answer({.error = ErrorCode::not_enough_replicas});
  EXPECT_FALSE(b.ready());
  EXPECT_TRUE(cluster_->waiting.empty()) << "it waits before it tries again";
  pause();
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  EXPECT_EQ(waiting(0).producer_id, 1000);
  EXPECT_EQ(waiting(0).epoch, 0);
  EXPECT_EQ(waiting(0).sequence, 1);
  EXPECT_EQ(waiting(0).values, Values{"b"});
  cluster_->answer({.offset = 1});
  EXPECT_EQ(a.get()->offset, 0);
  EXPECT_EQ(b.get()->offset, 1);
  EXPECT_EQ(core_->statistics().retries, 1);
  EXPECT_EQ(cluster_->producer_ids, 1);
}

TEST_F(ProducerRetries, AsManyRequestsAreUnderWayAsAllowed) {
  make({.max_in_flight = 3});
  introduce();
  for (const char* value : {"a", "b", "c", "d", "e"}) (void)send(value);
  ASSERT_EQ(cluster_->waiting.size(), 3U);
  EXPECT_EQ(waiting(2).sequence, 3);
  cluster_->answer({.offset = 1});
  ASSERT_EQ(cluster_->waiting.size(), 3U);
  EXPECT_EQ(waiting(2).values, (Values{"d", "e"})) << "what waited went together";
}

TEST_F(ProducerRetries, TheFirstOfAPartitionGoesAlone) {
  make();
  (void)send("a");
  (void)send("b");
  ASSERT_EQ(cluster_->waiting.size(), 1U) << "a broker takes any number as a producer's first";
  cluster_->answer({.offset = 0});
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  EXPECT_EQ(waiting(0).sequence, 1);
}

TEST_F(ProducerRetries, ThoseBehindAFailedOneGoAgainBehindIt) {
  make();
  introduce();
  const Delivery a = send("a"), b = send("b"), c = send("c");
  ASSERT_EQ(cluster_->waiting.size(), 3U);
  cluster_->answer({.error = ErrorCode::not_leader_or_follower});
  cluster_->answer({.error = ErrorCode::out_of_order_sequence_number});
  cluster_->answer({.error = ErrorCode::out_of_order_sequence_number});
  Values order;
  for (int i = 1; i <= 3; ++i) {
    pause();
    ASSERT_EQ(cluster_->waiting.size(), 1U) << "one after the other";
    EXPECT_EQ(waiting(0).sequence, i);
    EXPECT_EQ(waiting(0).epoch, 0);
    order.push_back(waiting(0).values.at(0));
    cluster_->answer({.offset = i});
  }
  EXPECT_EQ(order, (Values{"a", "b", "c"}));
  EXPECT_EQ(c.get()->offset, 3);
  EXPECT_GT(cluster_->metadata_requests, 1) << "the leader was looked for anew";
}

TEST_F(ProducerRetries, ALostConnectionIsMadeAnewAndNothingIsDoubled) {
  make();
  introduce();
  const Delivery a = send("a"), b = send("b");
  cluster_->disconnect();
  pause();
  EXPECT_EQ(cluster_->connections, 2);
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  EXPECT_EQ(waiting(0).sequence, 1);
  // The broker had written it before it hung up.
  cluster_->answer({.error = ErrorCode::duplicate_sequence_number, .offset = -1});
  pause();
  EXPECT_EQ(waiting(0).sequence, 2);
  cluster_->answer({.offset = 2});
  EXPECT_EQ(a.get()->offset, -1) << "written, nobody knows where";
  EXPECT_EQ(b.get()->offset, 2);
}

TEST_F(ProducerRetries, ARefusalAfterSilenceIsNoPromise) {
  make();
  const Delivery a = send("a");
  cluster_->disconnect();
  pause();
  cluster_->answer({.error = ErrorCode::message_too_large});
  ASSERT_TRUE(a.ready());
  EXPECT_TRUE(a.get().error().is(ClientErrc::disconnected)) << "it may have been written";
}

TEST_F(ProducerRetries, AnAnswerThatLeavesItOpenIsNoPromise) {
  make({.retries = 0});
  for (const ErrorCode code : {ErrorCode::kafka_storage_error, ErrorCode::request_timed_out,
                               ErrorCode::not_enough_replicas_after_append}) {
    SCOPED_TRACE(error_name(code));
    const Delivery a = send("a");
    pause();  // the leader may have to be found again
    cluster_->answer({.error = code});
    ASSERT_TRUE(a.ready());
    EXPECT_TRUE(a.get().error().is(ClientErrc::disconnected)) << "it may have been written";
    EXPECT_NE(a.get().error().message().find(error_name(code)), std::string::npos);
  }
}

TEST_F(ProducerRetries, SilenceIsADisconnection) {
  make();
  const Delivery a = send("a");
  driver_->pass(ClientOptions().request_timeout);
  EXPECT_FALSE(cluster_->waiting.at(0).asked.link()->is_open());
  cluster_->waiting.clear();
  pause();
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  EXPECT_EQ(waiting(0).sequence, 0);
  EXPECT_FALSE(a.ready());
}

TEST_F(ProducerRetries, AfterARefusalThePartitionBeginsAnewInTheNextEpoch) {
  cluster_->partition_count = 2;
  make();
  const Delivery a = send("a");
  cluster_->answer({.offset = 0});
  const Delivery b = send("b");
  cluster_->answer({.error = ErrorCode::message_too_large});
  EXPECT_EQ(b.get().error().kafka_code(), ErrorCode::message_too_large);
  const Delivery c = send("c");
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  EXPECT_EQ(waiting(0).producer_id, 1000);
  EXPECT_EQ(waiting(0).epoch, 1);
  EXPECT_EQ(waiting(0).sequence, 0);
  cluster_->answer({.offset = 1});
  EXPECT_EQ(c.get()->offset, 1);
  const Delivery other = send("d", 1);
  EXPECT_EQ(waiting(0).epoch, 0) << "the other partition lost nothing";
}

TEST_F(ProducerRetries, ThoseBehindOneThatWasGivenUpAreNumberedAnew) {
  make();
  introduce();
  const Delivery a = send("a"), b = send("b"), c = send("c");
  cluster_->answer({.error = ErrorCode::invalid_record});
  const Delivery d = send("d");
  EXPECT_EQ(cluster_->waiting.size(), 2U) << "new ones wait until no old number is under way";
  cluster_->answer({.error = ErrorCode::out_of_order_sequence_number});
  cluster_->answer({.error = ErrorCode::out_of_order_sequence_number});
  // With its old number first: that it was not written must be the broker's word.
  pause();
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  EXPECT_EQ(waiting(0).sequence, 2);
  EXPECT_EQ(waiting(0).epoch, 0);
  cluster_->answer({.error = ErrorCode::out_of_order_sequence_number});
  Values order;
  for (int i = 0; i < 3; ++i) {
    pause();
    ASSERT_FALSE(cluster_->waiting.empty());
    EXPECT_EQ(waiting(0).epoch, 1);
    EXPECT_EQ(waiting(0).sequence, i);
    order.push_back(waiting(0).values.at(0));
    cluster_->answer({.offset = 1 + i});
  }
  EXPECT_EQ(order, (Values{"b", "c", "d"}));
  EXPECT_EQ(a.get().error().kafka_code(), ErrorCode::invalid_record);
  EXPECT_EQ(d.get()->offset, 3);
}

TEST_F(ProducerRetries, WhenTheEpochsAreUsedUpAnotherIdIsAskedFor) {
  cluster_->first_epoch = INT16_MAX;
  make();
  const Delivery a = send("a");
  cluster_->answer({.error = ErrorCode::invalid_record});
  (void)send("b");
  driver_->pass(milliseconds(200));
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  EXPECT_EQ(waiting(0).producer_id, 1001);
  EXPECT_EQ(waiting(0).sequence, 0);
}

TEST_F(ProducerRetries, AnUnknownProducerBeginsAnew) {
  make();
  const Delivery a = send("a");
  cluster_->answer({.offset = 0});
  const Delivery b = send("b");
  cluster_->answer({.error = ErrorCode::unknown_producer_id});
  pause();
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  EXPECT_EQ(waiting(0).epoch, 1);
  EXPECT_EQ(waiting(0).sequence, 0);
  cluster_->answer({.offset = 1});
  EXPECT_EQ(b.get()->offset, 1);
}

TEST_F(ProducerRetries, TheBrokersLossOfSequencesIsTold) {
  make();
  const Delivery a = send("a");
  cluster_->answer({.offset = 0});
  const Delivery b = send("b");
  cluster_->answer({.error = ErrorCode::out_of_order_sequence_number});
  ASSERT_TRUE(b.ready());
  EXPECT_EQ(b.get().error().kafka_code(), ErrorCode::out_of_order_sequence_number);
}

TEST_F(ProducerRetries, TheDeliveryTimeoutBoundsAllAttempts) {
  make({.delivery_timeout = milliseconds(5'000)});
  cluster_->on_produce = [this](const ScriptedCluster::Sent& sent) {
    cluster_->answer(
        sent, [](const SentBatch&) { return Verdict{.error = ErrorCode::not_enough_replicas}; });
  };
  const Delivery a = send("a");
  driver_->pass(milliseconds(4'999));
  EXPECT_FALSE(a.ready());
  driver_->pass(milliseconds(1));
  ASSERT_TRUE(a.ready());
  EXPECT_TRUE(a.get().error().is(ClientErrc::timed_out));
  EXPECT_NE(a.get().error().message().find("NOT_ENOUGH_REPLICAS"), std::string::npos);
  EXPECT_GT(core_->statistics().retries, 3);
}

TEST_F(ProducerRetries, TheDeliveryTimeoutHoldsForASilentBroker) {
  make({.delivery_timeout = milliseconds(5'000)});
  const Delivery a = send("a");
  driver_->pass(milliseconds(5'000));
  ASSERT_TRUE(a.ready());
  EXPECT_TRUE(a.get().error().is(ClientErrc::timed_out));
}

TEST_F(ProducerRetries, TheDeliveryTimeoutHoldsWithoutALeader) {
  cluster_->has_leaders = false;
  make({.delivery_timeout = milliseconds(5'000)});
  const Delivery a = send("a");
  driver_->pass(milliseconds(4'999));
  EXPECT_FALSE(a.ready());
  EXPECT_LT(cluster_->metadata_requests, 60) << "with pauses in between";
  driver_->pass(milliseconds(1));
  ASSERT_TRUE(a.ready());
  EXPECT_TRUE(a.get().error().is(ClientErrc::timed_out));
}

TEST_F(ProducerRetries, AVanishedBrokerIsToldWhenTheTimeIsOver) {
  make({.delivery_timeout = milliseconds(5'000)});
  const Delivery a = send("a");
  cluster_->answer({.offset = 0});
  const Delivery b = send("b");
  cluster_->is_reachable = false;
  cluster_->disconnect();
  driver_->pass(milliseconds(5'000));
  ASSERT_TRUE(b.ready());
  EXPECT_TRUE(b.get().error().is(ClientErrc::timed_out)) << b.get().error().to_string();
}

TEST_F(ProducerRetries, RetriesMayBeFew) {
  make({.retries = 1});
  const Delivery a = send("a");
  cluster_->answer({.error = ErrorCode::not_enough_replicas});
  pause();
  cluster_->answer({.error = ErrorCode::not_enough_replicas});
  ASSERT_TRUE(a.ready());
  EXPECT_EQ(a.get().error().kafka_code(), ErrorCode::not_enough_replicas);
}

TEST_F(ProducerRetries, WithoutAProducerIdNothingIsSent) {
  cluster_->init_producer_id_error = ErrorCode::cluster_authorization_failed;
  make();
  const Delivery a = send("a");
  ASSERT_TRUE(a.ready());
  EXPECT_EQ(a.get().error().kafka_code(), ErrorCode::cluster_authorization_failed);
  EXPECT_TRUE(cluster_->requests.empty());
}

TEST_F(ProducerRetries, WithoutIdempotenceBatchesHaveNoNumbers) {
  make({.acks = Acks::leader});
  const Delivery a = send("a");
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  EXPECT_EQ(cluster_->requests.at(0).acks, 1);
  EXPECT_EQ(waiting(0).producer_id, -1);
  EXPECT_EQ(waiting(0).sequence, -1);
  EXPECT_EQ(cluster_->producer_ids, 0);
}

}  // namespace
}  // namespace millrace::client
