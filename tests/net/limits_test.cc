// What clients may cost: lengths they claim, requests they pile up, answers they do not take.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "harness.h"

namespace millrace::net {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  int64_t total = 0;
  int64_t resident = 0;
  file >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

/// Sends frames until the server has stopped reading: that is when the socket stays full although
/// another client of the same io thread was answered again and again. Answers the bytes sent.
size_t send_until_refused(Peer& peer, Peer& other, const std::string& frame, size_t bytes_max) {
  size_t sent = 0;
  int refused = 0;
  while (refused < 20 && sent < bytes_max) {
    const size_t count = peer.send_some(std::string_view(frame).substr(sent % frame.size()));
    sent += count;
    refused = count == 0 ? refused + 1 : 0;
    if (count == 0) {
      EXPECT_EQ(other.ask("echo"), "echo");
    }
  }
  return sent;
}

class AbsurdLengths : public testing::TestWithParam<int32_t> {};

TEST_P(AbsurdLengths, CloseTheConnection) {
  TestDispatcher dispatcher;
  TestServer server(dispatcher);
  Peer first(server.port());
  first.send_raw(length_field(GetParam()) + "some bytes");
  EXPECT_EQ(first.receive(), std::nullopt);
  Peer later(server.port());
  EXPECT_EQ(later.ask("x"), "x");
  later.send_raw(length_field(GetParam()) + "some bytes");
  EXPECT_EQ(later.receive(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Connection, AbsurdLengths,
                         testing::Values(-1, INT32_MIN, INT32_MAX, 104'857'601));

TEST(Limits, FirstFrameMayBeSmallerThanLaterOnes) {
  TestDispatcher dispatcher;
  TestServer server(dispatcher, {.frame_bytes_max = 1000, .first_frame_bytes_max = 10});
  Peer refused(server.port());
  refused.send(std::string(11, 'x'));
  EXPECT_EQ(refused.receive(), std::nullopt);
  Peer peer(server.port());
  EXPECT_EQ(peer.ask(std::string(10, 'x')), std::string(10, 'x'));
  EXPECT_EQ(peer.ask(std::string(1000, 'x')), std::string(1000, 'x'));
  peer.send(std::string(1001, 'x'));
  EXPECT_EQ(peer.receive(), std::nullopt);
}

TEST(Limits, SilentConnectionsThatClaimMuchCostLittle) {
  constexpr int kCount = 1000;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  TestDispatcher dispatcher;
  TestServer server(dispatcher);
  Peer warm(server.port());
  EXPECT_EQ(warm.ask("x"), "x");
  const int64_t before = resident_bytes();
  std::vector<Peer> peers;
  for (int i = 0; i < kCount; ++i) {
    peers.emplace_back(server.port());
    EXPECT_EQ(peers.back().ask("x"), "x");
    peers.back().send_raw(length_field(100 * 1024 * 1024) + "and silence");
  }
  EXPECT_EQ(warm.ask("x"), "x");
  EXPECT_EQ(server->connection_count(), kCount + 1U);
  EXPECT_LE(server->request_bytes(), kCount * 4096);
  if (kSanitized) return;  // its own bookkeeping is counted too
  EXPECT_LE(resident_bytes() - before, 16 * 1024 * 1024);
}

TEST(Limits, RequestsInFlightStopTheReading) {
  constexpr size_t kFrameSize = 1000;
  HeldRequests held;
  TestDispatcher dispatcher(held.handle());
  TestServer server(dispatcher, {.requests_in_flight_max = 4});
  Peer peer(server.port());
  Peer other(server.port());
  const std::string frame = framed(std::string(kFrameSize, 'x'));
  constexpr size_t kBytesMax = 64 * 1024 * 1024;
  const size_t sent = send_until_refused(peer, other, frame, kBytesMax);
  EXPECT_LT(sent, kBytesMax) << "the server read on";
  EXPECT_EQ(held.count(), 4U);
  const size_t complete = sent / frame.size();
  for (size_t answered = 0; answered < complete;) {
    for (auto& request : held.take_when(answered + 1)) {
      std::move(request.reply).send(response_of("y"));
      EXPECT_EQ(peer.receive(), "y");
      ++answered;
    }
  }
}

TEST(Limits, AnswersNotTakenStopTheReading) {
  constexpr size_t kRequests = 2000;
  constexpr size_t kAnswerSize = 256 * 1024;
  std::atomic<size_t> served = 0;
  TestDispatcher dispatcher([&](RequestFrame frame, Reply reply) {
    if (as_text(frame.bytes.view()) == "echo") {
      std::move(reply).send(response_of("echo"));
    } else {
      ++served;
      std::move(reply).send(response_of(std::string(kAnswerSize, 'y')));
    }
    return RequestKind::work;
  });
  TestServer server(dispatcher, {.unsent_bytes_max = 1024 * 1024});
  Peer peer(server.port());
  peer.limit_receiving(64 * 1024);
  Peer other(server.port());
  // All requests fit one read: the limit holds between frames too.
  std::string frames;
  for (size_t i = 0; i < kRequests; ++i) frames += framed("x");
  peer.send_raw(frames);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(other.ask("echo"), "echo");
  EXPECT_LT(served, 64U) << "what the sockets take, and 1 MiB";
  for (size_t i = 0; i < kRequests; ++i) EXPECT_EQ(peer.receive()->size(), kAnswerSize);
  EXPECT_EQ(served, kRequests);
}

TEST(Limits, SharedMemoryStopsTheReadingUntilRequestsAreAnswered) {
  constexpr size_t kFrameSize = 512 * 1024;
  HeldRequests held;
  std::mutex mutex;
  std::vector<SharedBytes> kept;
  const auto handle = held.handle();
  TestDispatcher dispatcher([&](RequestFrame frame, Reply reply) {
    if (frame.bytes.size() == kFrameSize) {
      const std::lock_guard lock(mutex);
      kept.push_back(frame.bytes);
    }
    return handle(std::move(frame), std::move(reply));
  });
  TestServer server(dispatcher, {.request_bytes_max = 4 * 1024 * 1024});
  Peer other(server.port());
  std::vector<Peer> peers;
  const std::string frame = framed(std::string(kFrameSize, 'x'));
  for (int i = 0; i < 16; ++i) {
    peers.emplace_back(server.port());
    for (size_t sent = 0, refused = 0; sent < frame.size() && refused < 20;) {
      const size_t count = peers.back().send_some(std::string_view(frame).substr(sent));
      sent += count;
      refused = count == 0 ? refused + 1 : 0;
    }
  }
  auto requests = held.take_when(8);
  EXPECT_LE(server->request_bytes(), 6 * 1024 * 1024);
  // Answered and let go, they make room for the others.
  for (size_t answered = 0; answered < 16;) {
    if (requests.empty()) requests = held.take_when(answered + 1);
    {
      const std::lock_guard lock(mutex);
      kept.clear();
    }
    for (auto& request : requests) std::move(request.reply).send(response_of("y"));
    answered += requests.size();
    requests.clear();
  }
  for (Peer& peer : peers) EXPECT_EQ(peer.receive(), "y");
  EXPECT_EQ(other.ask("echo"), "echo");
}

TEST(Limits, HalfReceivedFramesThatFillTheMemoryCannotStopAWholeOne) {
  TestDispatcher dispatcher;
  TestServer server(dispatcher, {.request_bytes_max = 1024 * 1024});
  Peer early(server.port());
  EXPECT_EQ(early.ask("x"), "x");
  std::vector<Peer> peers;
  for (int i = 0; i < 8; ++i) {
    peers.emplace_back(server.port());
    peers.back().send_raw(length_field(1'000'000) + std::string(200'000, 'x'));
  }
  // Whoever goes on is let through, one at a time.
  for (Peer& peer : peers) peer.send_raw(std::string(800'000, 'x'));
  for (Peer& peer : peers) EXPECT_EQ(peer.receive()->size(), 1'000'000U);
  EXPECT_EQ(early.ask("x"), "x");
}

TEST(Limits, ConnectionsAboveTheLimitAreTakenWhenOthersLeave) {
  TestDispatcher dispatcher;
  TestServer server(dispatcher, {.connections_max = 1});
  auto first = std::make_unique<Peer>(server.port());
  EXPECT_EQ(first->ask("x"), "x");
  Peer second(server.port());
  second.send("y");
  EXPECT_EQ(first->ask("x"), "x");
  EXPECT_EQ(server->connection_count(), 1U);
  first.reset();
  EXPECT_EQ(second.receive(), "y");
}

TEST(Limits, IdleConnectionIsClosed) {
  TestDispatcher dispatcher;
  TestServer server(dispatcher, {.idle_max = Milliseconds(600'000)});
  Peer idle(server.port());
  Peer busy(server.port());
  EXPECT_EQ(idle.ask("x"), "x");
  EXPECT_EQ(busy.ask("x"), "x");  // behind it on the io thread: that one has noted the time
  server.clock().advance(Milliseconds(599'000));
  EXPECT_EQ(busy.ask("x"), "x");
  server.clock().advance(Milliseconds(2'000));
  EXPECT_EQ(idle.receive(), std::nullopt);
  EXPECT_EQ(busy.ask("x"), "x");
}

TEST(Limits, ConnectionWithARequestUnderWayIsNotIdle) {
  HeldRequests held;
  TestDispatcher dispatcher(held.handle());
  TestServer server(dispatcher, {.idle_max = Milliseconds(1'000)});
  Peer idle(server.port());
  Peer waiting(server.port());
  EXPECT_EQ(idle.ask("echo"), "echo");
  waiting.send("wait");
  auto requests = held.take_when(1);
  server.clock().advance(Milliseconds(5'000));
  EXPECT_EQ(idle.receive(), std::nullopt);
  std::move(requests[0].reply).send(response_of("late"));
  EXPECT_EQ(waiting.receive(), "late");
}

}  // namespace
}  // namespace millrace::net
