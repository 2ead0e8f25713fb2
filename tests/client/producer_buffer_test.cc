// How records wait in a producer: lingering, full batches, room, flush, callbacks.
#include <gtest/gtest.h>

#include "client/producer/producer_core.h"
#include "client/scripted_cluster.h"
#include "millrace/client_error.h"

namespace millrace::client {
namespace {

using Values = std::vector<std::string>;

class ProducerBuffer : public ::testing::Test {
 protected:
  ProducerCore& make(const millrace::ProducerOptions& options) {
    client_ = std::make_shared<ClientCore>(driver_, cluster_, ClientOptions());
    core_.emplace(client_, options);
    EXPECT_TRUE(core_->partition_count("t"));
    return *core_;
  }
  Delivery send(const std::string& value, int32_t partition = 0) {
    return core_->send({.topic = "t", .value = value, .partition = partition});
  }
  void answer_everything() {
    cluster_->on_produce = [this](const ScriptedCluster::Sent& sent) {
      cluster_->answer(sent, [this](const SentBatch& batch) {
        const Verdict verdict{.offset = written_};
        written_ += static_cast<int64_t>(batch.values.size());
        return verdict;
      });
    };
  }

  const std::shared_ptr<ScriptedDriver> driver_ = std::make_shared<ScriptedDriver>();
  const std::shared_ptr<ScriptedCluster> cluster_ = std::make_shared<ScriptedCluster>(*driver_);
  std::shared_ptr<ClientCore> client_;
  std::optional<ProducerCore> core_;
  int64_t written_ = 0;
};

TEST_F(ProducerBuffer, ABatchLingersForMore) {
  make({.linger = milliseconds(20)});
  (void)send("a");
  driver_->pass(milliseconds(19));
  (void)send("b");
  EXPECT_TRUE(cluster_->requests.empty());
  driver_->pass(milliseconds(1));
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  EXPECT_EQ(cluster_->waiting[0].batches.at(0).values, (Values{"a", "b"}));
}

TEST_F(ProducerBuffer, AFullBatchGoesAtOnce) {
  make({.linger = milliseconds(1'000), .batch_bytes = 450});
  for (int i = 0; i < 3; ++i) (void)send(std::string(150, 'x'));
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  EXPECT_EQ(cluster_->waiting[0].batches.at(0).values.size(), 2U);
}

TEST_F(ProducerBuffer, PartitionsShareARequestUntilItIsFull) {
  cluster_->partition_count = 3;
  make({.linger = milliseconds(5), .request_bytes_max = 1'000});
  for (int32_t partition = 0; partition < 3; ++partition) {
    (void)send(std::string(350, 'x'), partition);
  }
  driver_->pass(milliseconds(5));
  ASSERT_EQ(cluster_->waiting.size(), 2U);
  EXPECT_EQ(cluster_->waiting[0].batches.size(), 2U);
  EXPECT_EQ(cluster_->waiting[1].batches.size(), 1U);
}

TEST_F(ProducerBuffer, FlushEndsLingeringAndWaits) {
  make({.linger = milliseconds(600'000)});
  answer_everything();
  const Delivery a = send("a");
  EXPECT_FALSE(a.ready());
  ASSERT_TRUE(core_->flush(milliseconds(0)));
  EXPECT_EQ(a.get()->offset, 0);
}

TEST_F(ProducerBuffer, FlushGivesUpAtItsLimit) {
  make({});
  const Delivery a = send("a");
  const auto flushed = core_->flush(milliseconds(100));
  ASSERT_FALSE(flushed);
  EXPECT_TRUE(flushed.error().is(ClientErrc::timed_out));
  EXPECT_FALSE(a.ready());
}

TEST_F(ProducerBuffer, AFullBufferIsToldAfterMaxBlock) {
  make({.buffer_bytes = 1'000, .max_block = milliseconds(250)});
  const Delivery a = send(std::string(700, 'x'));
  const SteadyTime before = driver_->now();
  const Delivery b = send(std::string(700, 'y'));
  EXPECT_TRUE(b.get().error().is(ClientErrc::buffer_full));
  EXPECT_LE(driver_->now() - before, milliseconds(250));
  EXPECT_EQ(cluster_->waiting.size(), 1U) << "whoever waits for room ends the lingering";
  cluster_->answer({.offset = 0});
  EXPECT_EQ(core_->statistics().buffer_bytes_used, 0);
  EXPECT_FALSE(send(std::string(700, 'z')).ready()) << "there is room again";
}

TEST_F(ProducerBuffer, SendWaitsForRoom) {
  make({.linger = milliseconds(10), .buffer_bytes = 1'000});
  answer_everything();
  for (int i = 0; i < 20; ++i) {
    (void)send(std::string(700, 'x'));
    EXPECT_LE(core_->statistics().buffer_bytes_used, 1'000);
  }
  ASSERT_TRUE(core_->flush(milliseconds::max()));
  EXPECT_EQ(core_->statistics().records_sent, 20);
}

TEST_F(ProducerBuffer, ARecordThatCanNeverGoIsRefused) {
  make({.request_bytes_max = 10'000});
  const Delivery large = send(std::string(10'000, 'x'));
  ASSERT_TRUE(large.ready());
  EXPECT_EQ(large.get().error().kafka_code(), ErrorCode::message_too_large);
  EXPECT_TRUE(core_->send({.topic = "t", .timestamp_ms = -5})
                  .get()
                  .error()
                  .is(ClientErrc::invalid_argument));
}

TEST_F(ProducerBuffer, ACallbackMaySendButNotWait) {
  make({.linger = milliseconds(0), .buffer_bytes = 1'000});
  std::optional<Delivery> inner, refused;
  Result<void> flushed;
  core_->send({.topic = "t", .value = "a"}, [&](const Result<RecordMetadata>& at) {
    EXPECT_EQ(at->offset, 7);
    inner = send("b");
    refused = send(std::string(950, 'x'));
    EXPECT_TRUE(inner->get().error().is(ClientErrc::wrong_state));
    flushed = core_->flush(milliseconds(1));
  });
  cluster_->answer({.offset = 7});
  ASSERT_TRUE(refused);
  EXPECT_TRUE(refused->get().error().is(ClientErrc::buffer_full));
  ASSERT_FALSE(flushed);
  EXPECT_TRUE(flushed.error().is(ClientErrc::wrong_state));
  cluster_->answer({.offset = 8});
  EXPECT_EQ(inner->get()->offset, 8);
}

TEST_F(ProducerBuffer, ACallbackMayEndTheProducer) {
  make({.linger = milliseconds(0)});
  std::vector<bool> outcomes;
  core_->send({.topic = "t", .value = "a"}, [&](const Result<RecordMetadata>& at) {
    outcomes.push_back(at.has_value());
    core_.reset();
  });
  core_->send({.topic = "t", .value = "b"}, [&](const Result<RecordMetadata>& at) {
    outcomes.push_back(at.has_value());
    EXPECT_TRUE(at.error().is(ClientErrc::closed));
  });
  cluster_->answer({.offset = 0});
  EXPECT_EQ(outcomes, (std::vector{true, false}));
}

TEST_F(ProducerBuffer, ATopicWithoutPartitionsIsRefused) {
  cluster_->partition_count = 0;
  make({});
  EXPECT_TRUE(core_->send({.topic = "t", .value = "a"}).get().error().is(ClientErrc::malformed));
}

TEST_F(ProducerBuffer, TheEndOfTheClientIsToldToEveryRecord) {
  cluster_->partition_count = 2;
  make({.linger = milliseconds(10)});
  const Delivery under_way = send("a");
  driver_->pass(milliseconds(10));
  ASSERT_EQ(cluster_->waiting.size(), 1U);
  const Delivery lingering = send("b", 1);
  client_->close();
  const Delivery later = send("c");
  driver_->pass(milliseconds(10));
  for (const Delivery& each : {under_way, lingering, later}) {
    ASSERT_TRUE(each.ready());
    EXPECT_TRUE(each.get().error().is(ClientErrc::closed)) << each.get().error().to_string();
  }
}

TEST_F(ProducerBuffer, ClosingFailsWhatIsLeft) {
  make({});
  const Delivery a = send("a");
  const auto closed = core_->close(milliseconds(10));
  ASSERT_FALSE(closed);
  EXPECT_TRUE(closed.error().is(ClientErrc::timed_out));
  ASSERT_TRUE(a.ready());
  EXPECT_TRUE(a.get().error().is(ClientErrc::closed));
  EXPECT_TRUE(send("b").get().error().is(ClientErrc::closed));
}

}  // namespace
}  // namespace millrace::client
