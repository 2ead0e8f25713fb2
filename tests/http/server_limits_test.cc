#include <gtest/gtest.h>

#include "base/text.h"
#include "http/server.h"
#include "http/server_harness.h"

namespace millrace::http {
namespace {

void size_of_body(const Request& request, const Respond& respond) {
  respond(text(std::to_string(request.body.size())));
}

std::string claims(uint64_t bytes, std::string_view headers = "") {
  return cat("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ", bytes, "\r\n", headers, "\r\n");
}

std::string chunked(std::string_view body) {
  return cat("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", std::hex,
             body.size(), "\r\n", body, "\r\n0\r\n\r\n");
}

TEST(HttpLimits, ABodyOfTheLimitIsTakenAndALargerOneAnswered413) {
  const auto server = serve(size_of_body, {.body_bytes_max = 100'000});
  RawClient client(server->bound());
  EXPECT_EQ(client.ask(post("/", std::string(100'000, 'x')))->body, "100000");
  EXPECT_EQ(client.ask(post("/", std::string(100'001, 'x')))->status, 413);
  EXPECT_EQ(client.ask(chunked(std::string(100'000, 'x')))->body, "100000");
  EXPECT_EQ(client.ask(chunked(std::string(100'001, 'x')))->status, 413);
  // It was read to its end, so the connection serves on.
  EXPECT_EQ(client.ask(post("/", "abc"))->body, "3");
}

TEST(HttpLimits, WhoSendsWithoutEndIsCutOff) {
  const auto server = serve(size_of_body, {.body_bytes_max = 1'000});
  RawClient client(server->bound());
  client.send(chunked(std::string(4'000'000, 'x')));
  EXPECT_TRUE(client.sees_end());
}

TEST(HttpLimits, WhoOnlyClaimsAHugeBodyIsAnsweredAtOnce) {
  const auto server = serve(size_of_body);
  for (const uint64_t claimed : {uint64_t{1} << 40, ~uint64_t{0}}) {
    RawClient client(server->bound());
    EXPECT_EQ(client.ask(claims(claimed))->status, 413) << claimed;
    EXPECT_TRUE(client.sees_end());
  }
  RawClient waiting(server->bound());
  EXPECT_EQ(waiting.ask(claims(uint64_t{17} << 20, "Expect: 100-continue\r\n"))->status, 413);
}

TEST(HttpLimits, AClaimedBodyTakesNoMemory) {
  // Each may claim what all together may not have.
  const auto server = serve(size_of_body, {.memory_bytes_max = size_t{16} << 20});
  std::vector<std::unique_ptr<RawClient>> claiming;
  for (int i = 0; i < 20; ++i) {
    claiming.push_back(std::make_unique<RawClient>(server->bound()));
    ASSERT_TRUE(claiming.back()->send(claims(10'000'000) + "x"));
  }
  RawClient honest(server->bound());
  EXPECT_EQ(honest.ask(post("/", std::string(1'000'000, 'x')))->body, "1000000");
}

TEST(HttpLimits, AnswersBeyondTheMemoryOfAllBecome503) {
  Inbox inbox;
  const auto server = serve(inbox.handler(), {.memory_bytes_max = 1'000'000});
  RawClient client(server->bound());
  ASSERT_TRUE(client.send(get("/")));
  inbox.take().front().second(text(std::string(1'000'001, 'x')));
  EXPECT_EQ(client.read_reply()->status, 503);
  ASSERT_TRUE(client.send(get("/")));
  inbox.take().front().second(text(std::string(1'000'000, 'x')));
  EXPECT_EQ(client.read_reply()->status, 200);
}

TEST(HttpLimits, BodiesBeyondTheMemoryOfAllAreAnswered503) {
  Inbox inbox;
  const auto server = serve(inbox.handler(), {.memory_bytes_max = 1'000'000});
  RawClient holder(server->bound());
  ASSERT_TRUE(holder.send(post("/", std::string(700'000, 'x'))));
  auto held = inbox.take();
  RawClient other(server->bound());
  EXPECT_EQ(other.ask(post("/", std::string(700'000, 'x')))->status, 503);
  EXPECT_TRUE(inbox.empty());
  held.front().second(text("done"));
  EXPECT_EQ(holder.read_reply()->body, "done");
  ASSERT_TRUE(holder.send(get("/")));  // which says that the first exchange is over
  inbox.take().front().second(text(""));
  ASSERT_TRUE(other.send(post("/", std::string(700'000, 'x'))));
  inbox.take().front().second(text("room again"));
  EXPECT_EQ(other.read_reply()->body, "room again");
}

TEST(HttpLimits, LongHeadersAreRefused) {
  const auto server = serve(size_of_body, {.header_bytes_max = 8'000});
  const auto padded = [](size_t size) { return cat("X: ", std::string(size, 'a'), "\r\n"); };
  RawClient client(server->bound());
  EXPECT_EQ(client.ask(get("/", padded(7'900)))->status, 200);
  EXPECT_EQ(client.ask(get("/", padded(8'000)))->status, 431);
  RawClient huge(server->bound());
  EXPECT_EQ(huge.ask(get("/", padded(1'000'000)))->status, 431);
  RawClient long_line(server->bound());
  EXPECT_EQ(long_line.ask(get("/" + std::string(1'000'000, 'a')))->status, 414);
  RawClient many(server->bound());
  std::string headers;
  for (int i = 0; i < 20'000; ++i) headers += "a:\r\n";
  EXPECT_EQ(many.ask(get("/", headers))->status, 431);
}

TEST(HttpLimits, MoreConnectionsWaitUntilOneIsFree) {
  Inbox inbox;
  const auto server = serve(inbox.handler(), {.connections_max = 2});
  RawClient first(server->bound());
  RawClient second(server->bound());
  ASSERT_TRUE(first.send(get("/1")) && second.send(get("/2")));
  auto requests = inbox.take(2);
  RawClient third(server->bound());
  ASSERT_TRUE(third.send(get("/3")));
  for (auto& [request, respond] : requests) respond(text(request.path));
  EXPECT_EQ(first.read_reply()->body, "/1");
  EXPECT_EQ(second.read_reply()->body, "/2");
  EXPECT_TRUE(inbox.empty());
  first.close();
  inbox.take().front().second(text("3"));
  EXPECT_EQ(third.read_reply()->body, "3");
}

TEST(HttpLimits, WhoSaysNothingIsClosedAndWhoWaitsForAnAnswerIsNot) {
  Inbox inbox;
  const auto server = serve(inbox.handler(), {.idle_max = std::chrono::seconds(1)});
  RawClient waiting(server->bound());
  ASSERT_TRUE(waiting.send(get("/")));
  auto request = inbox.take();
  RawClient silent(server->bound());
  RawClient half_a_line(server->bound());
  RawClient half_a_body(server->bound());
  ASSERT_TRUE(half_a_line.send("GET / HT"));
  ASSERT_TRUE(half_a_body.send(claims(10) + "x"));
  EXPECT_TRUE(silent.sees_end());
  EXPECT_TRUE(half_a_line.sees_end());
  EXPECT_TRUE(half_a_body.sees_end());
  request.front().second(text("late"));
  EXPECT_EQ(waiting.read_reply()->body, "late");
}

}  // namespace
}  // namespace millrace::http
