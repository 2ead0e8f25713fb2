#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "base/text.h"
#include "http/server.h"
#include "http/server_harness.h"

namespace millrace::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kLong = seconds(60);

TEST(HttpStop, IsImmediateWhenNothingIsUnderWay) {
  Inbox inbox;
  const auto server = serve(inbox.handler());
  RawClient idle(server->bound());
  ASSERT_TRUE(idle.send(get("/")));
  inbox.take().front().second(text("x"));
  ASSERT_TRUE(idle.read_reply());
  const auto before = std::chrono::steady_clock::now();
  server->stop(kLong);
  server->stop(kLong);
  EXPECT_LT(std::chrono::steady_clock::now() - before, kLong / 2);
  EXPECT_TRUE(idle.sees_end());
}

TEST(HttpStop, WaitsForTheAnswerOfARequestUnderWay) {
  Inbox inbox;
  const auto server = serve(inbox.handler());
  RawClient client(server->bound());
  ASSERT_TRUE(client.send(get("/")));
  auto request = inbox.take();
  auto stopped = std::async(std::launch::async, [&] { server->stop(kLong); });
  request.front().second(text("in time"));
  const auto reply = client.read_reply();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "in time");
  EXPECT_TRUE(client.sees_end());
  stopped.get();
}

TEST(HttpStop, GivesUpAfterTheGraceAndLaterAnswersGoNowhere) {
  Inbox inbox;
  auto server = serve(inbox.handler());
  RawClient client(server->bound());
  ASSERT_TRUE(client.send(get("/")));
  auto request = inbox.take();
  server->stop(milliseconds(1));
  EXPECT_TRUE(client.sees_end());
  request.front().second(text("too late"));
  server.reset();
  request.clear();
}

TEST(HttpStop, ClosesWhoHasSentHalfARequest) {
  Inbox inbox;
  const auto server = serve(inbox.handler());
  RawClient client(server->bound());
  RawClient whole(server->bound());
  ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"));
  ASSERT_TRUE(whole.send(get("/")));
  inbox.take().front().second(text(""));
  server->stop(milliseconds(1));
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(inbox.empty());
}

TEST(HttpStop, ThePortIsFreeAfterwards) {
  auto server = serve([](const Request&, const Respond& respond) { respond(text("")); });
  const auto bound = server->bound();
  server->stop(milliseconds(0));
  EXPECT_TRUE(Server::listen(bound, [](const Request&, const Respond&) {}));
}

/// Clients ask as fast as they can, half of the answers come from another thread.
TEST(HttpStop, UnderLoadEndsEveryConnectionAndCallsNobodyAfterwards) {
  for (int round = 0; round < 10; ++round) {
    std::atomic<bool> over = false;
    std::atomic<int> called_late = 0;
    std::atomic<int> asked = 0;
    Inbox inbox;
    const Handler keep = inbox.handler();
    auto server = serve([&](Request request, const Respond& respond) {
      if (over) ++called_late;
      if (++asked % 2 == 0) return respond(text("now"));
      keep(std::move(request), respond);
    });
    std::jthread answers([&](const std::stop_token& end) {
      while (!end.stop_requested()) {
        for (auto& [request, respond] : inbox.take(0)) respond(text("later"));
      }
    });
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([&] {
        RawClient client(server->bound());
        while (client.ask(get("/"))) continue;
      });
    }
    while (asked < 200) std::this_thread::yield();
    server->stop(milliseconds(round % 2 * 1'000));
    over = true;
    clients.clear();
    EXPECT_EQ(called_late, 0);
  }
}

}  // namespace
}  // namespace millrace::http
