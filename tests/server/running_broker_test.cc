// The broker as one object: serves on a free port, tells clients where to come back, ends cleanly.
#include "running_broker.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "client/broker_link.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/fetch.h"
#include "wire/messages/metadata.h"

namespace millrace::server {
namespace {

constexpr Milliseconds kGrace{20'000};

class RunningBrokers : public testing::Test {
 protected:
  RunningBrokers() : dir_(testing::TempDir() + "/running." + std::to_string(getpid())) {}
  ~RunningBrokers() override { std::filesystem::remove_all(dir_); }

  RunningBrokerOptions options() const {
    return {.dir = dir_, .listen = {{.host = "127.0.0.1", .port = 0}}};
  }
  client::CallLimits limits() const { return {.deadline = clock_.steady_now() + kGrace}; }
  std::unique_ptr<client::BrokerLink> link_to(const RunningBroker& broker) {
    auto link = client::BrokerLink::open(
        loop_, {.host = "127.0.0.1", .port = broker.endpoints().front().port}, "test", limits());
    EXPECT_TRUE(link.has_value());
    return *std::move(link);
  }
  /// "host:port" of the one broker that Metadata tells, and its topics.
  wire::MetadataResponse metadata(const RunningBroker& broker) {
    auto answer = link_to(broker)->call<wire::MetadataResponse>(wire::MetadataRequest{}, limits());
    EXPECT_TRUE(answer.has_value());
    EXPECT_EQ(answer->brokers.size(), 1U);
    return *std::move(answer);
  }

  const std::string dir_;
  SystemClock clock_;
  client::EventLoop loop_;
};

TEST_F(RunningBrokers, TellClientsTheAddressTheyCameInBy) {
  auto broker = RunningBroker::start(options());
  ASSERT_TRUE(broker.has_value()) << broker.error().message();
  const auto told = metadata(**broker).brokers.front();
  EXPECT_EQ(told.host, "127.0.0.1");
  EXPECT_EQ(told.port, (*broker)->endpoints().front().port);
  EXPECT_TRUE((*broker)->stop(kGrace).has_value());
}

TEST_F(RunningBrokers, TellClientsTheAdvertisedAddressInstead) {
  auto with_advertised = options();
  with_advertised.advertised = net::Endpoint{.host = "broker.example", .port = 19092};
  auto broker = RunningBroker::start(std::move(with_advertised));
  ASSERT_TRUE(broker.has_value());
  const auto told = metadata(**broker).brokers.front();
  EXPECT_EQ(told.host, "broker.example");
  EXPECT_EQ(told.port, 19092);
}

TEST_F(RunningBrokers, KeepTopicsOverACleanStop) {
  auto first = RunningBroker::start(options());
  ASSERT_TRUE(first.has_value());
  wire::CreateTopicsRequest request{.timeout_ms = 10'000};
  request.topics.push_back({.name = "kept", .num_partitions = 3, .replication_factor = 1});
  const auto created = link_to(**first)->call<wire::CreateTopicsResponse>(request, limits());
  ASSERT_TRUE(created.has_value());
  EXPECT_EQ(created->topics.front().error_code, ErrorCode::none);
  ASSERT_TRUE((*first)->stop(kGrace).has_value());
  EXPECT_TRUE(std::filesystem::exists(dir_ + "/.kafka_cleanshutdown"));
  first->reset();

  auto second = RunningBroker::start(options());
  ASSERT_TRUE(second.has_value());
  EXPECT_TRUE((*second)->recovery_report().empty());
  const auto told = metadata(**second);
  ASSERT_EQ(told.topics.size(), 1U);
  EXPECT_EQ(told.topics.front().name, "kept");
  EXPECT_EQ(told.topics.front().partitions.size(), 3U);
}

TEST_F(RunningBrokers, RefuseADirectoryInUse) {
  auto first = RunningBroker::start(options());
  ASSERT_TRUE(first.has_value());
  auto second = RunningBroker::start(options());
  ASSERT_FALSE(second.has_value());
  EXPECT_NE(second.error().message().find(dir_), std::string::npos);
  EXPECT_NE(second.error().message().find(std::to_string(getpid())), std::string::npos);
}

TEST_F(RunningBrokers, LeaveADirectoryFreeWhenTheirPortIsTaken) {
  auto first = RunningBroker::start(options());
  ASSERT_TRUE(first.has_value());
  auto elsewhere = options();
  elsewhere.dir = dir_ + "/other";
  elsewhere.listen = (*first)->endpoints();
  const std::string address = elsewhere.listen.front().to_string();
  auto refused = RunningBroker::start(elsewhere);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message().find(address), std::string::npos);
  elsewhere.listen = options().listen;
  EXPECT_TRUE(RunningBroker::start(elsewhere).has_value());
}

TEST_F(RunningBrokers, WriteNoFileInMemory) {
  auto in_memory = options();
  in_memory.in_memory = true;
  auto broker = RunningBroker::start(std::move(in_memory));
  ASSERT_TRUE(broker.has_value());
  EXPECT_TRUE(metadata(**broker).topics.empty());
  EXPECT_TRUE((*broker)->stop(kGrace).has_value());
  EXPECT_FALSE(std::filesystem::exists(dir_));
}

TEST_F(RunningBrokers, DoNotWaitForLongPollsWhenTheyStop) {
  auto broker = RunningBroker::start(options());
  ASSERT_TRUE(broker.has_value());
  auto link = link_to(**broker);
  wire::CreateTopicsRequest create{.timeout_ms = 10'000};
  create.topics.push_back({.name = "empty", .num_partitions = 1, .replication_factor = 1});
  ASSERT_TRUE(link->call<wire::CreateTopicsResponse>(create, limits()).has_value());
  wire::FetchRequest fetch;
  fetch.max_wait_ms = 600'000;
  fetch.min_bytes = 1;
  fetch.topics.push_back({.topic = "empty"});
  fetch.topics.front().partitions.push_back({.partition = 0, .partition_max_bytes = 1000});
  const auto waiting = link->send(fetch, limits());
  ASSERT_TRUE(waiting.has_value());
  const auto asked = clock_.steady_now();
  EXPECT_TRUE((*broker)->stop(Milliseconds(600'000)).has_value());
  EXPECT_LT(clock_.steady_now() - asked, kGrace);
  EXPECT_FALSE(link->receive<wire::FetchResponse>(*waiting, limits()).has_value());
}

}  // namespace
}  // namespace millrace::server
