#include "metrics/endpoint.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <future>
#include <mutex>
#include <vector>

#include "metrics/scraped.h"
#include "millrace/client.h"
#include "millrace/executor.h"

namespace millrace::metrics {
namespace {

/// Does no work before it is told to.
class HeldWork final : public Executor {
 public:
  void post(std::function<void()> work) override {
    const std::lock_guard lock(mutex_);
    held_.push_back(std::move(work));
  }
  void post_at(SteadyTime, std::function<void()> work) override { post(std::move(work)); }

  void run() {
    std::unique_lock lock(mutex_);
    for (auto work = std::exchange(held_, {}); !work.empty(); work = std::exchange(held_, {})) {
      lock.unlock();
      for (const auto& each : work) each();
      lock.lock();
      if (++rounds_ > 3) return;  // some work asks for itself again
    }
  }

 private:
  std::mutex mutex_;
  std::vector<std::function<void()>> held_;
  int rounds_ = 0;
};

TEST_F(EndpointTest, OtherPathsAndMethodsAreRefused) {
  open();
  EXPECT_EQ(ask("/").status, 404);
  EXPECT_EQ(ask("/metrics/").status, 404);
  const auto refused = ask("/metrics", "POST");
  EXPECT_EQ(refused.status, 405);
  ASSERT_EQ(refused.headers.size(), 1U);
  EXPECT_EQ(refused.headers.front().second, "GET, HEAD");
  EXPECT_EQ(ask("/healthz").status, 200);
  EXPECT_EQ(ask("/metrics").content_type, "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(EndpointTest, IsReadyOnceGroupsAreRead) {
  HeldWork work;
  open({}, {.dir = std::string(in_memory), .executor = &work});
  EXPECT_EQ(ask("/readyz").status, 503);
  EXPECT_EQ(ask("/readyz").body, "groups and transactions are still being read\n");
  EXPECT_EQ(scrape().samples["millrace_ready"], "0");
  work.run();
  EXPECT_EQ(ask("/readyz").status, 200);
  EXPECT_EQ(scrape().samples["millrace_ready"], "1");
  EXPECT_TRUE(broker_->close(Milliseconds(0)));
  endpoint_ = nullptr;
  broker_.reset();  // before the executor
}

TEST_F(EndpointTest, AScrapeHoldsNoOtherAnswerUp) {
  open();
  std::promise<void> begun;
  std::promise<void> may_end;
  endpoint_->answer({.method = "GET", .path = "/metrics"}, [&](const http::Response&) {
    begun.set_value();
    may_end.get_future().wait();
  });
  begun.get_future().wait();
  EXPECT_EQ(ask("/healthz").status, 200);
  EXPECT_NE(ask("/readyz").body, "");  // whether groups are read yet is not its business
  std::vector<std::future<http::Response>> waiting;
  for (size_t i = 0; i < Worker::kWaitingMax; ++i) waiting.push_back(begin_to_ask("/metrics"));
  EXPECT_EQ(ask("/metrics").status, 503);
  may_end.set_value();
  for (auto& scrape : waiting) EXPECT_EQ(scrape.get().status, 200);
}

TEST_F(EndpointTest, IsNotReadyWithoutItsDirectory) {
  open({.dir = ::testing::TempDir() + "/there-is-no-such-directory"},
       {.dir = std::string(in_memory), .manual = true});
  EXPECT_EQ(ask("/readyz").status, 503);
  EXPECT_NE(ask("/readyz").body.find("there-is-no-such-directory cannot be written"),
            std::string::npos);
  EXPECT_EQ(ask("/healthz").status, 200);
}

TEST_F(EndpointTest, IsAliveAndNotReadyWhileItRecovers) {
  endpoint_ = std::make_unique<Endpoint>(EndpointOptions());
  EXPECT_EQ(ask("/healthz").status, 200);
  EXPECT_EQ(ask("/readyz").status, 503);
  EXPECT_EQ(ask("/readyz").body, "the data directory is being recovered\n");
  EXPECT_EQ(ask("/metrics").status, 503);
}

TEST_F(EndpointTest, OfAClosedBrokerThereIsNothingToTell) {
  open();
  ASSERT_TRUE(broker_->close(Milliseconds(0)));
  EXPECT_EQ(ask("/metrics").status, 503);
  EXPECT_EQ(ask("/readyz").body, "the broker is closed\n");
  EXPECT_EQ(ask("/healthz").status, 200);
}

class ServedEndpointTest : public EndpointTest {
 protected:
  void open_and_listen(EndpointOptions options = {}) {
    // Groups settle as fast as their members answer.
    open(std::move(options),
         {.dir = std::string(in_memory), .config = {{"group.initial.rebalance.delay.ms", "0"}}});
    const auto bound = broker_->listen({.host = "127.0.0.1", .port = 0});
    ASSERT_TRUE(bound);
    auto client = Client::connect({.bootstrap = bound->to_string()});
    ASSERT_TRUE(client) << client.error().message();
    client_.emplace(*std::move(client));
  }
  void create(const std::string& topic, int32_t partitions) {
    ASSERT_TRUE(client_->admin().create_topic({.name = topic, .partitions = partitions}));
  }
  void produce(const std::string& topic, int count) {
    auto producer = client_->producer();
    ASSERT_TRUE(producer);
    for (int i = 0; i < count; ++i) {
      auto sent = producer->send({.topic = topic, .value = "0123456789", .partition = 0});
      ASSERT_TRUE(sent.get());
    }
  }

  std::optional<Client> client_;
};

TEST_F(ServedEndpointTest, WhatClientsDoIsCounted) {
  open_and_listen();
  create("orders", 2);
  produce("orders", 3);
  auto now = scrape().samples;
  EXPECT_EQ(now["millrace_topic_records_in_total{topic=\"orders\"}"], "3");
  EXPECT_EQ(now["millrace_requests_total{api=\"Produce\"}"], "3");
  EXPECT_EQ(now["millrace_request_duration_seconds_count{api=\"Produce\"}"], "3");
  EXPECT_EQ(now["millrace_partition_log_end_offset{topic=\"orders\",partition=\"0\"}"], "3");
  EXPECT_EQ(now["millrace_partition_log_end_offset{topic=\"orders\",partition=\"1\"}"], "0");
  EXPECT_EQ(now["millrace_partition_log_bytes{topic=\"orders\",partition=\"0\"}"],
            now["millrace_topic_bytes_in_total{topic=\"orders\"}"]);
  EXPECT_EQ(now["millrace_topic_bytes_out_total{topic=\"orders\"}"], "0");
  EXPECT_EQ(now["millrace_partitions_offline"], "0");
  EXPECT_NE(now["millrace_connections"], "0");

  auto consumer = client_->consumer(
      {.group = "readers", .topics = {"orders"}, .auto_offset_reset = OffsetReset::earliest});
  ASSERT_TRUE(consumer) << consumer.error().message();
  size_t read = 0;
  while (read < 3) {
    auto records = consumer->poll(Milliseconds(1'000));
    ASSERT_TRUE(records);
    read += records->size();
  }
  now = scrape().samples;
  EXPECT_EQ(now["millrace_topic_bytes_out_total{topic=\"orders\"}"],
            now["millrace_topic_bytes_in_total{topic=\"orders\"}"]);
  EXPECT_EQ(now["millrace_group_members{type=\"classic\",state=\"Stable\"}"], "1");
  EXPECT_NE(now["millrace_topic_records_in_total{topic=\"__consumer_offsets\"}"], "0");
}

TEST_F(ServedEndpointTest, LagOfGroupsIsToldInRecordsAndTime) {
  open_and_listen({.partitions_max = 2});
  create("orders", 2);
  produce("orders", 5);
  const TopicPartition first{.topic = "orders", .partition = 0};
  const TopicPartition second{.topic = "orders", .partition = 1};
  auto admin = client_->admin();
  ASSERT_TRUE(
      admin.alter_committed_offsets("behind", {{first, {.offset = 2}}, {second, {.offset = 0}}}));
  ASSERT_TRUE(admin.alter_committed_offsets("later", {{first, {.offset = 5}}}));
  auto now = scrape().samples;
  const std::string of_first = "{group=\"behind\",topic=\"orders\",partition=\"0\"}";
  const std::string of_second = "{group=\"behind\",topic=\"orders\",partition=\"1\"}";
  EXPECT_EQ(now["millrace_group_lag_records" + of_first], "3");
  EXPECT_EQ(now["millrace_group_lag_records" + of_second], "0");
  EXPECT_TRUE(now.contains("millrace_group_lag_seconds" + of_first));
  EXPECT_EQ(now["millrace_group_lag_seconds" + of_second], "0");
  EXPECT_EQ(now["millrace_groups_omitted"], "1");
}

TEST_F(ServedEndpointTest, ErrorsAreCountedByCode) {
  open_and_listen();
  create("once", 1);
  EXPECT_FALSE(client_->admin().create_topic({.name = "once", .partitions = 1}));
  auto now = scrape().samples;
  EXPECT_EQ(
      now["millrace_request_errors_total{api=\"CreateTopics\",code=\"TOPIC_ALREADY_EXISTS\"}"],
      "1");
}

TEST_F(ServedEndpointTest, PartitionsBeyondTheLimitAreOnlyCounted) {
  open_and_listen({.partitions_max = 4});
  create("a", 3);
  create("b", 2);
  create("c", 1);
  auto now = scrape();
  EXPECT_EQ(now.samples["millrace_partitions_omitted"], "3");
  EXPECT_EQ(now.samples["millrace_partitions"], "6");
  EXPECT_TRUE(now.samples.contains("millrace_topic_records_in_total{topic=\"a\"}"));
  EXPECT_FALSE(now.samples.contains("millrace_topic_records_in_total{topic=\"b\"}"));
  // None of later topics either: what is told does not change with what a topic in front of it has.
  EXPECT_FALSE(now.samples.contains("millrace_topic_records_in_total{topic=\"c\"}"));
}

}  // namespace
}  // namespace millrace::metrics
