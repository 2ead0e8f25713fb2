#include <gtest/gtest.h>

#include "base/text.h"
#include "http/server.h"
#include "http/server_harness.h"

namespace millrace::http {
namespace {

class MalformedRequest : public testing::Test {
 protected:
  /// The status it is answered with, 0 for a connection that is just closed.
  int status_of(std::string_view bytes) {
    RawClient client(server_->bound());
    const auto reply = client.ask(bytes);
    return reply ? reply->status : 0;
  }

  void TearDown() override {
    EXPECT_TRUE(inbox_.empty());
    RawClient client(server_->bound());
    ASSERT_TRUE(client.send(get("/still/here")));
    inbox_.take().front().second(text("yes"));
    EXPECT_EQ(client.read_reply()->body, "yes");
  }

  Inbox inbox_;
  const std::unique_ptr<Server> server_ = serve(inbox_.handler());
};

TEST_F(MalformedRequest, OfTheLine) {
  EXPECT_EQ(status_of("nonsense\r\n\r\n"), 0);
  EXPECT_EQ(status_of("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
  EXPECT_EQ(status_of("GET / HTTP/3.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(status_of("GET / GOPHER/1.0\r\nHost: a\r\n\r\n"), 400);
}

TEST_F(MalformedRequest, OfHeaders) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nno colon here\r\n\r\n"), 400);
}

TEST_F(MalformedRequest, OfTheQuery) { EXPECT_EQ(status_of(get("/?a=%4")), 400); }

TEST_F(MalformedRequest, OfTheBodysLength) {
  for (const char* length : {"-1", "1x", "", "0x10", "1, 1"}) {
    EXPECT_EQ(status_of(cat("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ", length, "\r\n\r\n")),
              400)
        << length;
  }
  EXPECT_EQ(status_of(post("/", "ab", "Content-Length: 1\r\n")), 400);
  EXPECT_EQ(status_of(post("/", "0\r\n\r\n", "Transfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(status_of(get("/", "Transfer-Encoding: gzip, chunked\r\n")), 501);
}

TEST_F(MalformedRequest, OfChunks) {
  const std::string chunked = get("/", "Transfer-Encoding: chunked\r\n");
  EXPECT_EQ(status_of(chunked + "zz\r\nabc\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of(chunked + "3\r\nabcde\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of(chunked + "fffffffffffffffffffff\r\n"), 413);
}

TEST_F(MalformedRequest, ThatEndsBeforeItsEnd) {
  const std::string whole = post("/x?y=1", "body", "Accept: *\r\n");
  for (size_t size = 0; size < whole.size(); ++size) {
    RawClient client(server_->bound());
    ASSERT_TRUE(client.send(std::string_view(whole).substr(0, size)));
  }
}

}  // namespace
}  // namespace millrace::http
