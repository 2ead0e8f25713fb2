// A server on a free port and what its handler was asked.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "http/raw_client.h"
#include "http/server.h"

namespace millrace::http {

inline Response text(std::string body, int status = 200) {
  return {.status = status, .content_type = "text/plain", .body = std::move(body), .headers = {}};
}

inline std::unique_ptr<Server> serve(Handler handler, const Limits& limits = {}) {
  auto server = Server::listen({.host = "127.0.0.1", .port = 0}, std::move(handler), limits);
  EXPECT_TRUE(server) << (server ? "" : server.error().message());
  return *std::move(server);
}

/// Keeps requests for a test to look at and answer.
class Inbox {
 public:
  Handler handler() {
    return [this](Request request, Respond respond) {
      const std::lock_guard lock(mutex_);
      requests_.emplace_back(std::move(request), std::move(respond));
      changed_.notify_all();
    };
  }

  /// Waits for `count` requests that were not taken yet.
  std::vector<std::pair<Request, Respond>> take(size_t count = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return requests_.size() >= count; });
    return std::exchange(requests_, {});
  }

  bool empty() {
    const std::lock_guard lock(mutex_);
    return requests_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<Request, Respond>> requests_;
};

}  // namespace millrace::http
