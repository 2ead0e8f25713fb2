// How clients reach a broker, and what they are told where that fails.
#include <gtest/gtest.h>

#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"
#include "embed/one_thread.h"
#include "millrace/broker.h"
#include "millrace/client.h"
#include "millrace/client_error.h"

namespace millrace::embed {
namespace {

using asio::ip::tcp;

Broker open_broker() {
  return Broker::open(
             {.dir = std::string(in_memory), .config = {{"group.initial.rebalance.delay.ms", "0"}}})
      .value();
}

TEST(ClientConnect, NobodyThereIsToldAtOnce) {
  auto broker = open_broker();
  const std::string address = broker.listen("127.0.0.1:0").value();
  ASSERT_TRUE(broker.close());
  const auto connected = Client::connect({.bootstrap = address});
  ASSERT_FALSE(connected.has_value());
  EXPECT_TRUE(connected.error().is(ClientErrc::unreachable)) << connected.error().to_string();
}

TEST(ClientConnect, ABrokerThatVanishesFailsTheCall) {
  auto broker = open_broker();
  const std::string address = broker.listen("127.0.0.1:0").value();
  auto client = Client::connect({.bootstrap = address, .api_timeout = milliseconds(300)});
  ASSERT_TRUE(client.has_value());
  ASSERT_TRUE(broker.close());
  const auto listed = client->admin().list_topics();
  ASSERT_FALSE(listed.has_value());
  EXPECT_TRUE(listed.error().is(ClientErrc::unreachable) ||
              listed.error().is(ClientErrc::disconnected))
      << listed.error().to_string();
}

TEST(ClientConnect, ANameThatDoesNotResolveIsTold) {
  // No server need be asked: a part of a name has at most 63 characters.
  const std::string name(64, 'x');
  const auto connected = Client::connect({.bootstrap = name + ":9092"});
  ASSERT_FALSE(connected.has_value());
  EXPECT_TRUE(connected.error().is(ClientErrc::bad_address)) << connected.error().to_string();
  EXPECT_NE(connected.error().message().find(name), std::string::npos);
}

TEST(InProcessClient, IsToldThatItsBrokerIsClosed) {
  auto broker = open_broker();
  const Client client = broker.client();
  Admin admin = client.admin();
  ASSERT_TRUE(admin.list_topics());
  ASSERT_TRUE(broker.close());
  EXPECT_TRUE(admin.list_topics().error().is(ClientErrc::closed));
  EXPECT_TRUE(client.admin().list_topics().error().is(ClientErrc::closed));
  EXPECT_TRUE(broker.admin().list_topics().error().is(ClientErrc::closed));
}

// ---- Listeners that are no brokers ------------------------------------------------------------

class OddListener : public ::testing::Test {
 protected:
  explicit OddListener(int backlog = 8) {
    acceptor_.open(tcp::v4());
    acceptor_.bind({asio::ip::address_v4::loopback(), 0});
    acceptor_.listen(backlog);
  }
  ~OddListener() override {
    if (answering_.joinable()) answering_.join();
  }

  std::string address() { return cat("127.0.0.1:", acceptor_.local_endpoint().port()); }
  /// Takes one connection and the request's first bytes, answers these and hangs up.
  void answer(std::vector<uint8_t> bytes) {
    answering_ = std::thread([this, bytes = std::move(bytes)] {
      tcp::socket socket = acceptor_.accept();
      std::array<std::byte, 4> size;
      asio::error_code ignored;
      asio::read(socket, asio::buffer(size), ignored);
      asio::write(socket, asio::buffer(bytes), ignored);
      socket.shutdown(tcp::socket::shutdown_send, ignored);
      while (!ignored) socket.read_some(asio::buffer(size), ignored);
    });
  }

  asio::io_context context_;
  tcp::acceptor acceptor_{context_};

