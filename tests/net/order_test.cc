// Frames in, answers out in the order of the requests.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "harness.h"

namespace millrace::net {
namespace {

TEST(Connection, AnswersLeaveInTheOrderOfTheRequests) {
  HeldRequests held;
  TestDispatcher dispatcher(held.handle());
  TestServer server(dispatcher);
  Peer peer(server.port());
  for (const char* text : {"a", "b", "c", "d"}) peer.send(text);
  auto requests = held.take_when(4);
  std::ranges::reverse(requests);
  for (auto& request : requests) std::move(request.reply).send(response_of(request.text));
  for (const char* text : {"a", "b", "c", "d"}) EXPECT_EQ(peer.receive(), text);
}

TEST(Connection, AnswersOfManyThreadsLeaveInOrder) {
  constexpr size_t kCount = 200;
  HeldRequests held;
  TestDispatcher dispatcher(held.handle());
  TestServer server(dispatcher);
  Peer peer(server.port());
  for (size_t i = 0; i < kCount; ++i) peer.send(std::to_string(i));
  auto requests = held.take_when(kCount);
  std::vector<std::thread> threads;
  for (size_t first = 0; first < 4; ++first) {
    threads.emplace_back([&requests, first] {
      for (size_t i = kCount - 4 + first; i < kCount; i -= 4) {
        std::move(requests[i].reply).send(response_of(requests[i].text));
      }
    });
  }
  for (size_t i = 0; i < kCount; ++i) EXPECT_EQ(peer.receive(), std::to_string(i));
  for (auto& thread : threads) thread.join();
}

TEST(Connection, WhatAClosingAnswerComesWithLeavesInItsTurn) {
  HeldRequests held;
  TestDispatcher dispatcher(held.handle());
  TestServer server(dispatcher);
  Peer peer(server.port());
  for (const char* text : {"a", "b", "c"}) peer.send(text);
  auto requests = held.take_when(3);
  std::move(requests[2].reply).send(response_of("too late"));
  std::move(requests[1].reply).close_connection(response_of("last words"));
  std::move(requests[0].reply).send(response_of("a"));
  EXPECT_EQ(peer.receive(), "a");
  EXPECT_EQ(peer.receive(), "last words");
  EXPECT_EQ(peer.receive(), std::nullopt);
}

TEST(Connection, RequestWithoutAnswerTakesNoTurn) {
  TestDispatcher dispatcher([](RequestFrame frame, Reply reply) {
    const auto text = as_text(frame.bytes.view());
    if (text == "silent") {
      std::move(reply).send_nothing();
    } else {
      std::move(reply).send(response_of(text));
    }
    return RequestKind::work;
  });
  TestServer server(dispatcher);
  Peer peer(server.port());
  for (const char* text : {"a", "silent", "b"}) peer.send(text);
  EXPECT_EQ(peer.receive(), "a");
  EXPECT_EQ(peer.receive(), "b");
}

TEST(Connection, FrameThatArrivesByteByByteIsOneRequest) {
  TestDispatcher dispatcher;
  TestServer server(dispatcher);
  Peer peer(server.port());
  for (const char byte : framed("slowly") + framed("") + framed("again")) {
    peer.send_raw(std::string_view(&byte, 1));
  }
  EXPECT_EQ(peer.receive(), "slowly");
  EXPECT_EQ(peer.receive(), "");
  EXPECT_EQ(peer.receive(), "again");
}

TEST(Connection, FramesOfAllSizesArriveWhole) {
  TestDispatcher dispatcher;
  TestServer server(dispatcher);
  Peer peer(server.port());
  for (const size_t size : {1UL, 4095UL, 65'535UL, 65'536UL, 262'144UL, 1'999'999UL}) {
    std::string text(size, 'x');
    for (size_t i = 0; i < size; i += 97) text[i] = static_cast<char>('a' + i % 26);
    EXPECT_EQ(peer.ask(text), text) << size;
  }
}

TEST(Connection, RefusedRequestClosesAfterTheAnswersBeforeIt) {
  HeldRequests held;
  TestDispatcher dispatcher(held.handle());
  TestServer server(dispatcher);
  Peer peer(server.port());
  for (const char* text : {"a", "refused", "never"}) peer.send(text);
  auto requests = held.take_when(3);
  std::move(requests[1].reply).close_connection();
  std::move(requests[2].reply).send(response_of("never"));
  std::move(requests[0].reply).send(response_of("a"));
  EXPECT_EQ(peer.receive(), "a");
  EXPECT_EQ(peer.receive(), std::nullopt);
}

TEST(Connection, ForgottenRequestClosesTheConnection) {
  TestDispatcher dispatcher([](const RequestFrame&, const Reply&) { return RequestKind::work; });
  TestServer server(dispatcher);
  Peer peer(server.port());
  peer.send("forget me");
  EXPECT_EQ(peer.receive(), std::nullopt);
}

TEST(Connection, ClientThatEndsSendingIsStillAnswered) {
  HeldRequests held;
  TestDispatcher dispatcher(held.handle());
  TestServer server(dispatcher);
  Peer peer(server.port());
  peer.send("work");
  peer.end_sending();
  auto requests = held.take_when(1);
  std::move(requests[0].reply).send(response_of("done"));
  EXPECT_EQ(peer.receive(), "done");
  EXPECT_EQ(peer.receive(), std::nullopt);
}

TEST(Connection, AnswerAfterTheClientHasGoneIsDropped) {
  HeldRequests held;
  TestDispatcher dispatcher(held.handle());
  TestServer server(dispatcher);
  std::vector<HeldRequests::Request> requests;
  {
    Peer peer(server.port());
    peer.send("wait");
    requests = held.take_when(1);
  }
  Peer other(server.port());
  EXPECT_EQ(other.ask("echo"), "echo");
  std::move(requests[0].reply).send(response_of("nobody"));
  EXPECT_EQ(other.ask("echo again"), "echo again");
}

TEST(Connection, DispatcherLearnsWhoCallsAndWhere) {
  TestDispatcher dispatcher;
  TestServer server(dispatcher);
  Peer peer(server.port());
  EXPECT_EQ(peer.ask("x"), "x");
  EXPECT_EQ(dispatcher.last_connection().peer_host, "127.0.0.1");
  EXPECT_EQ(dispatcher.last_connection().local_host, "127.0.0.1");
  EXPECT_EQ(dispatcher.last_connection().local_port, server.port());
}

}  // namespace
}  // namespace millrace::net
