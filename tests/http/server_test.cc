#include "http/server.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/text.h"
#include "http/server_harness.h"

namespace millrace::http {
namespace {

/// Answers what it was asked.
void echo(Request request, const Respond& respond) {
  std::string said = cat(request.method, ' ', request.path, '\n');
  for (const auto& [name, value] : request.query) said += cat(name, '=', value, '\n');
  respond(text(said + request.body));
}

TEST(HttpServer, LeavesThePathAsItCameAndDecodesTheQuery) {
  const auto server = serve(echo);
  RawClient client(server->bound());
  EXPECT_EQ(client.ask(get("/a%2Fb/%zz?q=%C3%A9+x&q=2&flag&=e&&"))->body,
            "GET /a%2Fb/%zz\nq=é x\nq=2\nflag=\n=e\n");
  EXPECT_EQ(client.ask(get("http://host:1/there?x=http://y"))->body, "GET /there\nx=http://y\n");
}

TEST(HttpServer, HandsOverHeadersAndSendsThose) {
  const auto server = serve([](const Request& request, const Respond& respond) {
    respond({.status = 409,
             .content_type = "a/b",
             .body = std::string(request.header("x-one").value_or("none")),
             .headers = {{"X-Two", "2"}, {"X-Broken", "a\r\nb: c"}}});
  });
  RawClient client(server->bound());
  const auto reply = client.ask(get("/", "X-One: 1\r\n"));
  EXPECT_EQ(reply->status, 409);
  EXPECT_EQ(reply->body, "1");
  EXPECT_EQ(reply->headers.at("content-type"), "a/b");
  EXPECT_EQ(reply->headers.at("x-two"), "2");
  EXPECT_FALSE(reply->headers.contains("x-broken"));
  EXPECT_FALSE(reply->headers.contains("b"));
}

TEST(HttpServer, KeepsAConnectionForRequestsOneBehindTheOther) {
  const auto server = serve(echo);
  RawClient client(server->bound());
  ASSERT_TRUE(client.send(get("/1") + post("/2", "two") + get("/3")));
  EXPECT_EQ(client.read_reply()->body, "GET /1\n");
  EXPECT_EQ(client.read_reply()->body, "POST /2\ntwo");
  EXPECT_EQ(client.read_reply()->body, "GET /3\n");
  EXPECT_EQ(client.ask(get("/4", "Connection: close\r\n"))->body, "GET /4\n");
  EXPECT_TRUE(client.sees_end());
}

TEST(HttpServer, AHeadIsAGetWithoutTheBody) {
  const auto server = serve(echo);
  RawClient client(server->bound());
  ASSERT_TRUE(client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(client.read_reply(true)->headers.at("content-length"), "7");
  EXPECT_EQ(client.ask(get("/y"))->body, "GET /y\n");
}

TEST(HttpServer, AnEmptyStatusHasNoBody) {
  const auto server = serve([](const Request&, const Respond& respond) {
    respond({.status = 204, .content_type = "", .body = "", .headers = {}});
  });
  RawClient client(server->bound());
  EXPECT_EQ(client.ask(get("/"))->status, 204);
  EXPECT_EQ(client.ask(get("/"))->status, 204);
}

TEST(HttpServer, TakesChunkedBodies) {
  const auto server = serve(echo);
  RawClient client(server->bound());
  const auto reply = client.ask(
      "PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n");
  EXPECT_EQ(reply->body, "PUT /c\nabcde");
}

TEST(HttpServer, GivesAGoAheadToThoseWhoWaitForIt) {
  const auto server = serve(echo);
  RawClient client(server->bound());
  ASSERT_TRUE(client.send(
      "POST /w HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
  EXPECT_EQ(client.read_reply()->status, 100);
  EXPECT_EQ(client.ask("abc")->body, "POST /w\nabc");
}

TEST(HttpServer, AnswersThatComeLaterComeFromAnyThreadInAnyOrder) {
  Inbox inbox;
  const auto server = serve(inbox.handler());
  RawClient first(server->bound());
  RawClient second(server->bound());
  ASSERT_TRUE(first.send(get("/first")));
  auto first_request = inbox.take();
  ASSERT_TRUE(second.send(get("/second")));
  auto second_request = inbox.take();
  std::thread([&] { second_request.front().second(text("2")); }).join();
  EXPECT_EQ(second.read_reply()->body, "2");
  first_request.front().second(text("1"));
  first_request.front().second(text("once more"));
  EXPECT_EQ(first.read_reply()->body, "1");
  ASSERT_TRUE(first.send(get("/third")));
  inbox.take().front().second(text("3"));
  EXPECT_EQ(first.read_reply()->body, "3");
}

TEST(HttpServer, ARequestNobodyAnswersIsAnswered500) {
  const auto server = serve([](const Request&, const Respond&) {});
  RawClient client(server->bound());
  EXPECT_EQ(client.ask(get("/"))->status, 500);
}

TEST(HttpServer, AnAnswerToWhoHasGoneGoesNowhere) {
  Inbox inbox;
  const auto server = serve(inbox.handler());
  RawClient gone(server->bound());
  ASSERT_TRUE(gone.send(get("/gone")));
  auto request = inbox.take();
  gone.close();
  // More than a socket buffers, so that the server meets the closed end while it sends.
  request.front().second(text(std::string(size_t{8} << 20, 'x')));
  RawClient other(server->bound());
  ASSERT_TRUE(other.send(get("/other")));
  inbox.take().front().second(text("here"));
  EXPECT_EQ(other.read_reply()->body, "here");
}

TEST(HttpServer, ServesManyConnectionsAtOnce) {
  constexpr size_t kClients = 300;
  Inbox inbox;
  const auto server = serve(inbox.handler());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (size_t i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<RawClient>(server->bound()));
    ASSERT_TRUE(clients.back()->send(get(cat("/", i))));
  }
  for (auto& [request, respond] : inbox.take(kClients)) respond(text(request.path));
  for (size_t i = 0; i < kClients; ++i) EXPECT_EQ(clients[i]->read_reply()->body, cat("/", i));
}

TEST(HttpServer, NamesItsThread) {
  std::string name(16, '\0');
  const auto server = serve([&](const Request&, const Respond& respond) {
    pthread_getname_np(pthread_self(), name.data(), name.size());
    respond(text(""));
  });
  RawClient client(server->bound());
  ASSERT_TRUE(client.ask(get("/")));
  EXPECT_EQ(std::string(name.c_str()), "mill-http");
}

TEST(HttpServer, AnAddressThatIsTakenIsTheSystemsError) {
  const auto server = serve(echo);
  const auto second = Server::listen(server->bound(), echo);
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().code() == std::errc::address_in_use);
  EXPECT_NE(second.error().message().find(server->bound().to_string()), std::string::npos);
}

TEST(HttpServer, ServesAName) {
  const auto server = Server::listen({.host = "localhost", .port = 0}, echo);
  ASSERT_TRUE(server);
  EXPECT_EQ((*server)->bound().host, "localhost");
  RawClient client((*server)->bound());
  EXPECT_EQ(client.ask(get("/"))->status, 200);
}

}  // namespace
}  // namespace millrace::http