 private:
  std::thread answering_;
};

TEST_F(OddListener, ThatSpeaksTlsIsToldAsSuch) {
  answer({0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46});  // an alert: what came is no TLS
  const auto connected = Client::connect({.bootstrap = address()});
  ASSERT_FALSE(connected.has_value());
  EXPECT_TRUE(connected.error().is(ClientErrc::malformed)) << connected.error().to_string();
  EXPECT_NE(connected.error().message().find("without TLS"), std::string::npos);
}

TEST_F(OddListener, ThatHangsUpMaySpeakTls) {
  answer({});
  const auto connected = Client::connect({.bootstrap = address()});
  ASSERT_FALSE(connected.has_value());
  EXPECT_TRUE(connected.error().is(ClientErrc::disconnected)) << connected.error().to_string();
  EXPECT_NE(connected.error().message().find("without TLS"), std::string::npos);
}

class FullListener : public OddListener {
 protected:
  /// One connection waits to be accepted, and there is no room for another.
  FullListener() : OddListener(0) { first_.connect(acceptor_.local_endpoint()); }

  tcp::socket first_{context_};
};

TEST_F(FullListener, IsWaitedForNoLongerThanTheConnectTimeout) {
  const auto connected =
      Client::connect({.bootstrap = address(), .connect_timeout = milliseconds(1)});
  ASSERT_FALSE(connected.has_value());
  EXPECT_TRUE(connected.error().is(ClientErrc::timed_out)) << connected.error().to_string();
  EXPECT_NE(connected.error().message().find("connecting"), std::string::npos);
}

// ---- What a client brings ---------------------------------------------------------------------

TEST(ClientConnect, TheBrokerSeesTheClientsId) {
  auto broker = open_broker();
  auto log = broker.ensure_topic({.name = "t", .partitions = 1}).value();
  ASSERT_TRUE(log.append(0, {.value = "x"}));
  const auto client = Client::connect(
      {.bootstrap = broker.listen("127.0.0.1:0").value(), .client_id = "billing-7"});
  ASSERT_TRUE(client) << client.error().to_string();
  auto consumer =
      client->consumer({.group = "g", .topics = {"t"}, .auto_offset_reset = OffsetReset::earliest})
          .value();
  ASSERT_EQ(consumer.poll(milliseconds(30'000))->size(), 1U);
  const auto group = broker.admin().describe_group("g");
  ASSERT_TRUE(group) << group.error().to_string();
  ASSERT_EQ(group->members.size(), 1U);
  EXPECT_EQ(group->members.front().client_id, "billing-7");
}

TEST(ClientConnect, WorkIsDoneOnTheExecutorThatWasGiven) {
  auto broker = open_broker();
  ASSERT_TRUE(broker.ensure_topic({.name = "t", .partitions = 1}));
  OneThread executor;
  std::promise<std::thread::id> expected, found;
  executor.post([&] { expected.set_value(std::this_thread::get_id()); });
  const auto client =
      Client::connect({.bootstrap = broker.listen("127.0.0.1:0").value(), .executor = &executor});
  ASSERT_TRUE(client) << client.error().to_string();
  auto producer = client->producer().value();
  producer.send({.topic = "t", .value = "x"}, [&](const Result<RecordMetadata>& outcome) {
    EXPECT_TRUE(outcome);
    found.set_value(std::this_thread::get_id());
  });
  EXPECT_EQ(found.get_future().get(), expected.get_future().get());
}

TEST(ClientConnect, ACallbackMayEndTheClient) {
  auto broker = open_broker();
  ASSERT_TRUE(broker.ensure_topic({.name = "t", .partitions = 1}));
  const std::string address = broker.listen("127.0.0.1:0").value();
  OneThread executor;
  for (Executor* const given :
       {static_cast<Executor*>(nullptr), static_cast<Executor*>(&executor)}) {
    auto connected = Client::connect({.bootstrap = address, .executor = given});
    ASSERT_TRUE(connected) << connected.error().to_string();
    std::optional<Client> client = *std::move(connected);
    std::optional<Producer> last = client->producer().value();
    client.reset();
    std::promise<void> sent, ended;
    last->send({.topic = "t", .value = "x"}, [&](const Result<RecordMetadata>& outcome) {
      EXPECT_TRUE(outcome);
      sent.get_future().wait();
      last.reset();
      ended.set_value();
    });
    sent.set_value();
    ended.get_future().wait();
  }
}

}  // namespace
}  // namespace millrace::embed
