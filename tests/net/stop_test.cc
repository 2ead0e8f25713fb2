// Starting to listen, and the end: work is finished, waiting is dropped, nobody hangs.
#include <gtest/gtest.h>

#include <thread>

#include "harness.h"
#include "net/endpoint.h"

namespace millrace::net {
namespace {

constexpr Milliseconds kLong{60'000};

TEST(ServerStop, AnswersRequestsUnderWay) {
  HeldRequests held;
  TestDispatcher dispatcher(held.handle());
  TestServer server(dispatcher);
  Peer peer(server.port());
  peer.send("first");
  peer.send("second");
  auto requests = held.take_when(2);
  std::thread stopping([&] { server->stop(kLong); });
  for (auto& request : requests) std::move(request.reply).send(response_of(request.text));
  EXPECT_EQ(peer.receive(), "first");
  EXPECT_EQ(peer.receive(), "second");
  EXPECT_EQ(peer.receive(), std::nullopt);
  stopping.join();
  EXPECT_EQ(server->connection_count(), 0U);
}

TEST(ServerStop, DropsRequestsThatOnlyWait) {
  HeldRequests held;
  TestDispatcher dispatcher(held.handle());
  TestServer server(dispatcher);
  Peer peer(server.port());
  peer.send("wait for data");
  auto requests = held.take_when(1);
  server->stop(kLong);
  EXPECT_EQ(peer.receive(), std::nullopt);
  std::move(requests[0].reply).send(response_of("late"));
}

TEST(ServerStop, GivesUpAfterTheGrace) {
  HeldRequests held;
  TestDispatcher dispatcher(held.handle());
  TestServer server(dispatcher);
  Peer peer(server.port());
  peer.send("never answered");
  auto requests = held.take_when(1);
  server->stop(Milliseconds(1));
  EXPECT_EQ(peer.receive(), std::nullopt);
  std::move(requests[0].reply).send(response_of("late"));
}

TEST(ServerStop, FramesKeptByTheDispatcherOutliveTheServer) {
  SharedBytes kept;
  {
    TestDispatcher dispatcher([&](RequestFrame frame, Reply reply) {
      kept = frame.bytes;
      std::move(reply).send(response_of("y"));
      return RequestKind::work;
    });
    TestServer server(dispatcher);
    Peer peer(server.port());
    EXPECT_EQ(peer.ask(std::string(100'000, 'x')), "y");
    server->stop(kLong);
  }
  EXPECT_EQ(as_text(kept.view()), std::string(100'000, 'x'));
}

TEST(ServerStop, RefusesNewConnections) {
  TestDispatcher dispatcher;
  TestServer server(dispatcher);
  const uint16_t port = server.port();
  server->stop(kLong);
  // The port is free again.
  Server next({.io_threads = 1, .limits = {}, .clock = &server.clock()}, dispatcher);
  EXPECT_TRUE(next.listen({.host = "127.0.0.1", .port = port}).has_value());
}

TEST(ServerListen, NamesTheAddressThatIsTaken) {
  TestDispatcher dispatcher;
  TestServer server(dispatcher);
  Server other({.io_threads = 1, .limits = {}, .clock = &server.clock()}, dispatcher);
  const auto refused = other.listen({.host = "127.0.0.1", .port = server.port()});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message().find("127.0.0.1:" + std::to_string(server.port())),
            std::string::npos);
}

TEST(ServerListen, ClientsOfANamedListenerAreToldTheName) {
  TestDispatcher dispatcher;
  const SystemClock clock;
  Server server({.io_threads = 2, .limits = {}, .clock = &clock}, dispatcher);
  const auto bound = server.listen({.host = "localhost", .port = 0});
  ASSERT_TRUE(bound.has_value());
  EXPECT_EQ(bound->host, "localhost");
  server.start();
  Peer peer(bound->port);
  EXPECT_EQ(peer.ask("x"), "x");
  EXPECT_EQ(dispatcher.last_connection().local_host, "localhost");
}

TEST(Endpoint, IsReadAndWrittenAsPeopleWriteIt) {
  for (const char* text : {"127.0.0.1:9092", "broker.example:1", "[::1]:0"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint.has_value()) << text;
    EXPECT_EQ(endpoint->to_string(), text);
  }
  EXPECT_EQ(Endpoint::parse(":9092")->host, "0.0.0.0");
  EXPECT_FALSE(Endpoint::parse("broker.example:1")->is_address());
  EXPECT_TRUE(Endpoint::parse("[::1]:1")->is_address());
}

TEST(Endpoint, RefusesWhatIsNotHostAndPort) {
  for (const char* text : {"", "9092", "host", "host:", "host:x", "host:65536", "host:-1",
                           "::1:9092", "a b:1", "PLAINTEXT://host:1", "[host]:1"}) {
    EXPECT_FALSE(Endpoint::parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace millrace::net
