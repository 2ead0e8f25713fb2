// Responses of memory and file ranges; what the page cache lacks is read ahead first.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "harness.h"
#include "io/file_system.h"
#include "io/memory_file_system.h"
#include "net/output_queue.h"
#include "net/read_ahead.h"

namespace millrace::net {
namespace {

std::string pattern(size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 1000) % 26);
  return text;
}

class FileResponses : public testing::Test {
 protected:
  FileResponses() : dir_(testing::TempDir() + "/output." + std::to_string(getpid())) {
    std::filesystem::create_directories(dir_);
  }
  ~FileResponses() override { std::filesystem::remove_all(dir_); }

  std::shared_ptr<io::File> make_file(io::FileSystem& file_system, std::string_view text) {
    EXPECT_TRUE(file_system.create_directories(dir_).has_value());
    auto file = file_system.open(dir_ + "/file", io::OpenMode::create);
    EXPECT_TRUE(file.has_value());
    EXPECT_TRUE((*file)->write_at(Position(0), as_bytes(text)).has_value());
    return *file;
  }

  static io::Chunks response(const std::shared_ptr<io::File>& file, int64_t at, size_t size) {
    io::Chunks chunks;
    chunks.emplace_back(
        SharedBytes(copy_of(as_bytes(length_field(static_cast<int32_t>(size) + 2) + "<"))));
    chunks.emplace_back(
        io::FileSlice{.file = file, .at = Position(at), .size = static_cast<int64_t>(size)});
    chunks.emplace_back(SharedBytes(copy_of(as_bytes(">"))));
    return chunks;
  }

  void expect_served(const std::shared_ptr<io::File>& file, const std::string& text) {
    TestDispatcher dispatcher([&](RequestFrame, Reply reply) {
      std::move(reply).send(response(file, 100, text.size() - 100));
      return RequestKind::work;
    });
    TestServer server(dispatcher);
    Peer peer(server.port());
    peer.limit_receiving(16 * 1024);
    const std::string expected = "<" + text.substr(100) + ">";
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(peer.ask("x") == expected);
  }

  const std::string dir_;
};

TEST_F(FileResponses, RangesOfFilesAreSentBetweenBytesOfMemory) {
  const std::string text = pattern(3'000'000);
  const auto file_system = io::make_posix_file_system();
  expect_served(make_file(*file_system, text), text);
}

TEST_F(FileResponses, FilesWithoutDescriptorAreSentToo) {
  const std::string text = pattern(3'000'000);
  io::MemoryFileSystem file_system;
  expect_served(make_file(file_system, text), text);
}

TEST_F(FileResponses, FileShorterThanPromisedClosesTheConnection) {
  const auto file_system = io::make_posix_file_system();
  const auto file = make_file(*file_system, pattern(1000));
  TestDispatcher dispatcher([&](RequestFrame, Reply reply) {
    std::move(reply).send(response(file, 0, 2000));
    return RequestKind::work;
  });
  TestServer server(dispatcher);
  Peer peer(server.port());
  peer.send("x");
  EXPECT_EQ(peer.receive(), std::nullopt);
}

TEST_F(FileResponses, WhatThePageCacheLacksIsReadAheadAndThenSent) {
  constexpr size_t kSize = 1'000'000;
  const std::string text = pattern(kSize);
  const auto file_system = io::make_posix_file_system();
  const auto file = make_file(*file_system, text);
  const io::FileSlice whole{.file = file, .at = Position(0), .size = kSize};
  EXPECT_TRUE(in_page_cache(whole));
  ASSERT_TRUE(file->sync().has_value());
  posix_fadvise(file->descriptor(), 0, 0, POSIX_FADV_DONTNEED);
  if (in_page_cache(whole)) GTEST_SKIP() << "this file system keeps all files in memory";

  int sockets[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets), 0);
  OutputQueue queue;
  queue.push({whole});
  ReadAhead read_ahead;
  std::string received;
  int times_cold = 0;
  while (!queue.empty()) {
    const auto flushed = queue.flush(sockets[0]);
    ASSERT_TRUE(flushed.has_value());
    if (*flushed == OutputQueue::Flushed::cold) {
      ++times_cold;
      // Not looked at again here: the kernel's own read-ahead may bring it in at any moment.
      const io::FileSlice cold = queue.cold_slice();
      std::mutex mutex;
      std::condition_variable changed;
      bool done = false;
      read_ahead.load(cold, [&] {
        const std::lock_guard lock(mutex);
        done = true;
        changed.notify_one();
      });
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return done; });
      EXPECT_TRUE(in_page_cache(cold));
      queue.cold_slice_loaded();
    }
    char buffer[65'536];
    for (ssize_t count = 1; count > 0;) {
      count = recv(sockets[1], buffer, sizeof buffer, 0);
      if (count > 0) received.append(buffer, static_cast<size_t>(count));
    }
  }
  EXPECT_GT(times_cold, 0);
  EXPECT_TRUE(received == text);
  close(sockets[0]);
  close(sockets[1]);
}

TEST_F(FileResponses, ColdFilesReachTheClientWhole) {
  const std::string text = pattern(2'000'000);
  const auto file_system = io::make_posix_file_system();
  const auto file = make_file(*file_system, text);
  ASSERT_TRUE(file->sync().has_value());
  posix_fadvise(file->descriptor(), 0, 0, POSIX_FADV_DONTNEED);
  expect_served(file, text);
}

}  // namespace
}  // namespace millrace::net
