// The client against our own server, and against what is none.
#include "http/client.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "http/client_url.h"
#include "http/server_harness.h"
#include "http/target.h"

namespace millrace::http {
namespace {

Client client_of(const Server& server, ClientOptions options = {}) {
  options.url = cat("127.0.0.1:", server.bound().port, options.url);
  auto client = Client::open(std::move(options));
  EXPECT_TRUE(client) << (client ? "" : client.error().message());
  return *std::move(client);
}

Request getting(std::string path) {
  return {.method = "GET", .path = std::move(path), .query = {}, .headers = {}, .body = {}};
}

/// What the server was asked, in words.
void echo(const Request& request, const Respond& respond) {
  std::string words = cat(request.method, ' ', request.path);
  for (const auto& [name, value] : request.query) words += cat(' ', name, '=', value);
  const auto type = request.header("Content-Type");
  if (type) words += cat(" [", *type, "] ", request.body);
  const auto authorization = request.header("Authorization");
  if (authorization) words += cat(" <", *authorization, '>');
  respond(text(words, 299));
}

TEST(HttpClient, SendsMethodPathQueryHeadersAndBody) {
  const auto server = serve(echo);
  auto client = client_of(*server, {.url = "/base/"});
  EXPECT_EQ(client.url(), cat("http://127.0.0.1:", server->bound().port, "/base"));
  const Request posting{.method = "POST",
                        .path = "/a%2Fb",
                        .query = {{"n", "x & y"}, {"m", "+"}},
                        .headers = {{"Content-Type", "text/x"}},
                        .body = "body"};
  const auto posted = client.ask(posting);
  ASSERT_TRUE(posted) << posted.error().message();
  EXPECT_EQ(posted->body, "POST /base/a%2Fb n=x & y m=+ [text/x] body");
  EXPECT_EQ(posted->status, 299);
  EXPECT_EQ(posted->content_type, "text/plain");
  EXPECT_EQ(client.ask(getting("/../c"))->body, "GET /base/../c") << "names may be dots";
  Request other = posting;
  other.method = "PUT";
  other.query.clear();
  EXPECT_EQ(client.ask(other)->body, "PUT /base/a%2Fb [text/x] body");
  EXPECT_EQ(
      client.ask({.method = "DELETE", .path = "/d", .query = {}, .headers = {}, .body = {}})->body,
      "DELETE /base/d");
}

TEST(HttpClient, NamesItselfByOptionsOrUrl) {
  const auto server = serve(echo);
  auto by_options = client_of(*server, {.url = "", .credentials = "ann:a:b"});
  EXPECT_EQ(by_options.ask(getting("/"))->body, "GET / <Basic YW5uOmE6Yg==>");
  auto by_url = Client::open({.url = cat("http://ann:a%3Ab@127.0.0.1:", server->bound().port)});
  ASSERT_TRUE(by_url);
  EXPECT_EQ(by_url->ask(getting("/"))->body, "GET / <Basic YW5uOmE6Yg==>");
  EXPECT_EQ(by_url->url().find("ann"), std::string::npos);
}

TEST(HttpClient, AnswersOfAnyStatusAreAnswers) {
  const auto server =
      serve([](const Request&, const Respond& respond) { respond(text("no such thing", 404)); });
  auto client = client_of(*server);
  const auto answered = client.ask(getting("/"));
  ASSERT_TRUE(answered);
  EXPECT_EQ(answered->status, 404);
  EXPECT_EQ(answered->body, "no such thing");
}

TEST(HttpClient, ARedirectionIsAnErrorThatNamesTheAddress) {
  const auto server = serve([](const Request&, const Respond& respond) {
    respond({.status = 301,
             .content_type = "",
             .body = "",
             .headers = {{"Location", "https://elsewhere.example/x"}}});
  });
  auto client = client_of(*server);
  const auto answered = client.ask(getting("/"));
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code(), std::errc::protocol_error);
  EXPECT_NE(answered.error().message().find("https://elsewhere.example/x"), std::string::npos);
}

TEST(HttpClient, ATooLargeAnswerIsAnError) {
  const auto server = serve([](const Request& request, const Respond& respond) {
    respond(text(std::string(request.path == "/large" ? 100'001 : 100'000, 'x')));
  });
  auto client = client_of(*server, {.url = "", .body_bytes_max = 100'000});
  EXPECT_EQ(client.ask(getting("/"))->body.size(), 100'000);
  const auto large = client.ask(getting("/large"));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code(), std::errc::message_size);
  EXPECT_TRUE(client.ask(getting("/"))) << "it can be asked again";
}

TEST(HttpClient, WhoDoesNotAnswerIsGivenUp) {
  Inbox inbox;
  const auto server = serve(inbox.handler());
  auto client = client_of(*server, {.url = "", .timeout = std::chrono::milliseconds(50)});
  const auto late = client.ask(getting("/"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), std::errc::timed_out) << late.error().message();
}

TEST(HttpClient, WhatIsNotThereOrNoHttpIsTold) {
  uint16_t port = 0;
  {
    const auto gone = serve(echo);
    port = gone->bound().port;
    auto secure = Client::open({.url = cat("https://127.0.0.1:", port)});
    const auto answered = secure->ask(getting("/"));
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().code(), std::errc::protocol_error) << answered.error().message();
  }
  auto client = Client::open({.url = cat("http://127.0.0.1:", port)});
  const auto answered = client->ask(getting("/"));
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code(), std::errc::connection_refused);
  EXPECT_NE(answered.error().message().find(cat("http://127.0.0.1:", port)), std::string::npos);
}

TEST(ClientUrl, IsTakenApart) {
  const auto plain = parse_client_url("registry.example:8081/apis/v7//");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->base, "http://registry.example:8081/apis/v7");
  EXPECT_FALSE(plain->is_loopback);
  const auto named = parse_client_url("https://a%40b:c%2Fd@[::1]:9");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->base, "https://[::1]:9");
  EXPECT_EQ(named->user, "a@b");
  EXPECT_EQ(named->password, "c/d");
  EXPECT_TRUE(named->is_loopback);
  EXPECT_TRUE(parse_client_url("localhost")->is_loopback);
}

TEST(ClientUrl, OtherThingsAreRefused) {
  for (const char* wrong : {"", "ftp://a", "file:///etc/passwd", "http://a:99999", "http://a b",
                            "http://a?x=1", "http://a/#x", "http://"}) {
    const auto parsed = parse_client_url(wrong);
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_EQ(parsed.error().code(), std::errc::invalid_argument);
  }
}

TEST(PercentEncoded, EscapesAllButTheUnreserved) {
  EXPECT_EQ(percent_encoded("a-z_0.~/ %\xc3\xa9"), "a-z_0.~%2F%20%25%C3%A9");
  EXPECT_EQ(percent_decoded(percent_encoded("\x01\xff+&")), "\x01\xff+&");
}

}  // namespace
}  // namespace millrace::http
